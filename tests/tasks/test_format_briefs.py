"""The briefs: written by hand, each its own, true for every draw; and the reading of what a reply says of them."""

import re
import statistics
from functools import cache
from itertools import chain
from random import Random
from typing import get_args

import pytest

from ifeval.checks.library import INSTRUCTIONS
from ifeval.checks.library.phrases import END_PHRASES, START_PHRASES
from ifeval.checks.text.coverage import Reading, covered
from ifeval.checks.text.spellings import in_words, pattern
from ifeval.tasks.format.briefs import Brief, Length, _all, brief, ids
from ifeval.tasks.format.choice import MIN_WORDS, material
from ifeval.tasks.format.fits import FITS
from ifeval.tasks.format.inventions import inventions

NAMES = [*ids("evaluation"), *ids("training")]


@cache
def draws(name: str) -> list[Brief]:
    """Two draws of a brief: none is made while tests are collected."""
    return [brief(name, Random(f"{name}{seed}")) for seed in range(2)]


def drawn() -> list[Brief]:
    return [one for name in NAMES for one in draws(name)]


def stem(text: str) -> list[str]:
    return re.findall(r"\w+|\{[^}]*\}", text.lower())


def test_there_are_enough_of_many_kinds_and_domains():
    assert len(NAMES) >= 200
    assert len(ids("training")) * 4 == len(NAMES)
    assert not {*ids("evaluation")} & {*ids("training")}
    assert len({one.domain for one in drawn()}) >= 8
    assert len({one.kind for one in drawn()}) == 12
    long = [one for one in drawn() if one.length == "long"]
    assert len({one.id for one in long}) >= 200
    assert statistics.median(len(one.material.split()) for one in long) >= 80
    assert all(5 <= len(one.facts) <= 12 for one in long)


def test_the_short_briefs_are_short_and_of_many_kinds_and_domains():
    short = [one for one in drawn() if one.length == "short"]
    assert len(ids("evaluation", "short")) == 27
    assert len(ids("training", "short")) == 9
    assert len({one.domain for one in short}) == 12
    assert len({one.kind for one in short}) >= 10
    assert all(20 <= len(one.material.split()) <= 45 for one in short)
    assert all(len(one.facts) == 5 for one in short)
    for sentence in chain.from_iterable(fact.sentences for one in short for fact in one.facts):
        assert len(sentence.split()) >= MIN_WORDS, sentence  # it may be all that a reply says
    assert all(len(one.material.split()) > 45 for one in drawn() if one.length == "long")


def test_a_line_is_a_request_as_one_types_it_and_says_all_its_facts():
    lines = [one for one in drawn() if one.length == "line"]
    assert len(ids("evaluation", "line")) == 54
    assert len(ids("training", "line")) == 18
    assert len({one.domain for one in lines}) == len({one.kind for one in lines}) == 12
    for one in lines:
        assert 12 <= len(f"{one.ask} {one.material}".split()) <= 35, one.id
        assert "\n" not in one.ask + one.material
        assert 1 <= len(one.facts) <= 3, one.id
        assert all(covered(Reading(one.material), fact.forms) for fact in one.facts), one.id
        for sentence in chain.from_iterable(fact.sentences for fact in one.facts):
            assert len(sentence.split()) >= MIN_WORDS, sentence


def test_what_is_unfit_for_a_brief_is_an_instruction_that_its_kind_allows():
    for one in drawn():
        assert one.unfit <= {*INSTRUCTIONS}, one.id
        assert all(one.kind in FITS[name] for name in one.unfit), one.id


@pytest.mark.parametrize(
    ("name", "phrases"), [("edge:start_phrase", START_PHRASES), ("startend:end_checker", END_PHRASES)]
)
def test_every_kind_that_may_be_asked_for_a_phrase_has_its_own(name, phrases):
    assert phrases.keys() == FITS[name]


def test_a_brief_has_one_main_fact_at_most():
    mains = [sum(fact.main for fact in one.facts) for one in drawn()]
    assert max(mains) == 1
    assert sum(mains) > 200


def test_the_main_fact_is_demanded_before_any_other():
    about = brief("meter-misread", Random(0))
    main = next(fact.say for fact in about.facts if fact.main)
    for seed in range(20):
        assert main in [point.label for point in material(about, 2, [0, 4], Random(seed)).points[:2]]


@pytest.mark.parametrize("split", ["evaluation", "training"])
def test_every_brief_of_a_split_has_one_length(split):
    assert sorted(ids(split)) == sorted(chain.from_iterable(ids(split, length) for length in get_args(Length)))


def test_no_two_share_eight_words_in_a_row():
    seen: dict[tuple[str, ...], str] = {}
    for name, (_, _, raw) in _all().items():
        sentences = chain.from_iterable(fact["sentences"] for fact in raw["fact"])
        for text in (raw["ask"], raw["material"], *sentences, *(sentence for _, sentence in raw["words"])):
            words = stem(text)
            for run in {tuple(words[n : n + 8]) for n in range(len(words) - 7)}:
                assert seen.setdefault(run, name) == name, f"{name} and {seen[run]} share {' '.join(run)}"


@pytest.mark.parametrize("name", NAMES)
def test_a_drawn_brief_is_sound(name):
    for one in draws(name):
        sound(one)


