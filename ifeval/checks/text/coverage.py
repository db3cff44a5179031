"""Does a reply say what it was asked to say? A fact counts when one of its forms is found together.

Together means in one sentence, line or table row; a row is read with the header of its table, a line with the heading,
the label of its list or the introduction ("Deposit:", "What does it cost?") above it, and a sentence that starts with a
pronoun or answers a question with the one before it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ifeval.checks.text.spellings import pattern

Form = Sequence[str]
"""Parts that must be found together; each is found in any of its usual spellings."""

SHORT = 20
"""Words of a line of prose that is still read as one; a longer one is a paragraph, and read by its sentences."""

LABEL = 6
"""Words that the label above a list has at most."""

_PLAIN = str.maketrans({"‘": "'", "’": "'", "‚": "'", "ʼ": "'", "`": "", "*": "", "~": "", "“": "", "”": "", "„": "",
                        "«": "", "»": "", '"': "", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
                        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": "", "\ufeff": "", "&": " and ", "\t": " "})  # fmt: skip
_UNDERSCORES = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15} ?/?>")
_SPACES = re.compile(r" {2,}")
_MARK = re.compile(r"^(?:[#>+•▪●◦·|=~@-]+ ?|\d{1,3}[.)] )+")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[^\s.!?])|\n+")
_STAR = re.compile(r"^[ \t]*\*[ \t]", re.MULTILINE)
_WRAPPED = re.compile(r"(?<!\n)\n(?!\n|[-#>+•▪●◦·|=~@]|\d{1,3}[.)] )")
_REFERS = re.compile(r"(?:he|she|they|it|this|that|these|those|both|his|her|their|its)(?!\w)")


@dataclass(frozen=True)
class Reading:
    """A reply as coverage reads it: lower case, marks normalised, emphasis and quotation marks gone."""

    answer: str

    @cached_property
    def text(self) -> str:
        plain = _LINK.sub(r"\1", _STAR.sub("- ", self.answer)).translate(_PLAIN).lower()
        plain = _TAG.sub(" ", _UNDERSCORES.sub("", plain)).replace("_", " ")  # the key "guests_in_all" says something
        return "\n".join(_SPACES.sub(" ", line).strip() for line in plain.split("\n"))

    @cached_property
    def whole(self) -> str:
        """All of it on one line."""
        return _SPACES.sub(" ", " ".join(self.text.split("\n")))

    @cached_property
    def units(self) -> list[str]:
        return [*self._lines(), *self._sentences()]

    def states(self, form: Form) -> bool:
        """Whether all parts of the form are found together."""
        if not all(pattern(part).search(self.whole) for part in form):  # most stop at the first, which saves the others
            return False
        parts = [pattern(part) for part in form]
        return len(parts) == 1 or any(all(part.search(unit) for part in parts) for unit in self.units)

    def _lines(self) -> Iterator[str]:
        above = header = ""
        lines = self.text.split("\n")
        for line, following in zip(lines, _next_lines(lines), strict=True):
            bare = _MARK.sub("", line).strip("| ")
            if "|" in line:
                header = header or bare
                yield _SPACES.sub(" ", f"{header} {bare}".replace("|", " "))
                continue
            header = ""
            label = bare.rstrip("{[ ")
            if line.startswith("#") or label.endswith((":", "?")) or (bare == line and _is_label(line, following)):
                above = label
            elif bare != line or above or len(bare.split()) <= SHORT:
                yield f"{above} {bare}"

    def _sentences(self) -> Iterator[str]:
        before = ""
        flowing = _WRAPPED.sub(" ", self.text)
        for sentence in _SENTENCE.split(flowing):
            yield f"{before} {sentence}" if _REFERS.match(sentence) or before.endswith("?") else sentence
            before = sentence


def _next_lines(lines: Sequence[str]) -> list[str]:
    """For each line the next one that is not blank, or ""."""
    found, following = [], ""
    for line in reversed(lines):
        found.append(following)
        following = line or following
    return found[::-1]


def _is_label(line: str, following: str) -> bool:
    """Whether a line without a mark stands above list items as their label, as "**Train**" does."""
    return 0 < len(line.split()) <= LABEL and line[-1] not in ".!?,;" and _MARK.match(following) is not None


def covered(reading: Reading, forms: Sequence[Form]) -> bool:
    """Whether the reply states a fact that has these forms."""
    return any(reading.states(form) for form in forms)
