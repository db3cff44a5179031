"""The task dialogue: every turn can be followed, forgetting shows, and nothing cheap passes."""

from collections import Counter
from collections.abc import Callable

import pytest

import ifeval
from ifeval.checks.library import CHECKS
from ifeval.models.replies import Reading, keep_all
from ifeval.records import Response, Sample
from ifeval.report.contrasts import contrasts
from ifeval.runs.conversation import play
from ifeval.runs.directory import to_row
from ifeval.runs.scoring import Scorer
from ifeval.runs.validation import MOST_LUCK, validate
from ifeval.tasks.dialogue.languages import LANGUAGES, known_everywhere
from ifeval.tasks.dialogue.moves import CONTRARY, PATTERNS
from ifeval.tasks.dialogue.scoring import is_language, same_start, survival
from ifeval.tasks.dialogue.task import Dialogue
from ifeval.tasks.format.briefs import Fact, ids
from ifeval.tool_calls import by_name
from tests.drawn import Drawn

HERMES = by_name("hermes")
SCORER = Scorer(Reading(keep_all, HERMES))
TASK = Dialogue()


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return Drawn("dialogue")[:96]


def scored(sample: Sample, says: Callable[[Sample, int], str]):
    read, fault = play(SCORER, TASK, sample, lambda asked, turn: Response("", says(asked, turn), "stop"))
    return SCORER.score(TASK, sample, read, fault)


@pytest.mark.usefixtures("drawn_once")
def test_every_dialogue_can_be_followed_and_nothing_cheap_passes() -> None:
    found = validate(TASK, HERMES, limit=64)
    assert found.ok, found.problems
    assert found.tried["oracle"] == 64
    assert found.floors["first reply every time"].passed == 0
    assert found.floors["last reply every time"].passed == 0
    assert all(floor.beyond_chance <= MOST_LUCK for floor in found.floors.values())


def test_all_patterns_with_and_without_a_house_rule(samples: list[Sample]) -> None:
    assert len(samples) == 96
    pairs = Counter((sample.tags["pattern"], sample.tags["house_rule"]) for sample in samples)
    assert len(pairs) == 2 * len(PATTERNS)
    assert {sample.tags["turns"] for sample in samples} == {3, 4, 5}
    assert all((sample.messages[0]["role"] == "system") == sample.tags["house_rule"] for sample in samples)
    assert {turn["language"] for sample in samples for turn in sample.target["turns"]} == {
        None,
        *(language.code for language in LANGUAGES),
    }
    assert list(TASK.samples(0, 5)) == samples[:5]
    assert {sample.tags["brief"] for sample in TASK.training_samples(0, 40)} <= set(ids("training"))
    assert {sample.tags["brief"] for sample in samples} <= set(ids("evaluation"))


def test_who_stops_at_any_turn_or_skips_one_fails(samples: list[Sample]) -> None:
    """The oracle's replies, but at one turn the reply to the turn before it."""
    for sample in samples[:48]:
        turns = sample.target["turns"]
        for late in range(1, len(turns)):
            score = scored(sample, lambda asked, turn, t=turns, late=late: t[turn - (turn == late)]["oracle"])
            assert score.metrics["all_turns"] == 0
            assert score.metrics[f"turn_{late + 1}"] == 0
            assert score.metrics[f"alive_{late}"] == 1
            assert score.counts["turns"] == (len(turns) - 1, len(turns))


def test_a_rule_taken_back_and_its_contrary_cannot_both_be_followed(samples: list[Sample]) -> None:
    """Who does not forget what was taken back fails: the reply that followed it does not follow what replaced it."""
    seen = 0
    for sample in samples:
        for before, turn in zip(sample.target["turns"], sample.target["turns"][1:], strict=False):
            if turn["move"] == "retract":
                gone = {rule[0] for rule in before["rules"]} - {rule[0] for rule in turn["rules"]}
                (new,) = [rule for rule in turn["rules"] if rule not in before["rules"]]
                (old,) = [name for name in gone if new[0] in CONTRARY.get(name, ())]
                assert not CHECKS[new[0]](before["oracle"], **new[1]).ok
                assert old in CONTRARY
                seen += 1
    assert seen >= 30


def test_a_reply_that_stops_early_follows_nothing_later(samples: list[Sample]) -> None:
    sample = next(sample for sample in samples if sample.tags["turns"] == 4)
    score = TASK.score_turns(sample, [Response("", "", "stop", answer=sample.oracle)])
    assert [score.metrics[f"turn_{number}"] for number in (1, 2, 3, 4, 5)] == [1, 0, 0, 0, None]
    assert {check.failure for check in score.checks if not check.ok} >= {"not_reached"}


