"""What counts as the right answer: the one place where replies are normalised and compared.

A target is JSON: how to compare (`match`), what with, and an `oracle` reply. Two questions are asked of a reply.

`is_exact`: is it the answer and nothing else? It loses its wrapping only: code-fence lines, quotes, emphasis and
brackets around the whole, and final full stops.

| match | equal when |
|---|---|
| verbatim | the same characters |
| text | the same but for case |
| number | nothing but one number is written, and it has the same value |
| sequence | the same items in the same order, separated by commas, semicolons, line ends or bullets |
| collection | the same, in any order |
| facts | all wanted facts are named, none of the unwanted, within the allowed number of words |

`judge`: can the right answer be recognised? Also right are the answer after one lead-in of at most 60 characters that
ends in a colon ("Answer: ", "Here is the list:") or says "the answer is", and, in a reply of at most 25 words and 200
characters,

- an answer that stands first, as a sentence or line of its own, and does not come a second time;
- where a target has `rivals` (the other candidates of the prompt): an answer that is the only candidate named, once
  and without a negation ("The label is VUTO.");
- the only number written, or the only one after the last equals sign ("3 + 4 = 7");
- the items of a list, each named once and in order, and no rival.

A reply that lists every label or copies the prompt names a rival, and is wrong under each of them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from ifeval.records import CheckResult

Target = dict[str, Any]

LONGEST = 4000
"""Characters; no right answer comes near, and a longer reply is wrong unread."""
MOST_WORDS = 25
MOST_CHARACTERS = 200
"""The longest sentence in which an answer is looked for."""

_WRAPPING = " \t\n\"'`*_“”‘’«»„()[]"
_LEAD_IN = re.compile(r"[^:\n]{1,60}:\s|the answer is\s", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_BULLET = re.compile(r"\A\s*(?:[-*•]|[0-9]{1,2}[.)])\s+")
_SEPARATOR = re.compile(r"[,;\n、]")
_NEGATION = re.compile(r"\b(?:not|never|no|neither|nor|nicht|kein|pas|non|não|nunca)\b|n't|n’t|不|没", re.IGNORECASE)
_LETTER = r"[^\W\u4e00-\u9fff]"
"""Inside a word; Chinese is written without spaces, so its characters border on anything."""


def verbatim(answer: str, *, rivals: Sequence[str] = ()) -> Target:
    return {"match": "verbatim", "answers": [answer], "rivals": [*rivals], "oracle": answer}


def text(answer: str, *also: str, rivals: Sequence[str] = ()) -> Target:
    """One answer, and other spellings of it; `rivals` are the prompt's other candidates (the answer may be among them)."""
    answers = [answer, *also]
    return {"match": "text", "answers": answers, "rivals": [r for r in rivals if r not in answers], "oracle": answer}


def number(value: int, *, rivals: Sequence[str] = ()) -> Target:
    """`rivals`: words of the material that no answer needs, where copying it would be right by accident."""
    return {"match": "number", "answers": [str(value)], "rivals": [*rivals], "oracle": str(value)}


def sequence(items: Sequence[str], *, rivals: Sequence[str] = ()) -> Target:
    """`rivals`: candidates that belong to no answer (those among `items` are left out)."""
    return _listing("sequence", items, rivals)


def collection(items: Sequence[str], *, rivals: Sequence[str] = ()) -> Target:
    return _listing("collection", items, rivals)


def _listing(match: str, items: Sequence[str], rivals: Sequence[str]) -> Target:
    others = [rival for rival in rivals if rival not in items]
    return {"match": match, "answers": [*items], "rivals": others, "oracle": ", ".join(items)}


def facts(oracle: str, wanted: Sequence[str], unwanted: Sequence[str] = (), *, words: tuple[int, int]) -> Target:
    """`words`: the least and the greatest number of words allowed."""
    return {"match": "facts", "wanted": [*wanted], "unwanted": [*unwanted], "words": [*words], "oracle": oracle}


def is_exact(target: Target, reply: str) -> bool:
    """Whether the reply is the right answer and nothing else."""
    if len(reply) > LONGEST:
        return False
    whole = next(_readings(reply))
    if target["match"] == "number" and _NUMBER.fullmatch(whole) is None:
        return False
    return not _missing_facts(target, whole) if target["match"] == "facts" else _equal(target, whole)


def judge(target: Target, reply: str) -> CheckResult:
    """Whether the right answer can be recognised; the reason quotes reply and answer."""
    if not reply.strip():
        return CheckResult(False, "empty reply", target["match"])
    if len(reply) > LONGEST:
        return CheckResult(False, f"{len(reply):,} characters, far more than any answer", target["match"])
    readings = list(_readings(reply))
    if target["match"] == "facts":
        problems = [_missing_facts(target, reading) for reading in readings]
        problem = next((p for p in problems if not p), "") if not all(problems) else problems[0]
        return CheckResult(not problem, problem or "names the facts", "facts")
    ok = any(_equal(target, reading) for reading in readings) or _recognised(target, readings[0])
    shown = " ".join(readings[0].split())
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    return CheckResult(ok, f"answered {shown!r}, wanted {target['oracle']!r}", target["match"])


