"""The pipeline around a model: journal, resume, cache, errors, rescoring. Scripted engines; no model is needed."""

import json
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

import ifeval
from ifeval.errors import UserError
from ifeval.runs.rescore import rescore
from ifeval.runs.run import load_run
from ifeval.util.jsonio import read_jsonl
from tests.processes import alive
from tests.reliability.forked import ended, kill_at_random, started

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


def evaluate(
    tmp_path: Path, model: str = "scripted:oracle", task: str = "tiny-copy", **settings
) -> ifeval.runs.run.Run:
    settings = {"out": tmp_path / "run", "task_path": (PLUGINS,), **settings}
    return ifeval.evaluate(model, tasks=[task], **settings)


def test_a_run_has_its_four_files_and_says_what_it_measured(tmp_path: Path) -> None:
    run = evaluate(tmp_path)
    assert {path.name for path in run.path.iterdir()} >= {
        "run.json",
        "samples.jsonl",
        "samples.parquet",
        "summary.json",
    }
    task = run.summary["tasks"]["tiny-copy"]
    assert task["metrics"]["right"]["value"] == 1
    assert task["metrics"]["right"]["low"] == pytest.approx(0.9124, abs=1e-3), "Wilson, not Wald, at 40 of 40"
    assert task["metrics"]["words"]["n"] == 40
    assert task["by"]["parity"]["odd"]["n"] == 20
    assert task["checks"]["copy"]["value"] == 1
    assert task["report"] == {"rows": 40}
    assert run.manifest["status"] == "complete"
    assert {"prepare", "generate", "score", "journal", "write"} <= run.manifest["phases"].keys()
    assert run.samples.groupby("tag.parity")["metric.right"].mean().to_dict() == {"even": 1.0, "odd": 1.0}
    assert list(run.checks.columns) == ["task", "sample_id", "repeat", "name", "ok", "reason", "failure"]
    line = next(read_jsonl(run.path / "samples.jsonl"))
    assert line["score"]["strict"] == [True]
    assert line["score"]["loose"] == [True]


def test_floors_score_nothing(tmp_path: Path) -> None:
    for script in ("echo", "empty", "constant", "random"):
        run = evaluate(tmp_path, f"scripted:{script}", out=tmp_path / script)
        assert run.summary["tasks"]["tiny-copy"]["metrics"]["right"]["value"] == 0


def test_an_unknown_script_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="scripted:genius: no such script; known are oracle, echo"):
        evaluate(tmp_path, "scripted:genius")


def test_the_same_command_does_nothing_twice_and_another_is_refused(tmp_path: Path) -> None:
    first = evaluate(tmp_path)
    before = (first.path / "samples.jsonl").read_bytes()
    evaluate(tmp_path)
    assert (first.path / "samples.jsonl").read_bytes() == before
    with pytest.raises(UserError, match=r"holds another run \(its tasks, limit differ"):
        evaluate(tmp_path, limit=3)


def test_repeats_are_kept_apart_and_averaged_by_prompt(tmp_path: Path) -> None:
    run = evaluate(tmp_path, repeat=3)
    task = run.summary["tasks"]["tiny-copy"]
    assert (task["samples"], task["rows"]) == (40, 120)
    assert task["metrics"]["right"]["n"] == 40


def test_a_scorer_that_raises_is_an_error_row_that_counts(tmp_path: Path) -> None:
    run = evaluate(tmp_path, task="tiny-broken")
    task = run.summary["tasks"]["tiny-broken"]
    assert task["metrics"]["right"]["value"] == pytest.approx(39 / 40)
    assert task["rates"]["errors"] == pytest.approx(1 / 40)
    broken = run.samples.set_index("sample_id").loc["33"]
    assert "ZeroDivisionError: a bug in this task" in broken["error"]


def test_a_request_without_reply_is_an_error_row_and_tried_again(tmp_path: Path) -> None:
    replies = tmp_path / "replies.jsonl"
    rows = [{"prompt": f"Reply with nothing but this: word0x{n}", "response": f"word0x{n}"} for n in range(40)]
    replies.write_text("\n".join(map(json.dumps, rows[:30])))
    run = evaluate(tmp_path, f"replay:{replies}")
    assert run.summary["tasks"]["tiny-copy"]["metrics"]["right"]["value"] == pytest.approx(0.75)
    assert run.summary["rates"]["errors"] == pytest.approx(0.25)
    assert "no reply for this prompt" in run.samples["error"].dropna().iloc[0]


def test_a_replay_row_without_strings_is_named(tmp_path: Path) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text('{"prompt": "a", "response": "b"}\n{"prompt": "a"}\n')
    with pytest.raises(UserError, match=r"replies\.jsonl, row 2: a replay needs"):
        evaluate(tmp_path, f"replay:{replies}")


def test_hostile_replies_survive_to_disk_and_back(tmp_path: Path) -> None:
    run = evaluate(tmp_path, task="tiny-hostile")
    assert run.summary["tasks"]["tiny-hostile"]["metrics"]["right"]["value"] == 1
    replies = {row["sample_id"]: row["response"]["raw"] for row in run.rows()}
    assert replies["1"] == "lone \ud800 surrogate"
    assert replies["2"] == "nul \0 inside"
    assert len(replies["0"]) == 1_000_000
    assert run.samples.set_index("sample_id").loc["1", "reply"] == "lone \\ud800 surrogate"
    again = evaluate(tmp_path, f"replay:{run.path}", task="tiny-hostile", out=tmp_path / "replayed")
    assert again.summary["tasks"]["tiny-hostile"]["metrics"]["right"]["value"] == 1


