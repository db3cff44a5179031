"""The task `structured`: solvable, not to be cheated, frozen for its default seed, fresh for any other."""

import json
import re
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.records import Response, Sample, Score
from ifeval.registry.plugins import discover
from ifeval.runs.validation import validate
from ifeval.task import Row, Task
from ifeval.tasks.structured.fields import read_field
from ifeval.tasks.structured.items import LIGHT, UPPERMOST
from ifeval.tasks.structured.material import NOTED, dossiers, lists, noted, notes
from ifeval.tool_calls import by_name
from tests.tasks.material import longest_common_run, written

CYCLE = 36


@pytest.fixture(scope="module")
def task() -> Task:
    return discover()["structured"]()


@pytest.fixture(scope="module")
def samples(task: Task) -> list[Sample]:
    return list(task.samples(task.default_seed))


def _score(task: Task, sample: Sample, text: str, cut: bool = False) -> Score:
    return task.score(sample, Response("k", text, "length" if cut else "stop", answer=text))


def test_the_first_cycles_hold_every_rung_and_each_all_formats(task: Task, samples: list[Sample]) -> None:
    assert len(samples) == len({sample.id for sample in samples}) == task.size
    first = samples[: len(UPPERMOST) * CYCLE]
    fields = Counter(sample.tags["fields"] for sample in first if "fields" in sample.tags)
    assert set(fields) == {1, 2, 4, 8, 16, 30, 60}
    assert min(fields[rung] for rung in (1, 2, 4)) >= 24
    assert {sample.tags["rows"] for sample in first if "rows" in sample.tags} == {2, 5, 12, 30}
    low = [sample.tags["format"] for sample in first if sample.tags.get("fields", 60) <= 4]
    assert 0.4 <= low.count("json") / len(low) <= 0.6
    for number in range(len(samples) // CYCLE):
        cycle = samples[CYCLE * number : CYCLE * (number + 1)]
        assert {sample.tags["levels"] for sample in cycle if "levels" in sample.tags} == {1, 2, 3, 4}
        for sample in cycle:
            on = {ladder for ladder in task.ladders if ladder in sample.tags}
            assert len(on) == 1 or (on == {"fields", "levels"} and sample.tags["fields"] == 4), sample.id
        assert {sample.tags["format"] for sample in cycle} == {"json", "yaml", "toml", "xml", "csv", "markdown"}
        assert {sample.tags["operation"] for sample in cycle} == {"extract", "fill", "convert"}
        light = {rung for ladder, rungs in LIGHT.items() for rung in rungs if ladder == "fields"}
        assert light <= {sample.tags.get("fields") for sample in cycle}
    assert all((sample.schema is not None) is (sample.tags["format"] == "json") for sample in samples)


def test_a_rung_is_what_it_says(task: Task) -> None:
    def leaves(value: Any) -> int:
        if isinstance(value, dict | list):
            return sum(map(leaves, value.values() if isinstance(value, dict) else value))
        return 1

    for seed in range(3):
        for sample in task.samples(seed):
            value = sample.target["value"]
            if "fields" in sample.tags:
                assert leaves(value) == sample.tags["fields"]
            if "levels" in sample.tags:
                assert sample.tags["depth"] == sample.tags["levels"]
            if "rows" in sample.tags:
                assert len(value["rows"] if isinstance(value, dict) else value) == sample.tags["rows"]


@pytest.mark.parametrize("seed", [0, 1])
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


def test_no_decoy_passes(task: Task) -> None:
    found = validate(task, by_name("hermes"), limit=144)
    assert found.ok, found.problems
    assert {floor.passed for floor in found.floors.values()} == {0}


def test_values_are_read_off_what_the_prompt_holds(task: Task, samples: list[Sample]) -> None:
    """Words, names and codes are copied, so they stand in the prompt; what does not is worked out or said otherwise."""
    for sample in samples:
        prompt = sample.messages[0]["content"].casefold()
        for name, value in _texts(sample.target["value"]):
            copied = not re.fullmatch(r"\d\d:\d\d|\d{4}-\d\d-\d\d", value)
            whole = [value] if sample.tags["operation"] != "convert" else value.split()
            assert not copied or all(part.casefold() in prompt for part in whole), (sample.id, name, value)


def _texts(value: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in _texts(item, key)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item, name)]
    return [(name, value)] if isinstance(value, str) else []


def test_no_two_numbers_of_a_note_are_equal() -> None:
    for place, note in enumerate(notes()):
        for seed in range(20):
            made = noted(Random(f"{place}/{seed}"), note, NOTED, 1, True)
            numbers = [value for value in made.value.values() if not isinstance(value, str)]
            assert len(set(numbers)) == len(numbers), (note["subject"], made.value)


def test_a_damaged_value_is_named(task: Task, samples: list[Sample]) -> None:
    sample = next(sample for sample in samples if sample.tags["format"] == "json" and sample.tags.get("rows") == 5)
    value = json.loads(json.dumps(sample.target["value"]))
    name = next(iter(value["rows"][3]))
    value["rows"][3][name] = "Atlantis"
    verdicts = _score(task, sample, json.dumps(value)).checks
    assert not verdicts[2].ok
    assert verdicts[2].reason.startswith(f"$.rows[3].{name}: 'Atlantis', wanted ")


@settings(deadline=None)
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


def test_the_material_is_long_and_no_two_papers_say_the_same() -> None:
    papers = [paper["text"] for dossier in dossiers().values() for paper in dossier["paper"]]
    assert len(papers) >= 16
    assert all(len(written(paper)) >= 100 for paper in papers)
    assert longest_common_run(papers) < 8
    wordings = [wording for entry in lists().values() for wording in entry.get("wordings", ())]
    assert len(wordings) >= 32
    assert longest_common_run(wordings) < 8


def test_notes_are_short_and_serve_every_level() -> None:
    texts = [note["text"] for note in notes()]
    assert len(texts) >= 24
    assert all(30 <= len(text.split()) <= 80 for text in texts)
    papers = [paper["text"] for dossier in dossiers().values() for paper in dossier["paper"]]
    assert longest_common_run([*texts, *papers]) < 8
    for note in notes():
        fields = [read_field(line) for line in note["fields"].strip().splitlines()]
        names = [field.path[-1] for field in fields]
        groups = {group for field in fields for group in field.path[:-1]}
        assert len(fields) >= 6, note["subject"]
        assert len(set(names)) == len(names), note["subject"]
        assert not groups & set(names), note["subject"]
        assert max(len(field.path) for field in fields) == 4, note["subject"]
        assert {field.slot for field in fields} <= set(note["slots"]), note["subject"]


def test_every_slot_is_used_and_every_field_has_its_slot() -> None:
    for dossier in dossiers().values():
        for paper in dossier["paper"]:
            said = Counter(line.rpartition(" = ")[2] for line in paper["fields"].strip().splitlines())
            known = {*paper["slots"], *dossier["shared"]}
            assert set(said) <= known, paper["kind"]
            assert len(said) >= 16, paper["kind"]


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
