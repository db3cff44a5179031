"""The task `structured`: solvable, not to be cheated, frozen for its default seed, fresh for any other."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.records import Response, Sample, Score
from ifeval.registry.plugins import discover
from ifeval.task import Row, Task

# Changes with any change of a prompt, an oracle or a schema: raise the task's version then.
DEFAULT_SEED_HASH = "58a857af4917d73a"


@pytest.fixture(scope="module")
def task() -> Task:
    return discover()["structured"]()


@pytest.fixture(scope="module")
def samples(task: Task) -> list[Sample]:
    return list(task.samples(task.default_seed))


def _score(task: Task, sample: Sample, text: str, cut: bool = False) -> Score:
    return task.score(sample, Response("k", text, "length" if cut else "stop", answer=text))


def test_the_default_seed_is_frozen(samples: list[Sample]) -> None:
    content = [[s.id, s.messages, s.schema, s.target, s.oracle, s.tags] for s in samples]
    assert hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16] == DEFAULT_SEED_HASH


def test_every_format_feature_and_operation_is_there(task: Task, samples: list[Sample]) -> None:
    assert len(samples) == len({sample.id for sample in samples}) == task.size
    tags = [sample.tags for sample in samples]
    assert {tag["format"] for tag in tags} == {"json", "csv", "yaml", "markdown"}
    assert {tag["operation"] for tag in tags} == {"extract", "fill", "transform"}
    assert {tag["depth"] for tag in tags} == {1, 2, 3, 5}
    assert len({tag["feature"] for tag in tags if tag["format"] == "json"}) == 9 + 3
    assert [tag["difficulty"] for tag in tags] == ["easy", "hard"] * (len(samples) // 2)
    assert all((sample.schema is not None) is (sample.tags["format"] == "json") for sample in samples)
    assert max(len(sample.messages[0]["content"]) for sample in samples) < 1500


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_oracles_pass_and_floors_fail(task: Task, seed: int) -> None:
    samples = list(task.samples(seed))
    for sample, other in zip(samples, samples[1:] + samples[:1], strict=True):
        oracle: Any = sample.oracle
        perfect = {"correct": 1.0, "validates": 1.0, "parses": 1.0, "bare": 1.0}
        assert _score(task, sample, oracle).metrics == perfect, sample.id
        assert _score(task, sample, f"Here you are:\n```\n{oracle}\n```").metrics == perfect | {"bare": 0.0}, sample.id
        for text in ("", " \n", sample.messages[0]["content"], oracle[: len(oracle) // 2], str(other.oracle)):
            assert _score(task, sample, text).metrics["correct"] == 0, (sample.id, text)
        assert _score(task, sample, oracle, cut=True).metrics["correct"] == 0


def test_a_damaged_value_is_named(task: Task, samples: list[Sample]) -> None:
    sample = next(sample for sample in samples if sample.id.startswith("json-nested"))
    value = json.loads(json.dumps(sample.target["value"]))
    value["sender"]["town"] = "Atlantis"
    verdicts = _score(task, sample, json.dumps(value)).checks
    assert [verdict.ok for verdict in verdicts] == [True, True, False]
    assert verdicts[2].reason == f"$.sender.town: 'Atlantis', wanted {sample.target['value']['sender']['town']!r}"


@given(data=st.data())
def test_each_damage_has_its_outcome(task: Task, samples: list[Sample], data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from([sample for sample in samples if sample.schema]))
    value = dict(sample.target["value"])
    name = data.draw(st.sampled_from(sorted(value)))
    other = json.dumps({**value, name: data.draw(st.just([[]]) | st.just({"no": "such"}))})
    damages = {
        "truncated": str(sample.oracle),
        "empty": data.draw(st.text(" \n\t", max_size=5)),
        "unparsable": str(sample.oracle)[: data.draw(st.integers(1, len(str(sample.oracle)) - 1))],
        "invalid": other,
    }
    for outcome, text in damages.items():
        verdicts = _score(task, sample, text, cut=outcome == "truncated").checks
        first = next(verdict for verdict in verdicts if not verdict.ok)
        assert first.failure == outcome, text


def test_seeds_share_no_prompt_and_a_limit_is_a_prefix(task: Task, samples: list[Sample]) -> None:
    prompts = [{sample.messages[0]["content"] for sample in task.samples(seed)} for seed in (0, 1, 2)]
    assert all(len(of_seed) == task.size for of_seed in prompts)
    assert len(set.union(*prompts)) == 3 * (task.size or 0)
    assert list(task.samples(0, limit=7)) == samples[:7]


def test_the_report_contrasts_the_decodings(task: Task, samples: list[Sample]) -> None:
    sample = samples[0]
    replies = ((sample.id, "none"), (f"{sample.id}#constrained", str(sample.oracle)))
    rows = [
        Row(identity, 0, {}, Response("k", text, "stop", answer=text), _score(task, sample, text))
        for identity, text in replies
    ]
    decoding = task.report(rows)["decoding"]
    assert decoding["free"] == {"parses": 0.0, "validates": 0.0, "correct": 0.0}
    assert decoding["constrained"] == {"parses": 1.0, "validates": 1.0, "correct": 1.0}
    assert task.report(rows[:1]) == {}
