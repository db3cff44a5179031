"""The briefs: what people ask an assistant to write, and what from. 324 of them, written by hand, in briefs/*.toml.

A brief has an `ask`, `material` (notes, a thread, a table), and facts. Each fact has what a prompt may demand of it
(`say`: "Make sure it says when the work starts"), the forms by one of which a reply states it, and two or three
sentences that an oracle may use. Names, figures and dates are slots, drawn afresh for every prompt (`slots`). A quarter
of the briefs has `split` "training": training data is made from those, and no evaluation ever asks them.

Their `length`: 216 are "long", with material of more than 45 words and five to twelve facts. 36 are "short": 20 to 45 words, five facts. 72
are a "line", the lowest rung: a request of 12 to 35 words in all, as one types it, with one to three facts, all of them wanted.
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
Length = Literal["line", "short", "long"]
ATTEMPTS = 50
ALTERNATIVE = "|"
"""Between the first and the last name of a person in a form: either will do."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the material says. A form is a list of parts that must stand together; any one form states the fact."""

    say: str
    forms: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]
    main: bool = False
    """Whether the text would miss its point without it: a prompt demands it before any other."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One brief with its slots filled in. `words`: words that fit, each with a sentence that uses it.

    `unfit`: instructions that nobody would give for it (emoji in bad news, hashtags on a paper sign).
    """

    id: str
    domain: str
    kind: str
    topic: str
    title: str
    ask: str
    material: str
    words: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    length: Length
    unfit: frozenset[str]


def ids(split: Split, length: Length | None = None) -> list[str]:
    """The ids of the briefs of a split, in the order of their files: all, or those of one length."""
    return [name for name, (_, of, raw) in _all().items() if raw["split"] == split and (length is None or of == length)]


def brief(name: str, rng: Random) -> Brief:
    """The brief `name`, with new values in its slots, none of which the request itself gives away."""
    for _ in range(ATTEMPTS):
        drawn = _filled(name, draw(_all()[name][2]["draw"], _texts(name), rng))
        given = [Reading(text) for text in (drawn.ask, drawn.topic, *(fact.say for fact in drawn.facts))]
        if not any(covered(reading, fact.forms) for fact in drawn.facts for reading in given):
            break
    return drawn


def _filled(name: str, values: Values) -> Brief:
    domain, length, raw = _all()[name]

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
        length=length,
        unfit=frozenset(raw.get("unfit", ())),
    )


def _fact(raw: dict[str, Any], values: Values) -> Fact:
    return Fact(
        say=fill(raw["say"], values),
        forms=tuple(tuple(fill(form, values, names=ALTERNATIVE).split(" & ")) for form in raw["forms"]),
        sentences=tuple(fill(sentence, values) for sentence in raw["sentences"]),
        main=raw.get("main", False),
    )


@cache
def _texts(name: str) -> str:
    """All that the brief's author wrote, where a drawn name must not stand already."""
    return str(_all()[name][2])


@cache
def _all() -> dict[str, tuple[str, Length, dict[str, Any]]]:
    """Domain, length and table of each brief, by id. A domain has a file for each length: DOMAIN.line.toml,
    DOMAIN.short.toml and, for the long ones, DOMAIN.toml."""
    found: dict[str, tuple[str, Length, dict[str, Any]]] = {}
    for path in sorted(Path(__file__).with_name("briefs").glob("*.toml")):
        domain, _, rest = path.name.removesuffix(".toml").partition(".")
        length: Length = "line" if rest == "line" else "short" if rest == "short" else "long"
        for raw in tomllib.loads(path.read_text(encoding="utf-8"))["brief"]:
            found[raw["id"]] = domain, length, raw
    return found
