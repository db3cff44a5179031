"""The zero-shot items prove that they can be solved and cannot be cheated; the report recovers planted effects."""

import doctest
import hashlib
import importlib
from collections import Counter, defaultdict
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row
from ifeval.util.jsonio import dumps

TASK = discover()["zero_shot"]()
SAMPLES = list(TASK.samples(seed=0))

answers = importlib.import_module("ifeval.tasks.zero_shot.answers")
clusters = importlib.import_module("ifeval.tasks.zero_shot.clusters")
summary = importlib.import_module("ifeval.tasks.zero_shot.summary")

FROZEN = "e873976d938039b0a8372da47de1df5a3b8ca069baa4f919b514393fea4b0c5b"


def prompts(seed):
    return {dumps(sample.messages) for sample in TASK.samples(seed)}


def right(sample, reply, finish="stop"):
    return TASK.score(sample, Response("k", reply, finish, answer=reply)).metrics["correct"] == 1.0


def test_the_default_seed_is_frozen():
    """The samples are the same bytes on every machine; whoever changes them raises `version`."""
    assert hashlib.sha256(b"\n".join(map(dumps, SAMPLES))).hexdigest() == FROZEN


def test_seeds_share_no_prompt():
    drawn = [prompts(seed) for seed in range(4)]
    assert all(len(one) == TASK.size for one in drawn)
    assert len(set().union(*drawn)) == 4 * TASK.size


def test_the_shape_of_the_set():
    assert len(SAMPLES) == len({sample.id for sample in SAMPLES}) == TASK.size == 1024
    assert len(clusters.CLUSTERS) >= 12
    types = defaultdict(set)
    for sample in SAMPLES:
        types[sample.tags["cluster"]].add(sample.tags["type"])
    assert all(len(kinds) >= 3 for kinds in types.values())
    assert len({sample.tags["language"] for sample in SAMPLES}) == 7
    assert max(Counter(sample.tags["chance_percent"] for sample in SAMPLES)) <= 50


def test_any_prefix_is_balanced_over_clusters_and_wordings():
    for limit in (16, 40, 64, 200):
        prefix = list(TASK.samples(0, limit))
        assert prefix == SAMPLES[:limit]
        by_cluster = Counter(sample.tags["cluster"] for sample in prefix if sample.tags["cluster"] != "composition")
        by_wording = Counter(sample.tags["wording"] for sample in prefix)
        assert max(by_cluster.values()) - min(by_cluster.values()) <= 1
        assert max(by_wording.values()) - min(by_wording.values()) <= 1


def test_half_of_the_samples_are_easy_in_any_part():
    for start in range(0, len(SAMPLES), 64):
        easy = sum(sample.tags["difficulty"] == "easy" for sample in SAMPLES[start : start + 64])
        assert 16 <= easy <= 44


def test_every_oracle_is_right():
    assert [sample.id for sample in SAMPLES if not right(sample, sample.oracle)] == []
    for sample in SAMPLES:
        reply = Response("k", sample.oracle, "stop", answer=sample.oracle)
        assert TASK.score(sample, reply).metrics == {"correct": 1.0, "exact": 1.0}, sample.id


