"""Choosing and making training data: every drop has a reason, and nothing an evaluation asks is in what is made."""

import json
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.cli import app, train_data
from ifeval.errors import UserError
from ifeval.finetuning.data.contamination import PromptIndex
from ifeval.finetuning.data.curate import curate
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.make import make, replay, reply_fault
from ifeval.finetuning.data.mix import Source, load
from ifeval.registry.plugins import discover
from ifeval.runs.options import RunOptions
from ifeval.runs.pipeline import run as run_pipeline
from ifeval.runs.run import load_run
from tests.conversations.played import PLUGINS
from tests.drawn import Drawn
from tests.sft.rows import examples_of
from tests.sft.test_quality import pair, text

pytestmark = pytest.mark.usefixtures("drawn_once")


def test_faults_go_first_each_with_its_reason() -> None:
    rows = [
        pair("Explain the sea", text(0), 1),
        pair("Explain the sea", text(0), 2),
        pair("Explain the sun", "round and round and " * 20, 3),
        pair("Explain the sky", "As an AI language model, I cannot look up.", 4),
        pair("Explain the air", "Wind.", 5),
        pair("Explain the test", text(1), 6),
    ]
    chosen = curate(rows, 10, contaminated={"f:6"})
    assert [example.place for example in chosen.kept] == ["f:1"]
    assert chosen.dropped == {
        "f:2": "like f:1",
        "f:3": "the reply repeats itself",
        "f:4": "boilerplate",
        "f:5": "a reply of fewer than 3 words",
        "f:6": "holds the prompt of an evaluation",
    }


def test_kinds_take_turns_and_the_best_of_each_comes_first() -> None:
    rows = [pair(f"Explain thing {i}", text(i, 5 + 30 * i), i) for i in range(4)]
    rows += [pair("Translate this", text(50, 40), 50), pair("List some", text(51, 40), 51)]
    kept = {example.place for example in curate(rows, 3).kept}
    assert kept == {"f:3", "f:50", "f:51"}
    assert set(curate(rows, 3).dropped.values()) == {"not among the best 3"}


def test_prompts_that_do_not_help_are_dropped() -> None:
    rows = [pair("Explain the sea", text(0), 1), pair("Explain the sky", text(1), 2)]
    chosen = curate(rows, 10, difficulty={"f:1": 0.6, "f:2": 1.1})
    assert chosen.dropped == {"f:2": "the prompt does not help to write the reply"}


def test_rows_read_back_as_the_same_example() -> None:
    (example,) = examples_of({"prompt": "q", "chosen": "a", "rejected": "b", "cluster": "c"}, "f:1", "f")
    (again,) = examples_of(json.loads(json.dumps(example.row())), "f:1", "f")
    assert again == example


@cache
def index_of(name: str) -> PromptIndex:
    return PromptIndex({name: Drawn(name)}, {name: discover()[name].unit})


@pytest.mark.parametrize("name", ["format", "tool_calls", "zero_shot"])
def test_made_rows_hold_no_prompt_of_the_evaluation(name: str, tmp_path: Path) -> None:
    task = discover()[name]()
    made, again, other = (make(task, rows, seed, {}, index_of(name)) for rows, seed in ((40, 0), (10, 0), (10, 1)))
    assert len(made.rows) == 40
    asked = {sample.messages[-1]["content"] for sample in Drawn(name)}
    assert not asked & {row["messages"][-2]["content"] for row in made.rows}
    file = tmp_path / "made.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in made.rows))
    assert len(load([Source(file)], most_bad=0.0).examples) == 40
    assert made.rows[:10] == again.rows != other.rows


def test_what_is_held_out_stays_out() -> None:
    task = discover()["zero_shot"]()
    held = {"cluster": {"tables", "lists"}, "wording": {"terse"}}
    made = make(task, 40, 0, held, index_of("zero_shot"))
    assert not {row["cluster"] for row in made.rows} & held["cluster"]
    assert made.left_out["held out by a tag"] > 0
    nothing = make(task, 5, 0, {"language": {"en"}}, PromptIndex({}))
    assert all(row["cluster"] for row in nothing.rows)


def test_benchmarks_are_no_training_data() -> None:
    with pytest.raises(UserError, match="procedural tasks only"):
        make(discover()["ifeval"](Path("none")), 1, 0, {}, PromptIndex({}))