def test_looking_back_is_at_the_models_own_first_reply(samples: list[Sample]) -> None:
    sample = next(one for one in samples if one.tags["pattern"] == "open opening back")
    other = "Here comes a wholly different start. "
    score = scored(sample, lambda asked, turn: other + asked.oracle if turn == 0 else asked.oracle)
    assert [check.ok for check in score.checks if check.name == "turn 3: back"] == [False]
    score = scored(sample, lambda asked, turn: other + asked.oracle if turn != 1 else asked.oracle)
    assert [check.ok for check in score.checks if check.name == "turn 3: back"] == [True]


@pytest.mark.parametrize(
    ("reply", "same"),
    [
        ("Dear Greta Haddad, we should be glad.", True),
        ("* **dear** greta haddad: we should,", True),
        ('"Dear Greta Haddad, we should"', True),
        ("Dear Greta Haddad, we would be glad.", False),
        ("Hello! Dear Greta Haddad, we should", False),
        ("Dear Greta Haddad, we", False),
        ("", False),
    ],
)
def test_the_same_beginning_is_the_same_words_whatever_their_marks(reply: str, same: bool) -> None:
    assert same_start(reply, "Dear Greta Haddad, we should like to invite you.") is same


def test_a_short_first_reply_has_a_beginning_too() -> None:
    assert same_start("All is well. Nothing more.", "- All is well!")
    assert not same_start("All", "- !")
    assert not same_start("x " * 100_000, "- " * 100_000)


def test_what_the_guard_catches_fails_for_one_reason(samples: list[Sample]) -> None:
    """A reason that was not found, such as "does not say when", would be wrong of a reply that was cut."""
    sample = next(sample for sample in samples if sample.tags["pattern"] == "open add opening back language")
    oracles = [turn["oracle"] for turn in sample.target["turns"]]
    replies = [Response("", "", "stop", answer=oracle) for oracle in oracles]
    replies[4] = Response("", "", "length", answer=oracles[4])
    score = TASK.score_turns(sample, replies)
    assert {(check.failure, check.reason) for check in score.checks if check.name.startswith("turn 5")} == {
        ("truncated", "the reply was cut at the token limit or in a loop")
    }
    assert score.metrics["alive_4"] == 1


def test_the_notes_of_the_first_turn_are_an_echo_in_every_turn(samples: list[Sample]) -> None:
    for sample in samples[:16]:
        score = scored(sample, lambda asked, turn, s=sample: s.messages[-1]["content"] if turn else asked.oracle)
        later = [check for check in score.checks if not check.name.startswith("turn 1")]
        assert {check.failure for check in later} == {"echo"}
        assert score.counts["turns"][0] == 1


def test_in_another_language_only_numbers_and_names_of_persons_are_asked_for() -> None:
    def fact(*forms: tuple[str, ...]) -> Fact:
        return Fact("who or what", forms, ())

    assert known_everywhere(fact(("Hana|Ruddock",))) == "Hana"
    assert known_everywhere(fact(("eighteen",), ("18",))) == "18"
    for forms in (
        [("Tuesdays",)],
        [("Cologne",)],
        [("Winter Orchard",)],
        [("7",)],
        [("3,020",)],
        [("14", "Greenflue")],
    ):
        assert known_everywhere(fact(*forms)) is None


def test_no_oracle_in_another_language_has_sentences_of_english(samples: list[Sample]) -> None:
    replies = [turn["oracle"] for sample in samples for turn in sample.target["turns"] if turn["language"]]
    assert len(replies) == 24
    assert not any("Do you" in reply or "Would you" in reply or "## " in reply for reply in replies)


def test_every_languages_sentences_are_of_that_language() -> None:
    for language in LANGUAGES:
        assert is_language(" ".join(language.sentences), language.code)
        assert is_language(language.wish, language.code)


@pytest.mark.usefixtures("drawn_once")
def test_the_survival_curve(tmp_path, monkeypatch, samples: list[Sample]) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    run = ifeval.evaluate("scripted:oracle", tasks="dialogue", limit=32, out=tmp_path / "run", progress=False)
    summary = run.summary["tasks"]["dialogue"]
    assert [point["alive"] for point in summary["report"]["survival"]] == [1, 1, 1, 1, 1]
    assert [point["at_risk"] for point in summary["report"]["survival"]] == [32, 32, 32, 20, 8]
    assert summary["metrics"]["age_0"]["value"] == summary["metrics"]["kept"]["value"] == 1
    (_, panels), *_ = contrasts([run.summary])
    assert panels[0].title == "Conversations followed in full so far"
    assert [line.counts for line in panels[0].lines] == [(32,), (32,), (32,), (20,), (8,)]
    rows = [to_row(row) for row in run.rows()]
    for row in rows[:8]:
        row.score.metrics.update(alive_2=0.0, alive_3=0.0)
    curve = survival(rows)
    assert (curve[1]["followed"], curve[1]["alive"]) == (24, 0.75)
    assert (curve[2]["at_risk"], curve[2]["alive"]) == (24, 0.75)
