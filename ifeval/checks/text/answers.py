"""A reply that gives an answer: its marks made plain, its wrapping taken off, its parts, the numbers and names in it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

MOST_WORDS = 25
MOST_CHARACTERS = 200
"""The longest sentence in which an answer is looked for."""

NEGATION = re.compile(
    r"\b(?:not|never|no(?!\.\s?[0-9]| (?:doubt|problem))|neither|nor|nicht|kein|pas|non|não|nunca)\b|n't|不|没",
    re.IGNORECASE,
)

RECONSIDERS = re.compile(r"\b(?:on second thoughts?|actually|correction|wait|sorry)\b", re.IGNORECASE)

_WRAPPING = " \t\n\"'`*_«»„"
_BRACKETS = {"(": ")", "[": "]"}
_LEAD_IN = re.compile(r"the answer is\s|[^:\n]{1,60}:\s", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?![0-9])")
_BULLET = re.compile(r"\A\s*(?:[-*•]|[0-9]{1,2}[.)])\s+")
_OPTION = re.compile(r"\s*\(?(?:[A-Z]|[0-9]{1,2})[.):]\s")
_ARTICLE = re.compile(r"^(?:an?|the) (?=\w)")
_SEPARATOR = re.compile(r"[,;\n、]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_LETTER = r"[^\W\u4e00-\u9fff]"
"""Inside a word; Chinese is written without spaces, so its characters border on anything."""
_MARKS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "：": ":"})


def plain(reply: str) -> str:
    """The reply in plain marks, without code fences and marks of quotation, and without what wraps the whole of it."""
    text = _plain_marks(reply.replace("：", ": "))
    lines = (line.removeprefix("> ") for line in text.splitlines() if not line.lstrip().startswith("```"))
    return unwrap("\n".join(lines))


def unwrap(reply: str) -> str:
    """Without quotes, emphasis, brackets around the whole, and final full stops."""
    bare = reply.strip(_WRAPPING).rstrip(".。").strip(_WRAPPING)
    closed = _BRACKETS.get(bare[:1])
    return bare[1:-1].strip() if closed and bare.endswith(closed) and bare.count(closed) == 1 else bare


def strip_lead_in(reply: str) -> str:
    """Without a lead-in of at most 60 characters that ends in a colon, or "the answer is"."""
    lead_in = _LEAD_IN.match(reply)
    return unwrap(reply[lead_in.end() :]) if lead_in else reply


def endings(reply: str) -> list[str]:
    """Where a conclusion is found: the last paragraph, line and sentence."""
    return [unwrap(parts[-1]) for parts in _parts(reply)]


def openings(reply: str) -> list[str]:
    """Where an answer that is explained afterwards is found: the first paragraph, line and sentence."""
    return [unwrap(parts[0]) for parts in _parts(reply)]


def _parts(reply: str) -> Iterator[list[str]]:
    """Paragraphs, lines and sentences; where lines are lettered or numbered, those are options and no conclusions."""
    lines = [line for line in reply.splitlines() if line.strip()]
    options = {line for line in lines if _OPTION.match(line)}
    options = options if len(options) > 1 else set()
    for parts in (reply.split("\n\n"), lines, _SENTENCE.split(reply)):
        yield [part for part in parts if part.strip() and not (options and _OPTION.match(part.lstrip()))] or [""]


def repeats_itself(reply: str, most: int) -> bool:
    """Whether a sentence or line comes more than `most` times; where that is once, it has to have three words."""
    said = [fold(sentence) for line in reply.splitlines() for sentence in _SENTENCE.split(line) if sentence.strip()]
    counts = Counter(unwrap(sentence) for sentence in said)
    return any(often > most and (most > 1 or len(sentence.split()) > 2) for sentence, often in counts.items())


def is_short(reading: str) -> bool:
    return len(reading.split()) <= MOST_WORDS and len(reading) <= MOST_CHARACTERS


def squeeze(reading: str) -> str:
    """White space squeezed and marks made plain."""
    return " ".join(_plain_marks(reading).split())


def _plain_marks(text: str) -> str:
    """Compatibility forms and typographic marks made plain; text in ASCII, which is most of it, has none."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_MARKS)


def fold(reading: str) -> str:
    """Squeezed, and without case or emphasis."""
    return squeeze(reading).casefold().replace("**", "").replace("`", "")


def items(reading: str) -> list[str]:
    """The items of a list, folded as by `fold_item`."""
    parts = (_BULLET.sub("", part) for part in _SEPARATOR.split(reading))
    return [item for part in parts if (item := fold_item(unwrap(part)))]


def fold_item(item: str) -> str:
    """Folded, and without an article before it: "A hinge" is "hinge"."""
    return _ARTICLE.sub("", fold(item))


def numbers(reading: str) -> list[str]:
    """The values of the numbers written in digits, in order."""
    return [_value(digits) for digits in _NUMBER.findall(reading)]


def value(reading: str) -> str | None:
    """The value of a text that is one number, with a currency or per-cent sign at most."""
    bare = reading.strip().strip("£$€% ")
    return _value(bare) if _NUMBER.fullmatch(bare) else None


def named(said: str, known: Sequence[str]) -> list[str]:
    """Those of the (folded) names that are mentioned, in the order in which they are, as often as they are."""
    if not any(known):
        return []
    either = "|".join(re.escape(one) for one in sorted(filter(None, known), key=len, reverse=True))
    return re.findall(rf"(?<!{_LETTER})(?:{either})(?!{_LETTER})", said)


def _value(digits: str) -> str:
    """A canonical spelling: no thousands separators, no leading zeros, no empty fraction."""
    whole, _, fraction = digits.replace(",", "").partition(".")
    fraction = fraction.rstrip("0")
    sign = "-" if whole.startswith("-") else ""
    return sign + (whole.lstrip("-0") or "0") + (f".{fraction}" if fraction else "")