def test_rescoring_reads_the_stored_replies_only(tmp_path: Path) -> None:
    run = evaluate(tmp_path)
    lines = (run.path / "samples.jsonl").read_text().replace('"right":1.0', '"right":0.0')
    (run.path / "samples.jsonl").write_text(lines)
    assert rescore(run.path, {}, ()) == 40
    again = load_run(run.path)
    assert again.summary["tasks"]["tiny-copy"]["metrics"]["right"]["value"] == 1
    assert again.samples["metric.right"].mean() == 1


def test_a_read_only_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be"):
        evaluate(tmp_path, out=tmp_path / "file" / "run")


def slow_run(out: Path) -> list[str]:
    return ["run", "--model", "scripted:oracle", "--tasks", "tiny-slow", "--task-path", str(PLUGINS), "--out", str(out)]


def test_killed_twelve_times_nothing_is_lost_or_made_twice(tmp_path: Path) -> None:
    """SIGKILL at random points of two runs, and the same command again: the summary of an undisturbed run."""
    began = time.monotonic()
    calm = evaluate(tmp_path, task="tiny-slow", out=tmp_path / "calm").summary
    seconds, draw, log = (time.monotonic() - began) / 4, random.Random(7), tmp_path / "log"
    kills = sum(
        kill_at_random([*slow_run(tmp_path / out), "--json"], log, seconds, draw)
        for out in ("first", "second")
        for _ in range(6)
    )
    assert kills > 3, "many of the kills hit a run at work"
    for out in ("first", "second"):
        done = evaluate(tmp_path, task="tiny-slow", out=tmp_path / out)
        rows = list(read_jsonl(tmp_path / out / "samples.jsonl"))
        assert Counter(row["sample_id"] for row in rows) == Counter(map(str, range(150)))
        replies = [row["key"] for row in read_jsonl(tmp_path / out / "responses.jsonl")]
        assert len(replies) == len(set(replies)) == 150
        assert done.summary["tasks"] == calm["tasks"]


def at_work(tmp_path: Path) -> int:
    """The process of a run that has samples already; its output is in `log`."""
    process = started(slow_run(tmp_path / "run"), tmp_path / "log")
    journal = tmp_path / "run" / "samples.jsonl"
    while alive(process) and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_keeps_what_it_has_and_says_how_to_go_on(tmp_path: Path, number: signal.Signals) -> None:
    process = at_work(tmp_path)
    os.kill(process, number)
    assert ended(process) == 130
    said = (tmp_path / "log").read_text()
    assert "interrupted; what was finished is kept, repeat the command to continue" in said
    assert "Traceback" not in said
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "running"


def test_interrupted_twice_it_ends_at_once(tmp_path: Path) -> None:
    process = at_work(tmp_path)
    os.kill(process, signal.SIGINT)
    os.kill(process, signal.SIGINT)
    assert ended(process) == 130
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match=r"cannot be .*: Permission denied"):
        evaluate(tmp_path)


@pytest.mark.usefixtures("drawn_once")
def test_seen_clusters_split_the_score_or_are_refused_before_anything_runs(tmp_path: Path) -> None:
    run = evaluate(tmp_path, task="zero_shot", limit=64, seen=("extraction", "lists"))
    assert run.summary["tasks"]["zero_shot"]["seen"]["clusters"] == ["extraction", "lists"]
    suite = tmp_path / "suite.toml"
    suite.write_text('[suites]\nboth = ["zero_shot:64", "tool_loop:8"]\n')
    both = evaluate(tmp_path, task=str(suite), seen=("extraction", "lists"), out=tmp_path / "both").summary["tasks"]
    assert both["zero_shot"]["seen"] == run.summary["tasks"]["zero_shot"]["seen"]
    assert "seen" not in both["tool_loop"]  # its clusters are others
    with pytest.raises(UserError, match="--seen gardening: name some of the run's clusters"):
        evaluate(tmp_path, task="zero_shot", limit=64, seen=("gardening",), out=tmp_path / "other")


def test_rescoring_knows_a_prompt_whose_last_user_message_is_a_tools_result(tmp_path: Path) -> None:
    run = evaluate(tmp_path, task="tool_calls", limit=36)
    journal = run.path / "samples.jsonl"
    rows = [json.loads(line) for line in journal.read_text().splitlines()]
    followups = [row for row in rows if row["messages"][-1]["role"] == "tool"]
    assert followups
    for row in followups:  # as a template that knows no tools is told
        row["messages"][-1] = {"role": "user", "content": f"Result of a tool: {row['messages'][-1]['content']}"}
    journal.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert rescore(run.path, {}, ()) == 0
    followups[0]["messages"] = [{"role": "user", "content": "Something else."}]
    journal.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(UserError, match="has changed since"):
        rescore(run.path, {}, ())
