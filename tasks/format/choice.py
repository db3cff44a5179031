"""What a prompt asks for: facts of its brief and instructions, such that one reply can do it all and no decoy can."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from ifeval.checks.guards import copied, guard
from ifeval.checks.library import (
    INSTRUCTIONS,
    Arguments,
    Built,
    CannotBuild,
    Material,
    Point,
    construct,
    follows,
)
from ifeval.checks.text.coverage import Reading, covered
from ifeval.records import CheckResult

from .briefs import Brief, Fact
from .fits import goes_with

Instructions = list[tuple[str, Arguments]]

ATTEMPTS = 3
"""How often arguments are drawn again for an instruction that cannot be followed beside the others."""

RANKED_ATTEMPTS = 8
"""How often instructions are taken in the order of their use; what it puts first may not go together, in no draw."""

MIN_WORDS = 5
"""A shorter reply follows nothing: no prompt asks for so little."""

REQUEST_SHARE = 0.4
"""A reply to a line with this share of its words in a row from the request around the material repeats the request."""

REPEATED_SHARE = 0.5
"""So does one that holds this share of the request in a row."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Instructions, the facts demanded, and the oracle: a reply that follows and says them all."""

    instructions: Instructions
    facts: tuple[Fact, ...]
    oracle: str


def material(brief: Brief, wanted: int, first: Sequence[int], rng: Random) -> Material:
    """What an oracle for the brief is made of: its words, and its facts.

    The brief's main fact is taken first, unless it would be the only one and is not among those numbered `first`; then
    those are. Both the facts wanted and the others stand in the brief's own order, in which they read best.
    """
    others = [place for place in range(len(brief.facts)) if place not in first]
    mixed = [*rng.sample(list(first), len(first)), *rng.sample(others, len(others))]
    mixed.sort(key=lambda place: not (brief.facts[place].main and (wanted > 1 or place in first)))
    order = [*sorted(mixed[:wanted]), *sorted(mixed[wanted:])]
    points = [
        Point(brief.facts[n].say, tuple(rng.sample(brief.facts[n].sentences, len(brief.facts[n].sentences))))
        for n in order
    ]
    words = {word: sentence for word, sentence in rng.sample(brief.words, len(brief.words)) if " " not in word}
    return Material(f"{brief.ask} {brief.material}", brief.topic, brief.title, points, words, wanted, brief.kind)


def choose(
    brief: Brief,
    count: int,
    facts: tuple[int, int],
    names: Collection[str],
    used: Counter[tuple[str, int]],
    rng: Random,
    fresh: Sequence[int] = (),
    before: Collection[str] = (),
    decoys: Sequence[str] = (),
) -> Choice:
    """`count` instructions of `names` and some facts of `brief`, with an oracle that no decoy's reply could stand in for.

    facts: fewest and most that are demanded; those numbered `fresh` come first. Instructions asked for least often so
    far come first: among prompts with as many, then in all; those that the brief was asked for `before` come last.
    `used` counts them by (id, number of instructions), and by (id, 0) in all. Where these leave nothing that goes together,
    any order will do.
    """
    low, high = facts
    attempt = 0
    while True:
        attempt += 1
        about = material(brief, rng.randint(low, high), fresh, rng)
        ranks = {name: (name in before, used[name, count], used[name, 0], rng.random()) for name in sorted(names)}
        ranked = (
            sorted(names, key=ranks.__getitem__)
            if attempt <= RANKED_ATTEMPTS
            else rng.sample(sorted(names), len(names))
        )
        chosen: Instructions = []
        built: Built | None = None
        words = about.words
        while len(chosen) < count:
            last = len(chosen) == count - 1
            found = next(_extensions(ranked, chosen, about, (*decoys, *ignoring(about)) if last else (), rng), None)
            if found is None:
                break
            chosen, built = found
        else:
            assert built is not None
            said = tuple(_fact(brief, about, place) for place in built.made)
            if all(covered(Reading(built.reply), fact.forms) for fact in said):
                return Choice(chosen, said, built.reply)
        about.words = words


def ignoring(about: Material) -> tuple[str, str]:
    """Good replies that follow no instruction: the facts demanded, and everything there is to say."""
    return " ".join(about.least()), " ".join(point.sentences[0] for point in about.points)


def caught(reply: str, prompt: str, line: str = "", truncated: bool = False) -> CheckResult | None:
    """What `ifeval.checks.guards.guard` says of a reply.

    `line` is the material of a prompt of one line, else "". A good reply may be a piece of that, word for word; it is
    an echo only when it repeats the request around it too.
    """
    request = prompt.replace(line, " ")
    own = line and copied(reply, request) < REQUEST_SHARE and copied(request, reply) < REPEATED_SHARE
    return guard(reply, "" if own else prompt, truncated=truncated, min_words=MIN_WORDS)


def passes(reply: str, prompt: str, instructions: Instructions, line: str = "") -> bool:
    """Whether a decoy's reply follows the instructions and is caught by no guard; `line` as in `caught`."""
    return follows(reply, instructions) and caught(reply, prompt, line) is None


def _fact(brief: Brief, about: Material, place: int) -> Fact:
    label = about.points[place].label
    return next(fact for fact in brief.facts if fact.say == label)


def _extensions(
    names: Sequence[str], chosen: Instructions, about: Material, decoys: Sequence[str], rng: Random
) -> Iterator[tuple[Instructions, Built]]:
    """`chosen` and one instruction of `names` more, with an oracle; none that a decoy follows."""
    words = about.words
    others = [other for other, _ in chosen]
    for name in names:
        if not goes_with(name, about.kind, others):
            continue
        for _ in range(ATTEMPTS):
            about.words = words
            try:
                together = [*chosen, (name, INSTRUCTIONS[name].sample(rng, about))]
            except CannotBuild:
                continue
            built = construct(together, about, rng)
            if built is not None and not (decoys and any(follows(one, together) for one in decoys)):
                yield together, built
