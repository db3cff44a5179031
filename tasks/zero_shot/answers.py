"""What counts as the right answer: the one place where replies are read and compared.

A target is JSON: how to compare (`match`), what with, and an `oracle` reply. Two questions are asked of a reply.

`is_exact`: is it the answer and nothing else? It loses its wrapping only: code-fence lines, quotes, emphasis and
brackets around the whole, and final full stops.

| match | equal when |
|---|---|
| verbatim | the same characters (curly quotes are straight ones) |
| text | the same but for case; a date, a time or a figure in any usual spelling |
| number | nothing but one number is written, and it has the same value |
| sequence | the same items, with an article or without, in the same order, separated by commas, semicolons, line ends or bullets |
| collection | the same, in any order |
| facts | all wanted facts are named, none of the unwanted, within the allowed number of words |

`judge`: can the right answer be recognised? It is looked for in the whole reply, then where a conclusion stands (the
last paragraph, line or sentence), then where an answer that is explained afterwards is found (the first one). A place
holds the answer if, without a lead-in of at most 60 characters ("Answer: ", "Here is the list:"), it equals the
answer, or if it is short (25 words, 200 characters) and

- names the answer once and none of the other candidates ("The label is VUTOK."), without a negation, except in an explanation
  that follows a mark ("The pie, as we have no soup."); a text that is to be reproduced, verbatim and without candidates,
  stands first;
- holds one number only, or one after the last equals sign ("3 + 4 = 7"), or one after numbers of the question;
- names all items of a list, each once and in order, and no other candidate.

The conclusion decides: an opening counts only where no later line is an answer of its own. A reply that says the same
sentences over and over is none.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ifeval.checks.text.answers import (
    NEGATION,
    RECONSIDERS,
    endings,
    fold,
    fold_item,
    is_short,
    items,
    named,
    numbers,
    openings,
    plain,
    repeats_itself,
    squeeze,
    strip_lead_in,
    unwrap,
    value,
)
from ifeval.checks.text.english import in_words
from ifeval.records import CheckResult

from .spellings import mentions, spellings

Target = dict[str, Any]

LONGEST = 8000
"""Characters; no right answer comes near, and a longer reply is wrong unread."""

_MARKS = " .,:;!?\"'*`()"
"""What may stand around an answer that opens or closes a reply."""

MOST_REPEATS = 5
"""Steps of a calculation may look alike; a letter, a summary or a text to be reproduced says nothing twice."""


def target(match: str, answers: Sequence[str], *, rivals: Sequence[str] = ()) -> Target:
    """`match` "text" or "verbatim": one answer and its other spellings; "sequence" or "collection": all items.

    `rivals` are the prompt's other candidates (the answer may be among them).
    """
    others = [rival for rival in dict.fromkeys(rivals) if rival not in answers]
    listing = match in ("sequence", "collection")
    oracle = ", ".join(answers) if listing else answers[0]
    return {"match": match, "answers": [*answers], "rivals": others, "oracle": oracle}


def text(*answers: str, rivals: Sequence[str] = (), choice: bool = True) -> Target:
    """`choice`: whether the rivals are what the prompt offers to choose from, rather than other finds in a document."""
    return target("text", answers, rivals=rivals) | ({} if choice else {"choice": False})


def number(value: int) -> Target:
    return {"match": "number", "answers": [str(int(value))], "rivals": [], "oracle": str(int(value))}


def facts(
    oracle: str, wanted: Sequence[Sequence[str]], unwanted: Sequence[str] = (), *, words: tuple[int, int]
) -> Target:
    """`wanted`: for each fact its surface forms; `words`: the least and the greatest number of words allowed."""
    return {
        "match": "facts", "wanted": [[*forms] for forms in wanted], "unwanted": [*unwanted], "words": [*words],
        "oracle": oracle,
    }  # fmt: skip


def candidates(target: Target, prompt: str) -> list[str]:
    """Where the reply is a choice among candidates, those that stand in the prompt, as they do; else nothing.

    An answer that does not stand there itself can't be guessed from it.
    """
    if target["match"] not in ("text", "verbatim") or not target.get("choice", True):
        return []
    shown = [
        next((said for said in (one, one.capitalize()) if said in prompt), "")
        for one in (target["answers"][0], *target["rivals"])
    ]
    found = [one for one in shown if one]
    return found if shown[0] and len(found) > 1 else []


def is_exact(target: Target, reply: str) -> bool:
    """Whether the reply is the right answer and nothing else."""
    if len(reply) > LONGEST:
        return False
    whole = plain(reply)
    return not _missing_facts(target, whole) if target["match"] == "facts" else _equal(target, whole)


def opens_or_closes(target: Target, reply: str) -> bool:
    """Whether a reply begins or ends with the answer ("That would be 60!")."""
    said = fold(plain(reply)).strip(_MARKS)
    forms = [form.strip(_MARKS) for answer in target["answers"] for form in _forms(answer)]
    return any(said.startswith(form) or said.endswith(form) for form in forms)


def judge(target: Target, reply: str) -> CheckResult:
    """Whether the right answer can be recognised; the reason quotes reply and answer."""
    if not reply.strip():
        return CheckResult(False, "empty reply", target["match"])
    if len(reply) > LONGEST:
        return CheckResult(False, f"{len(reply):,} characters, far more than any answer", target["match"])
    whole = plain(reply)
    written = target["match"] == "facts" or (target["match"] == "verbatim" and not target["rivals"])
    if repeats_itself(whole, 1 if written else MOST_REPEATS):
        return CheckResult(False, "says the same thing over and over", target["match"])
    if target["match"] == "facts":
        problems = [_missing_facts(target, reading) for reading in (whole, strip_lead_in(whole))]
        problem = "" if "" in problems else problems[0]
        return CheckResult(not problem, problem or "names the facts", "facts")
    shown = " ".join(whole.split())
    shown = shown if len(shown) <= 80 else f"{shown[:38]} ... {shown[-37:]}"
    wanted = target["oracle"] if len(target["oracle"]) <= 80 else f"{target['oracle'][:77]}..."
    return CheckResult(_is_right(target, whole), f"answered {shown!r}, wanted {wanted!r}", target["match"])


def _is_right(target: Target, whole: str) -> bool:
    if any(_holds(target, place) for place in dict.fromkeys((whole, *endings(whole)))):
        return True
    for opening in dict.fromkeys(openings(whole)):
        rest = whole[len(opening) :]
        if _equal(target, strip_lead_in(opening)) and not _takes_back(target, rest):
            return True
        if _holds(target, opening) and not _names_another(target, rest):
            return True
    return False


def _holds(target: Target, place: str) -> bool:
    """Whether the answer is here, with or without a lead-in."""
    readings = dict.fromkeys((place, strip_lead_in(place)))
    return any(_equal(target, reading) or _recognised(target, reading) for reading in readings)


def _takes_back(target: Target, rest: str) -> bool:
    """Whether another answer follows."""
    second_thoughts = RECONSIDERS.search(rest) is not None and _names_another(target, rest)
    return second_thoughts or any(_answers(target, unit) for unit in _units(rest))


def _units(reply: str) -> Iterator[str]:
    """Lines, and sentences of lines."""
    for line in reply.splitlines():
        yield strip_lead_in(unwrap(line))
        yield from (unwrap(sentence) for sentence in re.split(r"(?<=[.!?])\s", line))


def _answers(target: Target, unit: str) -> bool:
    """Whether a line is an answer of its own, right or wrong."""
    match target["match"]:
        case "number":
            return len(numbers(unit)) == 1 and value(unit) is not None
        case "sequence" | "collection":
            known = {fold_item(one) for one in (*target["answers"], *target["rivals"])}
            return len(found := items(unit)) > 1 and known.issuperset(found)
    return fold(unit) in {fold(one) for one in target["rivals"]}


def _names_another(target: Target, rest: str) -> bool:
    if target["match"] == "number":
        return bool(numbers(rest))
    return bool(named(fold(rest), [fold(one) for one in target["rivals"] + target["answers"]]))


def _equal(target: Target, reading: str) -> bool:
    answers = target["answers"]
    match target["match"]:
        case "verbatim":
            right = {squeeze(plain(answer)) for answer in answers}
            return not right.isdisjoint({squeeze(reading), squeeze(reading.replace("**", ""))})
        case "text":
            return fold(reading) in {form for answer in answers for form in _forms(answer)}
        case "number":
            return value(reading) == answers[0] or fold(reading) == _in_words(answers[0])
        case "sequence":
            return items(reading) == [fold_item(answer) for answer in answers]
    return sorted(items(reading)) == sorted(fold_item(answer) for answer in answers)


def _recognised(target: Target, reading: str) -> bool:
    """Whether a short text gives the answer away in a sentence."""
    if not is_short(reading):
        return False
    if target["match"] == "number":
        asked = target.get("asked", [])
        return not NEGATION.search(reading) and _concludes(fold(reading), target["answers"][0], asked)
    exact = target["match"] == "verbatim"
    said = squeeze(reading) if exact else fold(reading)
    one = squeeze if exact else fold
    right = [form for answer in target["answers"] for form in ([one(plain(answer))] if exact else _forms(answer))]
    wrong = [form for rival in target["rivals"] for form in ([one(rival)] if exact else _forms(rival))]
    found = named(said, [*right, *wrong])
    if target["match"] in ("sequence", "collection"):
        wanted = [one(answer) for answer in target["answers"]]
        same = found == wanted if target["match"] == "sequence" else sorted(found) == sorted(wanted)
        return same and not NEGATION.search(_without(said, wanted))
    if len(found) != 1 or found[0] not in right:
        return False
    before, _, after = said.partition(found[0])
    closed = re.match(r"[\"'*`]*(?:\Z|[.!:,;。，-])", after) is not None  # what follows explains it
    inside = target["match"] == "text" or bool(target["rivals"])  # a text to be reproduced stands alone
    denied = NEGATION.search(before if closed else _without(said, found)) is not None
    return (closed and not before) or (inside and not denied)


def _without(said: str, answers: Sequence[str]) -> str:
    """The reply without the answers, one of which may be called "No Signal"."""
    for answer in sorted(answers, key=len, reverse=True):
        said = said.replace(answer, "")
    return said


@lru_cache(maxsize=4096)
def _forms(answer: str) -> tuple[str, ...]:
    return tuple(fold(unwrap(form)) for form in spellings(answer))


def _concludes(said: str, wanted: str, asked: Sequence[str]) -> bool:
    """One number is written, or one after the last equals sign, and it has the value; or it is written as a word.

    Numbers of the question may be said again before it ("The price of no. 735 is 105 pounds.").
    """
    found = numbers(said.rpartition("=")[2])
    if wanted not in asked and found[-1:] == [wanted]:
        found = [number for number in found if number not in asked]
    return found == [wanted] or (not found and len(named(said, [_in_words(wanted)])) == 1)


def _in_words(wanted: str) -> str:
    return in_words(int(wanted)) if 0 <= int(wanted) < 1000 else wanted


def _missing_facts(target: Target, reading: str) -> str:
    """What is wrong with a text, or nothing."""
    least, most = target["words"]
    folded = fold(reading)
    count = len(reading.split())
    if not least <= count <= most:
        return f"{count} words, wanted {least} to {most}"
    absent = [forms[0] for forms in target["wanted"] if not any(mentions(folded, form) for form in forms)]
    if absent:
        return f"does not mention {', '.join(absent)}"
    if present := [form for form in target["unwanted"] if mentions(folded, form)]:
        return f"mentions {', '.join(present)}"
    return ""
