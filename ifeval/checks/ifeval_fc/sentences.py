"""How many sentences a text has by the rules of IFEval's first splitter, which IFEval-FC uses.

Those rules: a period after a title, in a web address, in a number, or after an initial ends nothing; one between an
acronym or company form and a word that starts a sentence does; then every `.`, `?` and `!` ends one.
"""

import re

_KEPT, _END = "\ue000", "\ue001"
"""A period that ends nothing, and the end of a sentence."""

_STARTERS = (
    r"(Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|He\s|She\s|It\s|They\s|Their\s|Our\s|We\s|But\s|However\s|That\s|This\s|Wherever)"
)
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(Mr|St|Mrs|Ms|Dr)\.", rf"\1{_KEPT}"),
        (r"\.(com|net|org|io|gov|edu|me)", rf"{_KEPT}\1"),
        (r"([0-9])\.([0-9])", rf"\1{_KEPT}\2"),  # both digits are used up: the second period of 1.2.3 ends a sentence
        (r"\.{2,}", _END),
        (r"Ph\.D\.", f"Ph{_KEPT}D{_KEPT}"),
        (r"\s([A-Za-z])\. ", rf" \1{_KEPT} "),
        (rf"([A-Z]\.[A-Z]\.(?:[A-Z]\.)?) {_STARTERS}", rf"\1{_END} \2"),
        (r"([A-Za-z])\.([A-Za-z])\.([A-Za-z])\.", rf"\1{_KEPT}\2{_KEPT}\3{_KEPT}"),
        (r"([A-Za-z])\.([A-Za-z])\.", rf"\1{_KEPT}\2{_KEPT}"),
        (rf" (Inc|Ltd|Jr|Sr|Co)\. {_STARTERS}", rf" \1{_END} \2"),
        (r" (Inc|Ltd|Jr|Sr|Co)\.", rf" \1{_KEPT}"),
        (r" ([A-Za-z])\.", rf" \1{_KEPT}"),
        (r"\.”", "”."),  # a mark inside quotation marks ends the sentence after them
        (r"([.!?])\"", r'"\1'),
    )
)
_MARK = re.compile(f"[.?!{_END}]")


def count_sentences(text: str) -> int:
    """The pieces between ends, empty ones included ("Hi!!" is two); what follows the last end counts unless blank."""
    text = f" {text}  ".replace("\n", " ")
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    ends = 0
    last = 0
    for mark in _MARK.finditer(text):
        ends += 1
        last = mark.end()
    return ends + bool(text[last:].strip())
