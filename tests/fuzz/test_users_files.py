"""The doors for files that users write or get from others: policies, cases, settings and data of a training, rewards,
replies to replay, results of other tools. A sentence or a result.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from ifeval.cases.task import cases_tasks
from ifeval.engines.scripted import scripted_engine
from ifeval.errors import UserError
from ifeval.finetuning.config import read_config
from ifeval.finetuning.data.mix import load, parse_source
from ifeval.interop.importing import read
from ifeval.interop.writing import write_files
from ifeval.records import Response
from ifeval.release.policy import read_policy
from ifeval.rewards.foreign import adopt
from ifeval.rewards.rows import read_rows
from ifeval.tool_calls import by_name
from ifeval.util.jsonio import read_jsonl
from tests.fuzz.inputs import EXAMPLES, as_file, damaged, held, tampered
from tests.interop.test_hostile import FORMATS

POLICY = b"""preset = "strict"
alpha = 0.05
allow = ["template"]
[families.format]
margin = 0.03
blocking = true
[rises]
truncated = 0.1
[efforts]
replies = 0.5
"""
CONFIG = b"model: x\nlr: 1e-5\ndata:\n  - a.jsonl\n  - b.jsonl:2\nlora: true\nmax-length: 512\n"
CASES = [
    {"prompt": "Say yes.", "answer": "yes", "tags": {"kind": "a"}},
    {"messages": [{"role": "user", "content": "Give JSON."}], "schema": {"type": "object"}, "id": "x"},
    {
        "prompt": "Write.",
        "instructions": [["length:least_words", {"words": 5}]],
        "facts": [{"say": "a", "any_of": ["b"]}],
    },
]
ROWS = [
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
    {"prompt": "Hi", "completion": "Hello"},
    {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
]
FOREIGN = [
    {"messages": [{"role": "user", "content": "Hi"}], "dataset": "ifeval",
     "ground_truth": '{"func_name": "validate_lowercase", "N": null}'},
    {"prompt": "Hi", "ground_truth": '[{"instruction_id": ["keywords:existence"], "kwargs": [{"keywords": ["a"]}]}]'},
]  # fmt: skip


def lines(rows: list[Any]) -> bytes:
    return b"".join(as_file(row) + b"\n" for row in rows)


def rows_of(known: list[Any]) -> st.SearchStrategy[bytes]:
    """Some of the rows, tampered with, and their bytes damaged."""
    several = st.lists(st.one_of(*map(tampered, known)), min_size=1, max_size=3).map(lines)
    return several | damaged(lines(known))


def into(file: Path, enter: Callable[[Path], Any]) -> Callable[[bytes], None]:
    """Write an input as `file` and enter it; a UserError is a way out like any other."""

    def held_by(content: bytes) -> None:
        file.write_bytes(content)
        with suppress(UserError):
            enter(file)

    return held_by


@EXAMPLES
def test_policies(tmp_path: Path, examples: int) -> None:
    held(damaged(POLICY), into(tmp_path / "gate.toml", read_policy), examples)


@EXAMPLES
@pytest.mark.parametrize("name", ["a.yaml", "a.toml"])
def test_settings_of_a_training(tmp_path: Path, name: str, examples: int) -> None:
    known = ("model", "lr", "data", "lora", "max_length")
    content = CONFIG if name == "a.yaml" else b'model = "x"\nlr = 1e-5\ndata = ["a.jsonl"]\nlora = true\n'
    held(damaged(content), into(tmp_path / name, lambda file: read_config(file, known)), examples)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", "model = " + "[" * 50_000 + "]" * 50_000),
        ("a.yaml", "model: " + "[" * 50_000 + "]" * 50_000),
        ("a.yaml", "a: &a [x]\nb: &b [*a, *a]\nmodel: [" + ", ".join(["*b"] * 9000) + "]"),
        ("a.yaml", "model: !!python/object/apply:os.getcwd []"),
    ],
)
def test_deep_and_growing_files_are_one_sentence(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=r"nest|values|tags"):
        read_config(tmp_path / name, ("model", "a", "b"))
    if name == "a.toml":
        with pytest.raises(UserError, match="nested too deeply"):
            read_policy(tmp_path / name)


@EXAMPLES
@pytest.mark.parametrize("name", ["a.jsonl", "a.yaml"])
def test_cases_of_a_users_own(tmp_path: Path, name: str, examples: int) -> None:
    def enter(file: Path) -> None:
        (task,) = cases_tasks([file]).values()
        for sample in task().samples(0):
            task().score(sample, Response("k", "yes", "stop", answer="yes"))

    inputs = rows_of(CASES) if name == "a.jsonl" else tampered(CASES).map(as_file) | damaged(json.dumps(CASES).encode())
    held(inputs, into(tmp_path / name, enter), examples)


@EXAMPLES
def test_rows_to_train_on(tmp_path: Path, examples: int) -> None:
    held(rows_of(ROWS), into(tmp_path / "a.jsonl", lambda file: load([parse_source(str(file))], 1.0)), examples)


@EXAMPLES
def test_rows_to_reward(tmp_path: Path, examples: int) -> None:
    def enter(file: Path) -> None:
        with suppress(UserError):
            adopt(read_jsonl(file))
        read_rows(file)

    held(rows_of(FOREIGN), into(tmp_path / "a.jsonl", enter), examples)


@EXAMPLES
def test_replies_to_replay(tmp_path: Path, examples: int) -> None:
    rows = [{"prompt": "Hi", "response": "Hello"}, {"prompt": "Hi", "response": ""}]
    enter = into(tmp_path / "a.jsonl", lambda file: scripted_engine(f"replay:{file}", by_name("hermes")))
    held(rows_of(rows), enter, examples)


@EXAMPLES
@pytest.mark.parametrize("kind", FORMATS)
def test_results_of_other_tools(tmp_path: Path, kind: str, examples: int) -> None:
    name, value = FORMATS[kind]
    inputs = rows_of(value) if name.endswith(".jsonl") else tampered(value).map(as_file) | damaged(as_file(value))
    held(inputs, into(tmp_path / name, lambda file: write_files(read([file], kind), tmp_path / "run")), examples)
