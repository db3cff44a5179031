"""Drawing a dialogue: turns whose rules one reply can follow together, with such a reply for each, made of the brief's sentences.

The reply to the turn before never does for the next, nor one reply for all, so that nobody passes by saying the same again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from ifeval.checks.library import INSTRUCTIONS, Arguments, CannotBuild, Material, construct, follows
from ifeval.checks.text.coverage import Reading, covered
from ifeval.decoys import stuffed
from ifeval.tasks.format.briefs import Brief, Fact
from ifeval.tasks.format.choice import material
from ifeval.tasks.format.fits import goes_with
from ifeval.tasks.format.phrasing import STYLES, Parts

from . import languages, moves
from .languages import LANGUAGES, Language
from .moves import Move
from .scoring import caught_by_guard, is_language, same_start

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """An instruction that holds; `since` is the turn it was given in, from 1 (0: the system's)."""

    name: str
    arguments: Arguments
    since: int
    said: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the user: all that holds for the reply to it, and a reply that does it all."""

    move: Move
    user: str
    rules: tuple[Rule, ...]
    facts: tuple[Fact, ...]
    oracle: str
    back: bool = False
    language: Language | None = None


@dataclass(slots=True)
class Draft:
    """A dialogue being drawn."""

    about: Brief
    rng: Random
    seed: str
    pattern: Sequence[Move]
    turns: list[Turn] = field(default_factory=list)

    @property
    def last(self) -> Turn:
        return self.turns[-1]

    @property
    def number(self) -> int:
        """The number of the turn being drawn, from 1."""
        return len(self.turns) + 1


def draw(about: Brief, pattern: Sequence[Move], house: bool, seed: str) -> tuple[str | None, list[Turn]] | None:
    """The system message (None without a house rule) and the turns; None where this attempt made none."""
    it = Draft(about, Random(seed), seed, pattern)
    try:
        system = _rule(it, moves.HOUSE, (), 0) if house else None
        it.turns.append(_open(it, () if system is None else (system,)))
        for move in pattern[1:]:
            it.turns.append(_MOVES[move](it))
    except CannotBuild:
        return None
    if all(meets(it.last.oracle, turn, it.last.oracle) for turn in it.turns) or _had_for_nothing(it.turns):
        return None
    return None if system is None else moves.system(system.said, it.rng), it.turns


def _open(it: Draft, rules: tuple[Rule, ...]) -> Turn:
    """The brief, two facts or three (of a short brief one), and one rule or two: such as the pattern will correct or take back."""
    count = 1 if it.about.length == "short" else it.rng.choice((2, 3))
    wanted = it.rng.sample(range(len(it.about.facts)), count)
    facts = tuple(it.about.facts[place] for place in sorted(wanted))
    needed = [moves.CORRECTABLE] * ("correct" in it.pattern) + [tuple(moves.CONTRARY)] * ("retract" in it.pattern)
    for names in needed or [tuple(sorted(moves.RULES))]:
        rules = (*rules, _rule(it, names, rules, 1, facts))
    says, orders = [fact.say for fact in facts], [rule.said for rule in rules if rule.since]
    compose = it.rng.choice([compose for wording, compose in STYLES.values() if wording == "order"])
    user = compose(Parts(it.about.ask, it.about.material, says, orders))
    return _turn(it, "open", user, rules, facts)


def _add(it: Draft) -> Turn:
    rule = _rule(it, sorted(moves.RULES), it.last.rules, it.number, it.last.facts)
    return _turn(it, "add", moves.add(rule.said, it.rng), (*it.last.rules, rule), it.last.facts)


def _opening(it: Draft) -> Turn:
    rule = _rule(it, moves.OPENINGS, it.last.rules, it.number, it.last.facts)
    return _turn(it, "opening", moves.opening(rule.said, it.rng), (*it.last.rules, rule), it.last.facts)


def _fact(it: Draft) -> Turn:
    free = [fact for fact in it.about.facts if fact not in it.last.facts]
    if not free:
        raise CannotBuild
    new = it.rng.choice(free)
    facts = tuple(fact for fact in it.about.facts if fact in it.last.facts or fact == new)
    return _turn(it, "fact", moves.fact(new.say, it.rng), it.last.rules, facts)


def _correct(it: Draft) -> Turn:
    old = _one(it, moves.CORRECTABLE)
    others = tuple(rule for rule in it.last.rules if rule is not old)
    for _ in range(3 * ATTEMPTS):
        new = _rule(it, (old.name,), others, it.number, it.last.facts)
        shorter = "length" not in old.name or _bound(new) < _bound(old)
        if new.arguments != old.arguments and shorter:
            user = moves.correct(new.name, new.said, it.rng)
            return _turn(it, "correct", user, (*others, new), it.last.facts)
    raise CannotBuild


def _retract(it: Draft) -> Turn:
    old = _one(it, moves.CONTRARY)
    others = tuple(rule for rule in it.last.rules if rule is not old)
    new = _rule(it, moves.CONTRARY[old.name], others, it.number, it.last.facts)
    given = [rule for turn in it.turns for rule in turn.rules if rule.since]
    alone = given[0] is old and sum(rule.since == 1 for rule in it.turns[0].rules) == 1
    user = moves.retract(old.said, new.said, alone, it.rng)
    return _turn(it, "retract", user, (*others, new), it.last.facts)


def _back(it: Draft) -> Turn:
    rules = tuple(rule for rule in it.last.rules if rule.name not in moves.OPENINGS)
    return _turn(it, "back", moves.back(it.rng), rules, it.last.facts, back=True)


def _language(it: Draft) -> Turn:
    """Facts that another language could say otherwise are no longer asked for, nor the first reply's beginning."""
    language = it.rng.choice(LANGUAGES)
    facts = tuple(fact for fact in it.last.facts if languages.known_everywhere(fact) is not None)
    return _turn(it, "language", language.wish, it.last.rules, facts, language=language)


_MOVES = {
    "add": _add, "opening": _opening, "fact": _fact, "correct": _correct, "retract": _retract, "back": _back,
    "language": _language,
}  # fmt: skip


def _one(it: Draft, names: Iterable[str]) -> Rule:
    """A rule of the user's that holds and is one of `names`."""
    known = set(names)
    found = [rule for rule in it.last.rules if rule.name in known and rule.since]
    if not found:
        raise CannotBuild
    return it.rng.choice(found)


def _rule(it: Draft, names: Sequence[str], beside: Sequence[Rule], since: int, facts: Sequence[Fact] = ()) -> Rule:
    """A rule of `names` that can be followed beside the others."""
    others = [rule.name for rule in beside]
    for name in it.rng.sample(names, len(names)):
        if not (since == 0 or goes_with(name, it.about.kind, others)):
            continue
        if name in moves.SAID_IN_ENGLISH and "language" in it.pattern:
            continue
        for _ in range(ATTEMPTS):
            about = _material(it, facts)
            try:
                arguments = INSTRUCTIONS[name].sample(it.rng, about)
            except CannotBuild:
                break
            together = [*((rule.name, rule.arguments) for rule in beside), (name, arguments)]
            if construct(together, about, it.rng) is not None:
                said = INSTRUCTIONS[name].describe(arguments, "order", it.rng.randrange(2))
                return Rule(name, arguments, since, said)
    raise CannotBuild


def _turn(
    it: Draft,
    move: Move,
    user: str,
    rules: tuple[Rule, ...],
    facts: tuple[Fact, ...],
    back: bool = False,
    language: Language | None = None,
) -> Turn:
    """The turn with a reply that does all it asks; the reply before it does not."""
    turn = Turn(move, user, rules, facts, "", back, language)
    first = it.turns[0].oracle if it.turns else ""
    if it.turns and meets(it.last.oracle, turn, first):
        raise CannotBuild
    said = [*(turn.user for turn in it.turns), user]
    for reply in _replies(it, turn):
        if meets(reply, turn, first or reply) and caught_by_guard(reply, said) is None:
            return replace(turn, oracle=reply)
    raise CannotBuild


def _had_for_nothing(turns: Sequence[Turn]) -> bool:
    """Whether every word of what the user says follows a turn: rules that forbid something, facts that stand there."""
    replies = [stuffed(turn.user) for turn in turns]
    return any(meets(reply, turn, replies[0]) for reply, turn in zip(replies, turns, strict=True))


def meets(reply: str, turn: Turn, first: str) -> bool:
    """Whether a reply does all that a turn asks; `first` is the first reply of the conversation."""
    return (
        follows(reply, [(rule.name, rule.arguments) for rule in turn.rules])
        and all(covered(Reading(reply), fact.forms) for fact in turn.facts)
        and (not turn.back or same_start(reply, first))
        and (turn.language is None or is_language(reply, turn.language.code))
    )


def _replies(it: Draft, turn: Turn) -> Iterator[str]:
    for _ in range(2 * ATTEMPTS):
        about = _material(it, turn.facts, turn.language)
        built = construct([(rule.name, rule.arguments) for rule in turn.rules], about, it.rng)
        if built is not None:
            yield built.reply


def _material(it: Draft, facts: Sequence[Fact], language: Language | None = None) -> Material:
    """In a dialogue always with the same sentences first, so that a text keeps its beginning while its rules change."""
    rng = Random(f"{it.seed} sentences")
    if language is not None:
        return languages.material(it.about, list(facts), language, rng)
    return material(it.about, max(2, len(facts)), [it.about.facts.index(fact) for fact in facts], rng)


def _bound(rule: Rule) -> int:
    return next((value for value in rule.arguments.values() if isinstance(value, int)), 0)
