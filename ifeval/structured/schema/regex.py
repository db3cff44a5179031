"""ECMA-262 patterns, as JSON Schema writes them, searched in bounded time and memory.

Python's `re` backtracks without limit and reads `\\d`, `\\w`, `\\s` and `$` differently from ECMA-262; this module
translates the pattern for the `regex` package, whose searches take a timeout, and refuses one too large to compile.
"""

import functools
from typing import Any

import regex

MAX_EXPANSION = 100_000
"""Most atoms a pattern may expand to: `(a{1000}){1000}` is a million of them, and `regex` expands every one."""

_DIGIT, _WORD = "0-9", "A-Za-z0-9_"
_SPACE = r" \t\n\v\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_SETS = {rf"\{letter}" for letter in "dwsDWS"}
_TOKEN = regex.compile(r"\\[pP]\{[^{}]*\}|\\k<\w+>|\\c[A-Za-z]|\\.|\{\d+(?:,\d*)?\}|\(\?<?[:=!]|.", regex.DOTALL)


class PatternError(ValueError):
    """The pattern is not a regular expression, or one too large to run."""


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
    tokens = _TOKEN.findall(pattern)
    if _expansion(tokens) > MAX_EXPANSION:
        raise PatternError(f"pattern {pattern[:60]!r} expands to more than {MAX_EXPANSION:,} atoms")
    try:
        return regex.compile(_translate(tokens))
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise PatternError(f"pattern {pattern[:60]!r} is not a regular expression ({error})") from None


def _translate(tokens: list[str]) -> str:
    """The pattern in the syntax of `regex`, with ECMA-262's meaning of classes, `$`, `\\c`, `\\k` and a lone brace."""
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


def _expansion(tokens: list[str]) -> int:
    """How many atoms the pattern holds once every counted repeat is written out."""
    totals, last = [0], 0
    for token in tokens:
        if token[0] == "(":
            totals.append(0)
            last = 0
        elif token == ")" and len(totals) > 1:
            last = max(totals.pop(), 1)
            totals[-1] += last
        elif token[0] == "{" and len(token) > 1:
            most = max(int(count) for count in token[1:-1].split(",") if count) if len(token) < 12 else MAX_EXPANSION
            grown = last * max(most, 1)
            totals[-1] += grown - last
            last = grown
        else:
            last = 1
            totals[-1] += 1
        if totals[-1] > MAX_EXPANSION:
            return totals[-1]
    return sum(totals)