def sound(one: Brief) -> None:
    assert "{" not in one.ask + one.topic + one.title
    people = re.findall(r"\b([A-Z]\w+)\|([A-Z]\w+)\b", " ".join(" ".join(chain(*fact.forms)) for fact in one.facts))
    assert len({first for first, _ in set(people)}) == len({last for _, last in set(people)}) == len(set(people))
    for fact in one.facts:
        assert 2 <= len(fact.sentences) <= 3
        for sentence in fact.sentences:
            assert covered(Reading(sentence), fact.forms), (fact.say, sentence)
            assert not inventions(sentence, f"{one.ask}\n{one.material}"), sentence
        for given in (one.ask, one.topic, fact.say):
            assert not covered(Reading(given), fact.forms), (fact.say, given)
    for word, sentence in one.words:
        assert word.lower() in sentence.lower()


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("1,240", ["£1240", "1 240 pounds", "1.240", "1,240.00", "twelve hundred and forty", "EUR 1'240"]),
        ("14 March", ["14 march", "march 14th", "the fourteenth of march", "14.3.", "14/3", "14.03.2025", "3/14"]),
        ("14 March", ["2025-03-14", "14-16 march", "tuesday, 14 mar"]),
        ("10:30", ["10.30", "10:30 am", "half past ten", "1030"]),
        ("14:00", ["2 pm", "2 o'clock", "14.00", "two o'clock", "2pm"]),
        ("half past three", ["3:30", "15.30", "half past three"]),
        ("23%", ["23 %", "twenty-three percent", "23 per cent"]),
        ("3.5", ["3,5 m", "3.50", "three and a half"]),
        ("four", ["4", "four"]),
        ("Clara|Byrne", ["clara's idea", "mr byrne", "clara byrne"]),
        ("drinks voucher", ["drinks vouchers", "a drinks voucher"]),
        ("2nd", ["second", "2nd"]),
        ("price|£", ["price: 12", "£12", "£ 12"]),
    ],
)
def test_a_value_is_found_in_its_usual_spellings(part, said):
    for text in said:
        assert pattern(part).search(text.lower()), (part, text)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("1,240", ["11240", "12401", "1.24"]),
        ("14 March", ["14 may", "4 march", "114 march"]),
        ("20", ["120", "2020", "20.5", "twenty-three", "the 20th"]),
        ("5", ["twenty-five", "15", "5.5", "10:05"]),
        ("Clara|Byrne", ["declara", "byrnes2"]),
        ("price|£", ["12", "12 euros", "€12"]),
    ],
)
def test_another_value_is_not_taken_for_it(part, said):
    for text in said:
        assert not pattern(part).search(text.lower()), (part, text)


def test_numbers_in_words():
    assert in_words(0) == "zero"
    assert in_words(21) == "twenty-one"
    assert in_words(105) == "one hundred and five"
    assert in_words(1240) == "one thousand two hundred and forty"


FORM = [["Clara|Byrne", "deposit"]]


@pytest.mark.parametrize(
    "text",
    [
        "The **deposit** is paid by _Clara Byrne_.",
        "| Who | What |\n|---|---|\n| Clara Byrne | the deposit |",
        "| Deposit | paid by | Clara Byrne |",
        "| Deposit | Rent |\n|---|---|\n| Clara Byrne | the club |",
        "Deposit:\nMs Byrne",
        "## Deposit\n\nClara pays.",
        "**Deposit**\n\n- paid: by Clara",
        "Clara Byrne is the treasurer. She pays the deposit.",
        "Clara Byrne\npays the\ndeposit.",
        "CLARA BYRNE PAYS THE DEPOSIT!",
        "“Clara’s” deposit",
        "Who pays the deposit? Clara Byrne.",
        "Who pays the deposit?\nClara Byrne.",
        '{\n  "deposit": {\n    "paid_by": "Clara Byrne"\n  }\n}',
        '{"deposit_of_the_club": "Byrne"}',
    ],
)
def test_what_stands_together_states_a_fact(text):
    assert covered(Reading(text), FORM)


def test_what_stands_apart_does_not():
    long = "Clara Byrne took the chair of the meeting on Thursday. Nine members were there, which is more than usual. "
    assert not covered(Reading(f"{long}A deposit is due."), FORM)
    assert not covered(Reading("- Clara Byrne took the chair\n- the deposit is due"), FORM)
    assert not covered(Reading("The deposit is due.\n- Clara Byrne took the chair"), FORM)
    assert not covered(Reading(f"Is the deposit due? It is. {long}"), FORM)


MATERIAL = (
    "Two quotes: 620 and 1,240 pounds. Vote 7 to 2 on 14 March. Clara Byrne pays. 25 members, 10 of them present."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Clara Byrne pays 1240 pounds, £620 more than the other.", []),
        ("Both quotes come to 1,860 pounds; 40 % of the members were present.", []),
        ("1. The vote\n2. The money\n\nThree points, 12 in all. See Section 31.", []),
        ("Dated 2024-05-17, on 14 March 2024. Write to hello47@example.com or call [phone 555].", []),
        ("The deposit is 375 pounds.", ["375"]),
        ("It cost 62,000p.", []),
        ("Dear John, the chair was Emily Carter.", ["John", "Emily"]),
    ],
)
def test_inventions(text, found):
    assert inventions(text, MATERIAL) == found
