"""The briefs: what people ask an assistant to write, and what from. 252 of them, written by hand, in briefs/*.toml.

A brief has an `ask`, `material` (notes, a thread, a table), and facts. Each fact has what a prompt may demand of it
(`say`: "Make sure it says when the work starts"), the forms by one of which a reply states it, and two or three
sentences that an oracle may use. Names, figures and dates are slots, drawn afresh for every prompt (`slots`). A quarter
of the briefs has `split` "training": training data is made from those, and no evaluation ever asks them. 36 are
`short`, with material of 20 to 45 words and five facts: the lowest rung, for models that lose their way in more.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from ifeval.checks.text.coverage import Reading, covered

from .slots import Values, draw, fill

Split = Literal["evaluation", "training"]
ATTEMPTS = 50
ALTERNATIVE = "|"
"""Between the first and the last name of a person in a form: either will do."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the material says. A form is a list of parts that must stand together; any one form states the fact."""

    say: str
    forms: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief with its slots filled in. `words`: words that fit, each with a sentence that uses it."""

    id: str
    domain: str
    kind: str
    topic: str
    title: str
    ask: str
    material: str
    words: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    short: bool = False


def ids(split: Split, short: bool | None = None) -> list[str]:
    """The ids of the briefs of a split, in the order of their files: all, or only those that are `short`, or are not."""
    briefs = ((name, raw) for name, (_, raw) in _all().items() if raw["split"] == split)
    return [name for name, raw in briefs if short is None or raw.get("short", False) == short]


def brief(name: str, rng: Random) -> Brief:
    """The brief `name`, with new values in its slots, none of which the request itself gives away."""
    for _ in range(ATTEMPTS):
        drawn = _filled(name, draw(_all()[name][1]["draw"], _texts(name), rng))
        given = [Reading(text) for text in (drawn.ask, drawn.topic, *(fact.say for fact in drawn.facts))]
        if not any(covered(reading, fact.forms) for fact in drawn.facts for reading in given):
            break
    return drawn


def _filled(name: str, values: Values) -> Brief:
    domain, raw = _all()[name]

    def full(text: str) -> str:
        return fill(text, values)

    return Brief(
        id=name,
        domain=domain,
        kind=raw["kind"],
        topic=full(raw["topic"]),
        title=full(raw["title"]),
        ask=full(raw["ask"]),
        material=full(raw["material"]).strip("\n"),
        words=tuple((full(word), full(sentence)) for word, sentence in raw["words"]),
        facts=tuple(_fact(fact, values) for fact in raw["fact"]),
        short=raw.get("short", False),
    )


def _fact(raw: dict[str, Any], values: Values) -> Fact:
    return Fact(
        say=fill(raw["say"], values),
        forms=tuple(tuple(fill(form, values, names=ALTERNATIVE).split(" & ")) for form in raw["forms"]),
        sentences=tuple(fill(sentence, values) for sentence in raw["sentences"]),
    )


@cache
def _texts(name: str) -> str:
    """All that the brief's author wrote, where a drawn name must not stand already."""
    return str(_all()[name][1])


@cache
def _all() -> dict[str, tuple[str, dict[str, Any]]]:
    """Domain and table of each brief, by id; a domain's short briefs have a file of their own, DOMAIN.short.toml."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted(Path(__file__).with_name("briefs").glob("*.toml")):
        for raw in tomllib.loads(path.read_text(encoding="utf-8"))["brief"]:
            found[raw["id"]] = path.name.partition(".")[0], raw
    return found
