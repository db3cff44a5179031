"""Slots of hand-written material: what is drawn, how it is said, and what is worked out from it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.checks.text.english import in_words
from ifeval.tasks.material import KINDS, draw_slots, fill, slots_of, spoken_date

RULES = {
    "person": "person", "date": "date 3 5", "time": "time 8 17", "int": "int 100 900 50", "words": "words 2 40",
    "decimal": "decimal 3 9", "money": "money 3 9", "code": "code AA-000", "tag": "tag AC", "mail": "mail",
    "pick": "pick calm=quiet as a lamb|wild", "town": "town", "street": "street", "phone": "phone", "plain": "plain 3 9",
    "first": "first",
}  # fmt: skip


@given(st.integers())
def test_everything_drawn_is_said_as_a_reader_can_read_it(seed: int) -> None:
    drawn = draw_slots(Random(seed), RULES)
    assert set(KINDS) == set(RULES)
    assert drawn["person"].words == drawn["person"].value == " ".join(drawn["person"].parts.values())
    assert 3 <= int(drawn["date"].value[5:7]) <= 5
    assert drawn["date"].value[:4] in drawn["date"].words
    assert "08:00" <= drawn["time"].value < "18:00"
    assert drawn["int"].value % 50 == 0
    assert drawn["words"].words == in_words(drawn["words"].value)
    assert drawn["decimal"].value == float(drawn["decimal"].words) != int(drawn["decimal"].value)
    assert float(drawn["money"].words) == drawn["money"].value
    assert drawn["pick"].value in ("calm", "wild")
    assert len({str(slot.value) for slot in drawn.values()}) >= len(drawn) - 2


@given(st.integers())
def test_no_two_persons_of_a_text_share_a_name(seed: int) -> None:
    names = [drawn.value.split() for drawn in draw_slots(Random(seed), {str(n): "person" for n in range(8)}).values()]
    assert len({first for first, _ in names}) == len({last for _, last in names}) == 8


def test_what_is_worked_out() -> None:
    rules = {"day": "date", "n": "int 3 3", "later": "= day + n", "before": "= later - 3", "at": "pick 23:40",
             "end": "= at + 45", "sum": "= n * 4 + 2.5", "whole": "= n * 2"}  # fmt: skip
    drawn = draw_slots(Random(1), rules)
    assert drawn["before"].value == drawn["day"].value < drawn["later"].value
    assert (drawn["end"].value, drawn["end"].words) == ("00:25", "12.25 am")
    assert drawn["sum"].value == 14.5
    assert drawn["whole"].value == 6
    assert isinstance(drawn["whole"].value, int)


def test_a_text_is_filled_and_begins_sentences_with_capitals() -> None:
    drawn = draw_slots(Random(3), {"n": "words 3 3", "who": "person", "what": "pick three eggs"})
    first = drawn["who"].parts["first"]
    assert (
        fill("{n} came. {n} went, {n}. {what}! {who.first}", drawn)
        == f"Three came. Three went, three. three eggs! {first}"
    )
    assert slots_of("{n} of {who.first}") == {"n"}


def test_a_rule_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="slot n: no rule 'nmber'"):
        draw_slots(Random(1), {"n": "nmber 1 2"})


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "zero"), (13, "thirteen"), (40, "forty"), (72, "seventy-two"), (305, "three hundred and five")],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


def test_dates_in_words() -> None:
    assert spoken_date("2027-03-04") == "4 March 2027"
