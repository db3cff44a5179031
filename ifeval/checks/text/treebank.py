"""Words and marks as the Penn Treebank cuts them (R. MacIntyre's tokenizer, 1995), the way nltk 3.9's `word_tokenize` does.

Clitics are tokens of their own ("do", "n't"); "WELL-KNOWN" and "U.S." stay whole.
"""

import re
from collections.abc import Callable

from ifeval.checks.text.counting import remembered
from ifeval.checks.text.punkt import sentences

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""What is found, and what stands in its place."""

_CAPITAL = re.compile(r"[A-Z](?![a-z])|'T")


def _padded(match: re.Match[str]) -> str:
    return f" {match[0]} "


_OPENING: list[Rule] = [
    (re.compile("``|[`«“‘„]"), _padded),
    (re.compile(r'^"'), " `` "),
    (re.compile(r"(?<=[ (\[{<])(?:\"|'')"), " `` "),
    (re.compile(r"'(?!re|ve|ll|[mtsdn])(?=\w\b)", re.IGNORECASE), "' "),
]
_MARKS: list[Rule] = [
    (re.compile(r"([:,])(\D|$)"), r" \1 \2"),  # a mark that follows another is left alone, hence no lookahead
    (re.compile(r"[:,]$|\.{2,}"), _padded),
    (re.compile(r"[;@#$%&?!]"), _padded),
    (re.compile(r"(?<=[^'])' "), " ' "),
    (re.compile(r"[][(){}<>*]|--"), _padded),
    (re.compile(r"[»”’]|''"), _padded),
    (re.compile(r'"'), " '' "),
    (re.compile(r"\s+"), " "),
]
_CLITICS: list[Rule] = [
    (re.compile(r"(?<=[^' ])'[sSmMdD]?(?= )"), r" \g<0>"),
    (re.compile(r"(?<=[^' ])(?:'ll|'LL|'re|'RE|'ve|'VE|n't|N'T)(?= )"), r" \g<0>"),
    (
        re.compile(
            r"\b(can(?=not)|gim(?=me)|gon(?=na)|got(?=ta)|lem(?=me)|wan(?=na\s)|d(?='ye)|more(?='n))"
            r"(not|me|na|ta|'ye|'n)\b",
            re.IGNORECASE,
        ),
        r" \1 \2 ",
    ),
    (re.compile(r"(?<= )('t)(is|was)\b", re.IGNORECASE), r" \1 \2 "),
]
_CLOSERS = "])}>\"'»”’ "


def tokens(text: str) -> list[str]:
    """The tokens of `text`, sentence by sentence."""
    return [token for sentence in sentences(text) for token in _sentence_tokens(sentence)]


def capital_words(text: str) -> int:
    """How many tokens of `text` hold letters, all of them capitals."""
    return sum(map(_sentence_capital_words, sentences(text)))


@remembered
def _sentence_capital_words(sentence: str) -> int:
    # Cutting is not worth its time where each capital starts a word like "The" (but 'Tis is 'T and is).
    if sentence.isascii() and _CAPITAL.search(sentence) is None:
        return 0
    return sum(map(str.isupper, _sentence_tokens(sentence)))


def _sentence_tokens(sentence: str) -> list[str]:
    text = _replace(_OPENING, sentence)
    text = _replace(_MARKS, _detach_final_period(text))
    return _replace(_CLITICS, f" {text.strip()} ").split()


def _replace(rules: list[Rule], text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _detach_final_period(text: str) -> str:
    """Set off the period that ends the sentence, also before closing quotes and brackets; an ellipsis stays."""
    body = text.rstrip()
    head = body.rstrip(_CLOSERS)
    if head.endswith(".") and len(head) > 1 and head[-2] != ".":
        return f"{head[:-1]} . {body[len(head) :]} "
    return text