def _readings(reply: str) -> Iterator[str]:
    """The reply without its wrapping, then without its lead-in too."""
    lines = unicodedata.normalize("NFKC", reply.replace("：", ": ")).splitlines()
    whole = _unwrap("\n".join(line for line in lines if not line.lstrip().startswith("```")))
    yield whole
    lead_in = _LEAD_IN.match(whole)
    if lead_in:
        yield _unwrap(whole[lead_in.end() :])


def _unwrap(reply: str) -> str:
    return reply.strip(_WRAPPING).rstrip(".。").strip(_WRAPPING)


def _equal(target: Target, reading: str) -> bool:
    match target["match"]:
        case "verbatim":
            return any(_squeeze(reading) == _squeeze(_unwrap(answer)) for answer in target["answers"])
        case "text":
            return any(_fold(reading) == _fold(_unwrap(answer)) for answer in target["answers"])
        case "number":
            return _NUMBER.fullmatch(reading) is not None and _value(reading) == target["answers"][0]
        case "sequence":
            return _items(reading) == [_fold(answer) for answer in target["answers"]]
        case _:
            return sorted(_items(reading)) == sorted(_fold(answer) for answer in target["answers"])


def _recognised(target: Target, reading: str) -> bool:
    """Whether a short reply gives the answer away in a sentence."""
    if len(reading.split()) > MOST_WORDS or len(reading) > MOST_CHARACTERS:
        return False
    said = _fit(target, reading)
    answers, rivals = ([_fit(target, _unwrap(one)) for one in target[key]] for key in ("answers", "rivals"))
    named = _named(said, [*answers, *rivals])
    match target["match"]:
        case "number":
            return not _named(said, rivals) and not _NEGATION.search(said) and _concludes(said, answers[0])
        case "sequence":
            return named == answers and not _NEGATION.search(said)
        case "collection":
            return sorted(named) == sorted(answers) and not _NEGATION.search(said)
    if len(named) != 1 or named[0] not in answers:
        return False
    ends = r"\Z|[.!:,;。，]" if rivals else r"\Z|[.!。]"
    first = re.match(rf"{re.escape(named[0])}[\"'*`”]*(?:{ends})", said) is not None
    return (
        first
        or _fit(target, _unwrap(reading.splitlines()[0])) == named[0]
        or (bool(rivals) and not _NEGATION.search(said))
    )


def _concludes(said: str, value: str) -> bool:
    """One number is written, or one after the last equals sign, and it has the value."""
    return [_value(digits) for digits in _NUMBER.findall(said.rpartition("=")[2])] == [value]


def _named(said: str, candidates: Sequence[str]) -> list[str]:
    """The candidates in the order in which they are mentioned, as often as they are."""
    if not candidates:
        return []
    either = "|".join(re.escape(one) for one in sorted(candidates, key=len, reverse=True))
    return re.findall(rf"(?<!{_LETTER})(?:{either})(?!{_LETTER})", said)


def _fit(target: Target, value: str) -> str:
    """What is compared: without case, unless case matters; white space squeezed."""
    return _squeeze(value) if target["match"] == "verbatim" else _fold(value)


def _missing_facts(target: Target, reading: str) -> str:
    """What is wrong with a summary, or nothing."""
    least, most = target["words"]
    folded = _fold(reading)
    count = len(reading.split())
    if not least <= count <= most:
        return f"{count} words, wanted {least} to {most}"
    if absent := [fact for fact in target["wanted"] if not _mentions(folded, fact)]:
        return f"does not mention {', '.join(absent)}"
    if present := [fact for fact in target["unwanted"] if _mentions(folded, fact)]:
        return f"mentions {', '.join(present)}"
    return ""


def _mentions(folded: str, fact: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(_fold(fact))}(?!\w)", folded) is not None


def _items(reading: str) -> list[str]:
    parts = (_BULLET.sub("", part) for part in _SEPARATOR.split(reading))
    return [item for part in parts if (item := _fold(_unwrap(part)))]


def _value(digits: str) -> str:
    """A canonical spelling: no thousands separators, no leading zeros, no empty fraction."""
    whole, _, fraction = digits.replace(",", "").partition(".")
    fraction = fraction.rstrip("0")
    sign = "-" if whole.startswith("-") else ""
    return sign + (whole.lstrip("-0") or "0") + (f".{fraction}" if fraction else "")


def _squeeze(value: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", value).split())


def _fold(value: str) -> str:
    return _squeeze(value).casefold()
