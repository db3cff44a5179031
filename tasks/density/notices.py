"""A newsletter of notices: each is a brief of `format` with ten instructions, judged on its own part of the reply."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from ifeval.checks.library import CHECKS, INSTRUCTIONS
from ifeval.checks.text.coverage import Reading, covered
from ifeval.records import CheckResult
from ifeval.tasks.format.briefs import Brief
from ifeval.tasks.format.choice import choose

INSTRUCTIONS_EACH = 10
"""A heading, four facts, and five instructions of the library."""

FACTS = 4

NAMES = frozenset(
    {
        *("keywords:mention", "keywords:existence", "keywords:once", "keywords:order", "keywords:forbidden_words"),
        *("sentence:keyword", "punctuation:no_comma", "content:no_questions", "content:no_exclamations"),
        *("content:some_question", "content:some_exclamation", "content:email_address", "content:labelled_line"),
        *("length:most_words", "length:least_words", "length_constraints:number_words", "count:word_count_range"),
        *("length:most_sentences", "length:least_sentences", "sentence:exact_count", "sentence:longest"),
        *("layout:least_bullets", "detectable_format:number_bullet_lists", "layout:one_paragraph", "layout:paragraphs"),
        *("layout:numbered_list", "detectable_format:number_highlighted_sections", "edge:first_word"),
        *("edge:start_phrase", "startend:end_checker", "edge:final_question", "edge:full_stop"),
    }
)
"""Instructions that make sense for a part of a longer reply."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One part of the newsletter: `text` asks for it, `target` is what `judge` needs, `oracle` follows it."""

    text: str
    target: dict[str, Any]
    oracle: str


def notice(brief: Brief, number: int, used: Counter[tuple[str, int]], rng: Random) -> Notice:
    """The brief as notice `number`, with its ten instructions, those asked for least often so far first."""
    choice = choose(brief, INSTRUCTIONS_EACH - FACTS - 1, (FACTS, FACTS), NAMES, used, rng)
    used.update((name, size) for name, _ in choice.instructions for size in (0, len(choice.instructions)))
    orders = [
        f"Put it under the heading '## {brief.title}'.",
        *(f"Say {fact.say}." for fact in choice.facts),
        *(INSTRUCTIONS[name].describe(given, "order", rng.randrange(2)) for name, given in choice.instructions),
    ]
    first = (number - 1) * INSTRUCTIONS_EACH
    asked = "\n".join(f"({first + place}) {order}" for place, order in enumerate(orders, 1))
    return Notice(
        text=f"NOTICE {number}\n{brief.ask}\n\n{brief.material}\n\n{asked}",
        target={
            "title": brief.title,
            "facts": [{"say": fact.say, "forms": [list(form) for form in fact.forms]} for fact in choice.facts],
            "instructions": choice.instructions,
        },
        oracle=f"## {brief.title}\n\n{choice.oracle}",
    )


def judge(answer: str, notices: Sequence[Mapping[str, Any]]) -> Iterator[CheckResult]:
    """The verdicts of all notices' instructions, in order; where a notice is missing, none of its is followed."""
    parts = _parts(answer, [one["title"] for one in notices])
    for one in notices:
        found = parts.get(one["title"])
        if found is None:
            missing = CheckResult(False, f"there is no notice {one['title']!r}", failure="missing")
            names = [
                "notice:heading",
                *("notice:fact" for _ in one["facts"]),
                *(name for name, _ in one["instructions"]),
            ]
            yield from (replace(missing, name=name) for name in names)
            continue
        heading, body = found
        proper = heading.strip() == f"## {one['title']}"
        yield CheckResult(proper, f"the heading is {heading.strip()[:80]!r}", "notice:heading")
        reading = Reading(body)
        for fact in one["facts"]:
            said = covered(reading, fact["forms"])
            yield CheckResult(said, f"{'says' if said else 'does not say'} {fact['say']}", "notice:fact")
        for name, arguments in one["instructions"]:
            yield replace(CHECKS[name](body, **arguments), name=name)


def _parts(answer: str, titles: Sequence[str]) -> dict[str, tuple[str, str]]:
    """For each title found as a line of its own, however it is set off, that line and the text up to the next."""
    wanted = {_bare(title): title for title in titles}
    found: dict[str, tuple[str, list[str]]] = {}
    current: list[str] = []
    for line in answer.split("\n"):
        title = wanted.get(_bare(line)) if len(line) < 200 else None
        if title is not None and title not in found:
            current = []
            found[title] = line, current
        else:
            current.append(line)
    texts = {title: (line, "\n".join(lines).strip()) for title, (line, lines) in found.items()}
    return {title: (line, body) for title, (line, body) in texts.items() if body}


def _bare(line: str) -> str:
    return " ".join(re.findall(r"\w+", re.sub(r"^\W*(?:notice )?\d{0,2}\W+", "", f" {line}".lower())))
