"""Every instruction describes itself, agrees with its neighbours, and can be followed."""

import re
from itertools import chain, combinations, product
from random import Random

import pytest

from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.library import CHECKS, INSTRUCTIONS, Arguments, Built, CannotBuild, Draft, construct
from ifeval.checks.library.builds import begin
from ifeval.checks.library.example import example
from ifeval.checks.library.phrases import END_PHRASES, START_PHRASES, suited

GROUPS = {instruction.group for instruction in INSTRUCTIONS.values()}
WORDINGS = ("order", "requirement", "note")


def attempt(names: tuple[str, ...], number: int) -> tuple[list[tuple[str, Arguments]], Built | None]:
    rng, about = Random(f"{names}{number}"), example()
    try:
        instructions = [(name, INSTRUCTIONS[name].sample(rng, about)) for name in names]
    except CannotBuild:
        return [], None
    return instructions, construct(instructions, about, rng)


def test_there_are_enough_and_each_has_a_check():
    assert len(INSTRUCTIONS) == 82
    assert CHECKS.keys() == INSTRUCTIONS.keys()


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_alone_it_can_be_followed_with_any_arguments(name):
    for number in range(10):
        instructions, built = attempt((name,), number)
        validate(name, CHECKS[name], instructions[0][1], "a sampled argument")
        assert built is not None
        assert CHECKS[name](built.reply, **instructions[0][1]).ok
        assert len(built.made) >= 3


def test_nearly_every_allowed_pair_can_be_followed():
    """The little example has no sentence without a comma and a digit for each point; a brief may have."""
    allowed = [pair for pair in combinations(INSTRUCTIONS, 2) if INSTRUCTIONS[pair[0]].allows(INSTRUCTIONS[pair[1]])]
    stuck = [pair for pair in allowed if not any(attempt(pair, number)[1] for number in range(12))]
    assert len(stuck) < 0.03 * len(allowed), stuck


def test_conflicts_are_symmetric_and_name_what_exists():
    for instruction in INSTRUCTIONS.values():
        assert instruction.excludes <= GROUPS | INSTRUCTIONS.keys(), instruction.id
        assert not instruction.allows(instruction)
    for one, other in combinations(INSTRUCTIONS.values(), 2):
        assert one.allows(other) == other.allows(one)


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_words(name):
    instruction, rng = INSTRUCTIONS[name], Random(name)
    arguments = instruction.sample(rng, example())
    said = {}
    for wording in WORDINGS:
        variants = [instruction.describe(arguments, wording, variant) for variant in (0, 1)]
        assert variants[0] != variants[1]
        assert instruction.describe(arguments, wording, 2) == variants[0]
        said[wording] = variants
    for sentence in said["order"] + said["requirement"]:
        assert sentence[0].isupper()
        assert sentence[-1] in ".?!:\")'" or sentence.endswith("```")
    for note in said["note"]:
        assert ";" not in note
        assert not note[0].isupper() or note.startswith("JSON")
    for words in chain.from_iterable(said.values()):
        for value in arguments.values():
            if isinstance(value, str) and value not in ("at least", "less than"):
                assert value in words
            if isinstance(value, int) and name != "length_constraints:nth_paragraph_first_word":
                assert str(value) in words


@pytest.mark.parametrize(
    ("name", "arguments"), [("sentence:exact_count", {"sentences": 1}), ("layout:table", {"columns": 2, "rows": 1})]
)
def test_one_is_no_plural(name, arguments):
    for wording, variant in product(WORDINGS, (0, 1)):
        said = INSTRUCTIONS[name].describe(arguments, wording, variant)
        assert re.search(r"\b1 (sentence|row)\b", said), said


@pytest.mark.parametrize("kind", START_PHRASES)
def test_no_phrase_opens_and_closes_a_text_of_a_kind(kind):
    assert not {*suited(START_PHRASES, kind)} & {*suited(END_PHRASES, kind)}
    for phrase in chain(suited(START_PHRASES, kind), suited(END_PHRASES, kind)):
        assert phrase.endswith((".", ":"))
        assert "," not in phrase  # it may be asked for beside "no commas"


def test_a_kind_without_phrases_has_those_of_an_explanation():
    assert suited(END_PHRASES, "sermon") == END_PHRASES["explanation"]


def test_an_emoji_follows_the_stop():
    _, built = attempt(("format:emoji",), 0)
    assert built is not None
    assert built.reply.endswith(". 🙂")


def test_a_draft_says_the_wanted_points_first_and_nothing_twice():
    about = example(wanted=4)
    draft = Draft(Random(0), about)
    draft.begin()
    assert draft.made == [0, 1, 2, 3]
    assert draft.render() == " ".join(about.least())
    every = [sentence for point in about.points for sentence in point.sentences] + list(about.words.values())
    more = [draft.sentence() for _ in range(len(every) - 4)]
    assert sorted([*about.least(), *more]) == sorted(every)
    with pytest.raises(CannotBuild):
        draft.sentence()


def test_a_draft_keeps_to_the_sentences_that_come_into_question():
    draft = Draft(Random(0), example(wanted=3))
    draft.keep(lambda sentence: not any(map(str.isdigit, sentence)))
    draft.begin()
    assert draft.made == [0, 2, 3]
    demanding = Draft(Random(0), example(wanted=9))
    demanding.keep(lambda sentence: "pier" not in sentence)
    with pytest.raises(CannotBuild):
        demanding.begin()


def test_a_name_keeps_its_capital_after_another_word():
    assert begin("Then", "The gauge is read.") == "Then the gauge is read."
    assert begin("Then", "Anders reads it.") == "Then Anders reads it."
