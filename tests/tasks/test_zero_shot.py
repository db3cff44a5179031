"""The zero-shot items prove that they can be solved and cannot be cheated; the report recovers planted effects."""

import doctest
import hashlib
import importlib
from collections import Counter, defaultdict
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from ifeval.decoys import decoys
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row
from ifeval.util.jsonio import dumps
from tests.drawn import Drawn

TASK = discover()["zero_shot"]()
SAMPLES = Drawn("zero_shot")
CORE = Drawn("zero_shot", 378)

answers = importlib.import_module("ifeval.tasks.zero_shot.answers")
clusters = importlib.import_module("ifeval.tasks.zero_shot.clusters")
draw = importlib.import_module("ifeval.tasks.zero_shot.draw")
slots = importlib.import_module("ifeval.tasks.zero_shot.slots")
summary = importlib.import_module("ifeval.tasks.zero_shot.summary")
templates = importlib.import_module("ifeval.tasks.zero_shot.templates")

FROZEN = "34f62a88ba9c8b08ea5353c71318dc640897910e659157939f1347af60be0ec5"
WRITTEN = [name for name in clusters.NAMES if name not in clusters.LADDERS]


def user(sample):
    return sample.messages[-1]["content"]


def right(sample, reply, finish="stop"):
    return TASK.score(sample, Response("k", reply, finish, answer=reply)).metrics["correct"] == 1.0


def test_the_default_seed_is_frozen():
    """The samples are the same bytes on every machine; whoever changes them raises `version`."""
    assert hashlib.sha256(b"\n".join(map(dumps, SAMPLES))).hexdigest() == FROZEN


def test_seeds_share_no_prompt():
    drawn = [
        {dumps(sample.messages) for sample in samples} for samples in (CORE, TASK.samples(1, 108), TASK.samples(2, 108))
    ]
    assert [len(one) for one in drawn] == [378, 108, 108]
    assert len(set().union(*drawn)) == 594


def test_the_shape_of_the_set():
    assert len(SAMPLES) == len({sample.id for sample in SAMPLES}) == TASK.size == 1008
    types = defaultdict(set)
    for sample in SAMPLES:
        types[sample.tags["cluster"]].add(sample.tags["type"])
    assert len(types) == 18
    assert all(len(types[name]) == 12 for name in WRITTEN)
    assert len({sample.tags["language"] for sample in SAMPLES}) == 7


def test_any_prefix_is_balanced_over_clusters_and_wordings():
    assert list(TASK.samples(0, 72)) == SAMPLES[:72]
    for limit in (18, 40, 72, 200):
        prefix = SAMPLES[:limit]
        for tag in ("cluster", "wording"):
            counts = Counter(sample.tags[tag] for sample in prefix)
            assert max(counts.values()) - min(counts.values()) <= 1, tag


def test_a_quick_run_meets_every_cluster_and_core_every_rung():
    quick = SAMPLES[:72]
    assert len({sample.tags["item"] for sample in quick}) == 72
    assert set(Counter(sample.tags["cluster"] for sample in quick).values()) == {4}
    rungs = {
        ladder: ({s.tags.get(ladder) for s in quick} - {None}, {s.tags.get(ladder) for s in CORE} - {None})
        for ladder in ("steps", "rows", "conditions", "words")
    }
    assert rungs["steps"] == ({1, 2, 4, 6}, {1, 2, 3, 4, 6, 8, 10, 12})
    assert rungs["rows"] == ({5, 20}, {5, 10, 20, 40, 60})
    assert rungs["words"] == ({50, 200}, {50, 100, 200, 400, 800, 1600})
    assert rungs["conditions"] == ({1, 2}, {1, 2, 3})
    assert {s.tags.get("words") for s in SAMPLES} - {None} == {50, 100, 200, 400, 800, 1600, 4000}


def test_core_asks_each_item_once_and_each_kind_in_several_wordings():
    assert len({sample.tags["item"] for sample in CORE}) == len(CORE)
    wordings = defaultdict(list)
    for sample in CORE:
        if sample.tags["cluster"] in WRITTEN:
            wordings[sample.tags["cluster"], sample.tags["type"]].append(sample.tags["wording"])
    assert all(len(asked) == len(set(asked)) for asked in wordings.values())
    assert Counter(map(len, wordings.values())) == {1: 4 * len(WRITTEN), 2: 7 * len(WRITTEN), 3: len(WRITTEN)}
    assert Counter(Counter(sample.tags["item"] for sample in SAMPLES).values()) == {1: 504, 4: 126}


def test_three_in_seven_items_of_every_cluster_are_plain():
    """Short to read, hardly to be guessed; a quick run has two of each cluster."""
    plain = [sample for sample in CORE if sample.tags["difficulty"] == "plain"]
    assert set(Counter(sample.tags["cluster"] for sample in plain).values()) == {9}
    assert set(Counter(sample.tags["cluster"] for sample in plain[:36]).values()) == {2}
    assert {sample.id for sample in plain[:36]} < {sample.id for sample in SAMPLES[:72]}
    assert all(len(user(sample).split()) <= 60 for sample in plain)
    assert all(sample.tags["chance_percent"] <= 20 for sample in plain)


def test_every_oracle_is_right():
    for sample in SAMPLES:
        reply = Response("k", sample.oracle, "stop", answer=sample.oracle)
        assert TASK.score(sample, reply).metrics == {"correct": 1.0, "exact": 1.0}, sample.id


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize(("seed", "count"), [(0, 378), (1, 108)])
def test_decoys_and_floors_are_wrong(seed, count):
    previous = None
    for sample in TASK.samples(seed, count):
        other = previous if previous != sample.oracle else None
        for name, reply in decoys(user(sample), TASK.decoys(sample), other):
            assert not right(sample, reply), (sample.id, name)
        for reply in ("", " \n", sample.messages[0]["content"], f"{sample.oracle} {sample.oracle}"):
            assert not right(sample, reply), (sample.id, reply)
        assert not right(sample, sample.oracle, finish="length")
        previous = sample.oracle