def test_copying_the_prompt_is_wrong():
    """All of it; and as far as its middle, unless a guess can be right or copying is what was asked for."""
    for sample in SAMPLES:
        words = sample.messages[-1]["content"].split()
        assert not right(sample, " ".join(words)), sample.id
        half = " ".join(words[: len(words) // 2])
        lucky = sample.tags["chance_percent"] or sample.tags["type"] in ("copy", "word")
        assert lucky or not right(sample, half), (sample.id, half)


@pytest.mark.parametrize("seed", [0, 1])
def test_floors_are_wrong(seed):
    samples = list(TASK.samples(seed))
    for sample in samples:
        prompt, oracle = sample.messages[-1]["content"], sample.oracle
        for reply in (
            "",
            " \n",
            prompt,
            sample.messages[0]["content"],
            f"{oracle} {oracle}",
            half if (half := oracle[: len(oracle) // 2]) not in sample.target.get("answers", ()) else "",
        ):
            assert not right(sample, reply), (sample.id, reply)
        assert not right(sample, oracle, finish="length")


def test_answers_of_other_items_of_the_type_are_wrong():
    """In eight rounds, 512 prompts: a constant reply is right for one item of a type at most."""
    by_type = defaultdict(dict)
    for position, sample in enumerate(SAMPLES):
        key = position // 512, sample.tags["cluster"], sample.tags["type"]
        by_type[key].setdefault(sample.tags["item"], sample)
    for group in by_type.values():
        for one, other in pairwise([*group.values(), *list(group.values())[:1]]):
            assert one is other or not right(one, other.oracle), (one.id, other.id)


def test_naming_all_the_choices_is_wrong():
    for sample in SAMPLES:
        if sample.tags["chance_percent"]:
            words = sample.messages[-1]["content"].replace('"', " ").split()
            assert not right(sample, ", ".join(words)), sample.id
        for rival in sample.target.get("rivals", ()):
            assert not right(sample, f"{sample.oracle}, {rival}"), (sample.id, rival)


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}.",
        "**{}**",
        '"{}"',
        "Answer: {}",
        "The answer is {}.",
        "```\n{}\n```",
        "Here it is:\n\n{}\n",
        "`{}`",
        "答案：{}",
    ],
)
def test_wrapping_does_not_matter(wrapped):
    wrong = [sample.id for sample in SAMPLES if not right(sample, wrapped.format(sample.oracle))]
    assert [name for name in wrong if not name.startswith("summarising")] == []


@pytest.mark.parametrize(
    ("target", "reply", "ok"),
    [
        (answers.text("lamp"), "Lamp", True),
        (answers.text("lamp"), "the lamp", False),
        (answers.text("lamp"), "Lamp. It is made of glass.", True),
        (answers.text("lamp"), "lamp, vase", False),
        (answers.text("lamp", rivals=["lamp", "vase"]), "It is the lamp of Marta.", True),
        (answers.text("lamp", rivals=["lamp", "vase"]), "It is the lamp, or the vase.", False),
        (answers.text("lamp", rivals=["lamp", "vase"]), "It is not the lamp.", False),
        (answers.text("lamp", rivals=["lamp", "vase"]), "It is the lamp. " + "I like it a lot. " * 6, False),
        (answers.text("no", rivals=["yes"]), "No, the text does not mention it.", True),
        (answers.text("no", rivals=["yes"]), "There is no such thing.", False),
        (answers.text("Marta", rivals=["Ben"]), "书最多的是Marta。", True),
        (answers.text("lamp"), "lamp or vase", False),
        (answers.verbatim("LAMP"), "Lamp", False),
        (answers.verbatim("A lamp."), "A lamp", True),
        (answers.number(1250), "1,250", True),
        (answers.number(7), "It is 07.0 dollars.", True),
        (answers.number(7), "3 + 4 = 7", True),
        (answers.number(7), "-7", False),
        (answers.number(7), "3 and 7", False),
        (answers.number(7), "7 7", False),
        (answers.number(7), "7 lamps in Lund", True),
        (answers.number(7, rivals=["Lund"]), "7 lamps in Lund", False),
        (answers.sequence(["a", "b"]), "1. a\n2. b", True),
        (answers.sequence(["a", "b"]), "- A\n- B", True),
        (answers.sequence(["a", "b"]), "Here you are: a; b.", True),
        (answers.sequence(["a", "b"]), "b, a", False),
        (answers.sequence(["3", "5"]), "(3, 5)", True),
        (answers.sequence(["a", "b"], rivals=["c"]), "The letters are a and b.", True),
        (answers.sequence(["a", "b"], rivals=["c"]), "The letters are a, b and c.", False),
        (answers.sequence(["a", "b"], rivals=["c"]), "The letters are b and a.", False),
        (answers.collection(["a", "b"]), "b, a", True),
        (answers.collection(["a", "b"]), "a, b, a", False),
        (answers.facts("Ines sold 3", ["Ines", "3"], ["Bo"], words=(2, 5)), "3 were sold by Ines", True),
        (answers.facts("Ines sold 3", ["Ines", "3"], ["Bo"], words=(2, 5)), "33 were sold by Ines", False),
        (answers.facts("Ines sold 3", ["Ines", "3"], ["Bo"], words=(2, 5)), "Ines sold Bo 3", False),
        (answers.facts("Ines sold 3", ["Ines", "3"], ["Bo"], words=(2, 5)), "Ines sold 3 of them on that day", False),
    ],
)
def test_comparisons(target, reply, ok):
    verdict = answers.judge(target, reply)
    assert verdict.ok is ok, verdict.reason


@pytest.mark.parametrize(
    ("target", "reply", "exactly"),
    [
        (answers.text("lamp", rivals=["vase"]), "**Lamp**.", True),
        (answers.text("lamp", rivals=["vase"]), "Answer: lamp", False),
        (answers.text("lamp", rivals=["vase"]), "It is the lamp.", False),
        (answers.number(7), "7.", True),
        (answers.number(7), "7 lamps", False),
        (answers.sequence(["a", "b"]), "- a\n- b", True),
        (answers.sequence(["a", "b"]), "They are a and b.", False),
        (answers.facts("Ines sold 3", ["Ines"], words=(2, 5)), "Ines sold 3", True),
    ],
)
def test_the_answer_and_nothing_else(target, reply, exactly):
    assert answers.judge(target, reply).ok
    assert answers.is_exact(target, reply) is exactly


@settings(max_examples=60)
@given(st.text(max_size=80), st.sampled_from(SAMPLES[:64]))
def test_any_reply_is_judged_with_a_reason(reply, sample):
    verdict = answers.judge(sample.target, reply)
    assert verdict.reason


@pytest.mark.parametrize(
    "reply", ["9" * 1_000_000, "a," * 500_000, "[" * 10_000, "\ud800\x00", ":" * 3999, "1. " * 1300]
)
def test_hostile_replies_are_wrong_and_cheap(reply):
    assert not any(right(sample, reply) for sample in SAMPLES[:64])


def report(is_right):
    rows = []
    for sample in SAMPLES:
        reply = sample.oracle if is_right(sample) else "nothing"
        response = Response("k", reply, "stop", answer=reply)
        rows.append(Row(sample.id, 0, sample.tags, response, TASK.score(sample, response)))
    return TASK.report(iter(rows))


def test_the_report_of_a_perfect_model():
    result = report(lambda sample: True)
    assert {row["value"] for row in result["clusters"].values()} == {1.0}
    assert result["wording"]["spread"] == 0.0
    assert result["reliability"]["all"]["value"] == result["reliability"]["worst_of"]["4"] == 1.0
    assert list(result["composition"]) == ["1", "2", "3", "4"]
    dumps(result)


def test_the_report_finds_a_weak_wording():
    wording = report(lambda sample: sample.tags["wording"] != "rambling")["wording"]
    assert wording["worst"] == "rambling"
    assert wording["spread"] == 1.0 > wording["spread_by_chance"]
    assert wording["spread_p"] < 0.01
    assert wording["difference"]["rambling"]["value"] == pytest.approx(-0.75)
    reliability = report(lambda sample: sample.tags["wording"] != "rambling")["reliability"]
    assert (reliability["mean"], reliability["any"]["value"], reliability["all"]["value"]) == (0.75, 1.0, 0.0)
    assert reliability["worst_of"]["2"] == pytest.approx(0.5)


def test_wordings_that_differ_by_luck_are_not_called_different():
    wording = report(lambda sample: int(hashlib.sha256(sample.id.encode()).hexdigest(), 16) % 2 == 0)["wording"]
    assert wording["spread_p"] > 0.05


def test_composition_is_held_against_independent_steps():
    """A model that gets half of the single steps and nothing longer."""
    table = report(lambda s: s.tags.get("chain_length") == 1 and s.tags["wording"] in ("terse", "polite"))[
        "composition"
    ]
    assert table["1"]["value"] == 0.5
    assert table["3"]["value"] == 0.0
    assert table["3"]["predicted"]["value"] == pytest.approx(0.125)
    assert table["3"]["predicted"]["low"] < 0.125 < table["3"]["predicted"]["high"]


def test_a_short_run_still_has_a_report():
    rows = [
        Row(
            s.id,
            0,
            s.tags,
            Response("k", "x", "stop", answer="x"),
            TASK.score(s, Response("k", "x", "stop", answer="x")),
        )
        for s in islice(SAMPLES, 3)
    ]
    assert set(TASK.report(rows)) == {"clusters", "composition"}


DOC = Path(__file__).resolve().parents[2] / "docs" / "tasks-zero-shot.md"


def test_the_examples_of_the_page_are_true():
    failed, attempted = doctest.testfile(str(DOC), module_relative=False)
    assert (failed, attempted > 0) == (0, True)


def test_the_page_lists_every_cluster_type_and_chance():
    types = defaultdict(dict)
    for sample in SAMPLES:
        chance = sample.tags["chance_percent"]
        types[sample.tags["cluster"]][sample.tags["type"]] = f" {chance} %" if chance else ""
    page = DOC.read_text(encoding="utf-8")
    for cluster, kinds in types.items():
        assert f"| {cluster} | {', '.join(kind + chance for kind, chance in kinds.items())} |" in page
