"""ECMA-262 patterns, as JSON Schema writes them, searched in bounded time and memory.

Python reads `\\d`, `\\w`, `\\s` and `$` differently from ECMA-262, so the pattern is translated; `ifeval.util.bounded_regex`
compiles it.
"""

import functools
from typing import Any

import regex

from ifeval.util.bounded_regex import compile_bounded

_DIGIT, _WORD = "0-9", "A-Za-z0-9_"
_SPACE = r" \t\n\v\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_SETS = {rf"\{letter}" for letter in "dwsDWS"}
_TOKEN = regex.compile(r"\\[pP]\{[^{}]*\}|\\k<\w+>|\\c[A-Za-z]|\\.|\{\d+(?:,\d*)?\}|\(\?<?[:=!]|.", regex.DOTALL)


def search(pattern: str, text: str, timeout: float) -> bool:
    """Whether `pattern` (ECMA-262) matches anywhere in `text`.

    Raises PatternError where the pattern cannot be used, TimeoutError after `timeout` seconds.
    """
    return _compiled(pattern).search(text, timeout=max(timeout, 1e-6)) is not None


def check(pattern: str) -> None:
    """Raise PatternError where `search` would."""
    _compiled(pattern)


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return compile_bounded(pattern, _translate)


def _translate(pattern: str) -> str:
    """The pattern in the syntax of `regex`, with ECMA-262's meaning of classes, `$`, `\\c`, `\\k` and a lone brace."""
    tokens = _TOKEN.findall(pattern)
    out: list[str] = []
    in_class = False
    for token, before, after in zip(tokens, ["", *tokens], [*tokens[1:], ""], strict=False):
        if token[0] == "\\" and len(token) > 1:
            out.append(_escape(token, in_class))
        elif token == "-" and in_class and (before in _SETS or after in _SETS):
            out.append(r"\-")
        elif token == "[":
            out.append(r"\[" if in_class else "[")
            in_class = True
        elif token == "]":
            out.append("]" if in_class else r"\]")
            in_class = False
        elif token == "$" and not in_class:
            out.append(r"\Z")
        elif token == "{":
            out.append(r"\{")
        else:
            out.append(token)
    return "".join(out)


def _escape(token: str, in_class: bool) -> str:
    kind = token[1]
    if kind in _CLASSES:
        return _CLASSES[kind] if in_class else f"[{_CLASSES[kind]}]"
    if kind.lower() in _CLASSES and not in_class:
        return f"[^{_CLASSES[kind.lower()]}]"
    if kind == "c" and len(token) == 3:
        return regex.escape(chr(ord(token[2]) % 32))
    if kind == "k":
        return f"(?P={token[3:-1]})"
    return token