def test_random_words_of_the_prompt_are_hardly_ever_right():
    """The answer often stands among them; one in fifty is what short replies may hit."""
    rng = Random(0)
    said = [
        (sample, " ".join(rng.choices(user(sample).split(), k=rng.randint(1, 12)))) for sample in CORE for _ in range(2)
    ]
    assert sum(right(sample, reply) for sample, reply in said) <= 0.02 * len(said)


def test_chance_is_computed_from_the_candidates_in_the_prompt():
    for sample in SAMPLES:
        named = TASK.decoys(sample).candidates
        assert sample.tags["chance_percent"] == (round(100 / len(named)) if named else 0)
        assert all(one in user(sample) for one in named)
        assert len(named) != 1


def test_answers_of_a_type_differ_where_there_is_room():
    """A constant reply is right for one open item of a type at most."""
    groups = defaultdict(dict)
    for sample in SAMPLES:
        if not sample.target.get("rivals"):
            groups[sample.tags["cluster"], sample.tags["type"]].setdefault(sample.tags["item"], sample)
    pairs = [pair for group in groups.values() for pair in pairwise(group.values())]
    same = [(one.id, other.id) for one, other in pairs if right(one, other.oracle)]
    assert len(same) <= 0.02 * len(groups), same


def report(is_right, samples=SAMPLES):
    rows = []
    for sample in samples:
        reply = sample.oracle if is_right(sample) else "nothing"
        response = Response("k", reply, "stop", answer=reply)
        rows.append(Row(sample.id, 0, sample.tags, response, TASK.score(sample, response)))
    return TASK.report(iter(rows))


def test_the_report_of_a_perfect_model():
    result = report(lambda sample: True)
    assert {row["value"] for row in result["clusters"].values()} == {1.0}
    assert result["wording"]["spread"] == 0.0
    assert result["reliability"]["all"]["value"] == result["reliability"]["worst_of"]["4"] == 1.0
    assert list(result["composition"]) == ["1", "2", "3", "4", "6", "8", "10", "12"]
    assert result["ladders"]["words"]["span"]["value"] == pytest.approx(8000)
    dumps(result)


def test_the_report_finds_the_span_of_each_ladder():
    result = report(
        lambda s: s.tags.get("steps", 0) <= 4 and s.tags.get("rows", 0) <= 10 and s.tags.get("words", 0) <= 400
    )
    spans = {name: ladder["span"] for name, ladder in result["ladders"].items()}
    assert list(spans) == ["steps", "rows", "words"]
    assert 4 < spans["steps"]["value"] < 6
    assert 10 < spans["rows"]["value"] < 20
    assert 400 < spans["words"]["value"] < 800
    assert all(span["low"] <= span["value"] <= span["high"] for span in spans.values())
    assert result["ladders"]["steps"]["rungs"]["6"]["value"] == 0.0


def test_the_report_finds_a_weak_wording():
    result = report(lambda sample: sample.tags["wording"] != "rambling")
    wording = result["wording"]
    assert wording["worst"] == "rambling"
    assert wording["spread"] == 1.0 > wording["spread_by_chance"]
    assert wording["spread_p"] < 0.01
    assert wording["difference"]["rambling"]["value"] == pytest.approx(-0.75)
    reliability = result["reliability"]
    assert (reliability["mean"], reliability["any"]["value"], reliability["all"]["value"]) == (0.75, 1.0, 0.0)
    assert reliability["worst_of"]["2"] == pytest.approx(0.5)


def test_wordings_that_differ_by_luck_are_not_called_different():
    """Of a hundred models that are right by the toss of a coin about five have a spread that one in twenty has."""
    rng = np.random.default_rng(0)
    found = [summary.wording(rng.integers(0, 2, (126, 4)).astype(float))["spread_p"] for _ in range(100)]
    assert sum(p < 0.05 for p in found) <= 10


def test_composition_is_held_against_independent_steps():
    """A model that gets half of the single steps and nothing longer."""
    single = [s.id for s in SAMPLES if s.tags["cluster"] == "procedures" and s.tags.get("steps") == 1]
    table = report(lambda sample: sample.id in single[::2])["composition"]
    assert table["1"]["value"] == pytest.approx(0.5, abs=0.1)
    assert table["3"]["value"] == 0.0
    assert table["3"]["predicted"]["value"] == pytest.approx(table["1"]["value"] ** 3)
    assert table["3"]["predicted"]["low"] < table["3"]["predicted"]["value"] < table["3"]["predicted"]["high"]


def test_a_short_run_still_has_a_report():
    assert set(report(lambda sample: False, islice(SAMPLES, 3))) == {"clusters", "ladders", "composition"}


DOC = Path(__file__).resolve().parents[2] / "docs" / "tasks-zero-shot.md"


def test_the_examples_of_the_page_are_true():
    failed, attempted = doctest.testfile(str(DOC), module_relative=False)
    assert (failed, attempted > 0) == (0, True)


def test_the_page_lists_every_cluster_and_type():
    types = defaultdict(dict)
    for sample in SAMPLES:
        types[sample.tags["cluster"]][sample.tags["type"]] = None
    page = DOC.read_text(encoding="utf-8")
    for cluster, kinds in types.items():
        assert f"| {cluster} | {', '.join(kinds)} |" in page, f"| {cluster} | {', '.join(kinds)} |"
