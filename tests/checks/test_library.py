"""Every instruction describes itself, agrees with its neighbours, and can be followed."""

from itertools import chain, combinations
from random import Random

import pytest

from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.library import CHECKS, INSTRUCTIONS, Draft, Material, construct
from ifeval.checks.library.draft import SENTENCES

GROUPS = {instruction.group for instruction in INSTRUCTIONS.values()}
WORDINGS = ("order", "requirement", "note")


def material() -> Material:
    words = ["moon", "gravity", "ocean", "coast", "lantern", "feather", "marble", "velvet", "walnut", "orchard"]
    return Material("Explain to a busy reader how tides work.", "the tides", words)


def attempt(names: tuple[str, ...], number: int) -> tuple[list, str | None]:
    rng, about = Random(f"{names}{number}"), material()
    instructions = [(name, INSTRUCTIONS[name].sample(rng, about)) for name in names]
    return instructions, construct(instructions, about, rng)


def test_there_are_enough_and_each_has_a_check():
    assert len(INSTRUCTIONS) == 82
    assert CHECKS.keys() == INSTRUCTIONS.keys()


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_alone_it_can_be_followed_with_any_arguments(name):
    for number in range(10):
        instructions, reply = attempt((name,), number)
        validate(name, CHECKS[name], instructions[0][1], "a sampled argument")
        assert reply is not None
        assert CHECKS[name](reply, **instructions[0][1]).ok
        assert len(reply.split()) >= 5


def test_every_allowed_pair_can_be_followed():
    for pair in combinations(INSTRUCTIONS, 2):
        if INSTRUCTIONS[pair[0]].allows(INSTRUCTIONS[pair[1]]):
            assert any(attempt(pair, number)[1] for number in range(12)), pair


def test_conflicts_are_symmetric_and_name_what_exists():
    for instruction in INSTRUCTIONS.values():
        assert instruction.excludes <= GROUPS | INSTRUCTIONS.keys(), instruction.id
        assert not instruction.allows(instruction)
    for one, other in combinations(INSTRUCTIONS.values(), 2):
        assert one.allows(other) == other.allows(one)


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_words(name):
    instruction, rng = INSTRUCTIONS[name], Random(name)
    arguments = instruction.sample(rng, material())
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


def test_plain_sentences_meet_no_instruction_by_accident():
    text = " ".join(SENTENCES)
    assert not set(text) & set(",;:?!\"'()[]{}*#@0123456789")
    assert len(set(SENTENCES)) == len(SENTENCES)
    assert not set("jqz") & set(text.lower())


def test_a_draft_repeats_no_sentence_before_all_are_used():
    draft = Draft(Random(0), "the tides")
    seen = [draft.sentence() for _ in range(len(SENTENCES) - 2)] + draft.blocks[0][1:]
    assert sorted(seen) == sorted(SENTENCES)