@pytest.fixture(scope="module")
def own_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of training prompts whose even replies are right, and of odd ones each spoilt in another way."""
    folder = tmp_path_factory.mktemp("own")
    task = discover()["format"]()
    spoilt = ["", "As an AI, I cannot say.", "round and round we go " * 12]
    with (folder / "replies.jsonl").open("w") as file:
        for number, sample in enumerate(task.samples(1_000_003, 12)):
            reply = spoilt[number // 2 % 3] if number % 2 else sample.oracle
            file.write(json.dumps({"prompt": sample.messages[-1]["content"], "response": reply}) + "\n")
    model = f"replay:{folder / 'replies.jsonl'}"
    return run_pipeline(RunOptions(model, ("format",), out=folder / "run", limit=12, seed=1_000_003))


def test_good_replies_of_a_run_become_rows(own_run: Path, tmp_path: Path) -> None:
    made = replay(load_run(own_run), {}, PromptIndex({}))
    assert [row["sample"] for row in made.rows] == [f"1000003-{number:04}" for number in range(0, 12, 2)]
    assert sum(made.left_out.values()) == 6
    oracles = {sample.id: sample.oracle for sample in discover()["format"]().samples(1_000_003, 12)}
    assert all(row["messages"][-1]["content"] == oracles[row["sample"]] for row in made.rows)
    kept = replay(load_run(own_run), {"style": {"inline"}}, PromptIndex({})).rows
    assert 0 < len(kept) < len(made.rows)
    file = tmp_path / "own.jsonl"
    told = ["data", "make", "--replay", str(own_run), "--tasks", "format", "--out", str(file)]
    assert CliRunner().invoke(app, told).exit_code == 0
    assert len(load([Source(file)], most_bad=0.0).examples) < 6  # the briefs of an evaluation are no training material


def test_replies_that_answer_an_evaluation_are_no_rows(own_run: Path) -> None:
    task = discover()["format"]()
    made = replay(load_run(own_run), {}, PromptIndex({"format": task.samples(1_000_003, 12)}))
    assert not made.rows
    assert made.left_out["holds an evaluation's prompt"] == 6


def fields(**changes: object) -> dict[str, object]:
    response = {"finish_reason": "stop", "answer": "The sea is wide and blue.", "tool_calls": None}
    row = {"tools": None, "response": response, "score": {"error": None, "metrics": {"natural": 1.0}}}
    return row | {"response": response | changes}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (fields(), None),
        (fields(finish_reason="length"), "did not stop by itself"),
        (fields() | {"tools": [{}]}, "has tools"),
        (fields() | {"score": {"error": None, "metrics": {"natural": 0.0}}}, "not fully right"),
        (fields(answer="round and round we go " * 12), "repeats itself"),
        (fields(answer="As an AI, I would not know."), "boilerplate"),
    ],
)
def test_why_a_reply_is_nothing_to_learn_from(row: dict[str, object], fault: str | None) -> None:
    assert reply_fault(row, "natural") == fault


def test_making_from_nothing_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["data", "make", "--out", str(tmp_path / "none.jsonl")])
    assert "needs --task NAME or --replay RUN" in str(done.exception)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--task", "format:many"], "--task format:many: write it as NAME or NAME:ROWS"),
        (["--task", "format:"], "write it as NAME or NAME:ROWS"),
        (["--task", "format:0"], "0 rows are asked for; ask for 1 or more"),
        (["--task", "format", "--rows", "-3"], "-3 rows are asked for"),
        (["--task", "nonsense"], "nonsense"),
    ],
)
def test_rows_that_cannot_be_made_are_named(told: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["data", "make", *told, "--tasks", "tool_loop", "--out", str(tmp_path / "none")])
    assert isinstance(done.exception, UserError)
    assert said in str(done.exception)


def test_tasks_alone_say_what_rows_are_made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No prompt of any evaluation is in them then, as ever."""
    asked = []
    monkeypatch.setattr(train_data, "prompt_index", lambda *told: asked.append(told) or PromptIndex({}))
    out = tmp_path / "made.jsonl"
    told = ["data", "make", "--tasks", "talk,tool_loop", "--task-path", str(PLUGINS), "--rows", "3", "--out", str(out)]
    done = CliRunner().invoke(app, told)
    assert done.exit_code == 0, done.exception
    assert [json.loads(line)["task"] for line in out.read_text().splitlines()] == ["talk"] * 3 + ["tool_loop"] * 3
    assert [tasks for tasks, _ in asked] == [None]


def test_verbs(tmp_path: Path) -> None:
    made, kept, dropped = (tmp_path / f"{name}.jsonl" for name in ("made", "kept", "dropped"))
    run = CliRunner()
    done = run.invoke(
        app,
        [
            "data",
            "make",
            "--task",
            "format:12",
            "--task",
            "zero_shot",
            "--rows",
            "9",
            "--tasks",
            "format,zero_shot",
            "--out",
            str(made),
        ],
    )
    assert done.exit_code == 0, done.exception
    assert len(made.read_text().splitlines()) == 21
    again = run.invoke(app, ["data", "make", "--task", "format", "--tasks", "format", "--out", str(made)])
    assert "exists already" in str(again.exception)
    flags = ["--keep", "10", "--out", str(kept), "--dropped", str(dropped), "--tasks", "format"]
    chosen = run.invoke(app, ["data", "curate", str(made), *flags])
    assert chosen.exit_code == 0, chosen.exception
    assert len(kept.read_text().splitlines()) + len(dropped.read_text().splitlines()) == 21
    assert all(isinstance(example, Example) for example in load([Source(kept)]).examples)


@pytest.mark.parametrize("name", ["dialogue", "tool_loop"])
def test_conversations_become_rows_of_all_their_turns(name: str, tmp_path: Path) -> None:
    task = discover()[name]()
    made = make(task, 12, 0, {}, index_of(name))
    assert len(made.rows) == 12
    assert made.rows[:4] == make(task, 4, 0, {}, index_of(name)).rows
    roles = [[message["role"] for message in row["messages"]] for row in made.rows]
    assert all(row[-1] == "assistant" for row in roles)
    assert all(row.count("assistant") > 1 for row in roles)
    assert not any(message.get("weight") == 0 for row in made.rows for message in row["messages"]), (
        "every turn is trained"
    )
    if name == "tool_loop":
        assert all("tool" in row for row in roles)
        calls = [call for row in made.rows for message in row["messages"] for call in message.get("tool_calls", ())]
        results = [message for row in made.rows for message in row["messages"] if message["role"] == "tool"]
        assert [call["id"] for call in calls] == [result["tool_call_id"] for result in results]
    file = tmp_path / "made.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in made.rows))
    assert len(load([Source(file)], most_bad=0.0).examples) == 12
