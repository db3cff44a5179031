"""Duplicates, conflicts, repetition, imbalance; and contamination with boilerplate set apart."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.finetuning.data import quality
from ifeval.finetuning.data.contamination import PromptIndex, prompt_text
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.neardup import near_duplicates, ngrams, words
from ifeval.records import Sample
from ifeval.registry.plugins import discover
from tests.drawn import Drawn
from tests.sft.rows import examples_of

pytestmark = pytest.mark.usefixtures("drawn_once")

WORDS = [f"word{i}" for i in range(400)]


def pair(prompt: str, reply: str, line: int = 1, **row: str) -> Example:
    (example,) = examples_of({"prompt": prompt, "completion": reply, **row}, f"f:{line}", "f")
    return example


def text(seed: int, n: int = 60) -> str:
    return " ".join(Random(seed).choices(WORDS, k=n))


def test_near_duplicates_are_found_and_others_are_not() -> None:
    changed = text(0).split()
    changed[30] = "other"
    texts = [text(0), text(1), " ".join(changed), text(0).upper() + "!", text(2), "short", "Short."]
    assert {(later, earlier): round(likeness, 2) for later, earlier, likeness in near_duplicates(texts)} == {
        (2, 0): 0.84,
        (3, 0): 1.0,
        (6, 5): 1.0,
    }


@given(st.lists(st.text(max_size=40), max_size=8))
def test_every_repeated_text_is_found(texts: list[str]) -> None:
    found = {later for later, _, _ in near_duplicates(texts)}
    assert found >= {at for at in range(len(texts)) if texts[at] in texts[:at]}


def test_exact_duplicates_and_conflicts_name_their_places() -> None:
    rows = [pair("a b", "c", 1), pair("A, b", "C!", 2), pair("a b", "d", 3), pair("x", "c", 4)]
    assert quality.exact_duplicates(rows) == {"f:2": "f:1"}
    assert quality.conflicting(rows) == [["f:1", "f:3"]]


def test_repetition_and_boilerplate() -> None:
    assert quality.repetition("one two three four " * 8) > 0.8
    assert quality.repetition(text(0)) < 0.05
    assert quality.repetition("no no no") == 0.0
    assert quality.boilerplate("I'm sorry, but I can't do that.")
    assert quality.boilerplate("As an AI language model, I ...")
    assert not quality.boilerplate("He said sorry.")


def test_report_holds_shares_and_diversity() -> None:
    rows = [pair(f"question {i}", "a b c d", i, cluster="one") for i in range(3)] + [pair("else", "a b c d", 9)]
    found = quality.report(rows)
    assert found["share_of_reply_words"]["kind"] == {"one": 0.75, "not said": 0.25}
    assert found["openings"] == [("a b c d", 1.0)]
    assert found["reply_words"] == {"p50": 4, "p95": 4, "max": 4}
    assert found["diversity"]["distinct_openings"] == 1.0
    json.dumps(found)


BOILERPLATE = "Your answer must be in lower case letters only and must not contain any commas at all."


def prompts(n: int) -> list[Sample]:
    return [Sample(str(i), [{"role": "user", "content": f"{text(100 + i, 30)}. {BOILERPLATE}"}]) for i in range(n)]


def test_contamination_is_found_and_boilerplate_is_not() -> None:
    index = PromptIndex({"made": [*prompts(6), Sample("short", [{"role": "user", "content": "Say hello!"}])]})
    rows = [
        pair(prompts(6)[2].messages[0]["content"].upper(), "x", 1),
        pair(f"{text(900, 30)}. {BOILERPLATE}", "x", 2),
        pair("unrelated", f"First: {text(104, 30)} and more", 3),
        pair("say  hello", "x", 4),
        pair("say hello to her", "x", 5),
    ]
    overlaps = [(o.place, o.task, o.sample) for o in index.overlaps(rows)]
    assert overlaps == [("f:1", "made", "2"), ("f:3", "made", "4"), ("f:4", "made", "short")]


@pytest.mark.parametrize("name", ["format", "tool_calls", "zero_shot"])
def test_our_own_prompts_are_found(name: str) -> None:
    task = discover()[name]()
    samples = Drawn(name)
    index = PromptIndex({name: samples}, {name: task.unit})
    rows = [pair(prompt_text(sample.messages), "x", line) for line, sample in enumerate(samples)]
    found = {offence.place for offence in index.overlaps(rows)}
    assert len(found) >= 0.95 * len({row.prompt for row in rows})


@given(st.text(max_size=200))
def test_words_and_runs_take_any_text(value: str) -> None:
    assert ngrams(words(value), 8)


def test_check_reports_and_exits_1_on_contamination(tmp_path: Path) -> None:
    task = discover()["zero_shot"]()
    taken = next(iter(task.samples(task.default_seed, 1))).messages[-1]["content"]
    file = tmp_path / "a.jsonl"
    rows = [
        {"prompt": "What is 2+2?", "completion": "4"},
        {"prompt": taken, "completion": "x"},
        {"prompt": "What is 2+2?", "completion": "5"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = CliRunner().invoke(app, ["data", "check", str(file), "--tasks", "zero_shot"])
    assert done.exit_code == 1, done.output
    assert f"{file}:2 holds 100 % of zero_shot" in done.output
    assert f"{file}:1 / {file}:3" in done.output
    file.write_text(json.dumps(rows[0]))
    clean = CliRunner().invoke(app, ["data", "check", str(file), "--tasks", "zero_shot", "--json"])
    assert clean.exit_code == 0
    assert json.loads(clean.stdout)["contamination"]["overlaps"] == []


def test_real_files_are_clean_of_our_tasks(golden: Path) -> None:
    from ifeval.cli.train_data import prompt_index
    from ifeval.finetuning.data.mix import Source, load

    loaded = load([Source(golden / "train" / "rasbt_instruction_data_1100.json")])
    overlaps = prompt_index("core", []).overlaps(loaded.examples)
    assert overlaps == []
