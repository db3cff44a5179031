"""What is exported reads back as the same scores, with our own importers and by the published schemas.

`test_foreign_readers.py` has the other tools' own readers.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from typer.testing import CliRunner

import ifeval
from ifeval.cli import app
from ifeval.errors import UserError
from ifeval.interop import export_inspect
from ifeval.interop.export_trackers import log_run, tracked_settings, tracked_values
from ifeval.interop.exporting import TARGETS, export
from ifeval.interop.outgoing import file_name
from ifeval.runs import trackers
from ifeval.runs.run import Run, load_run
from ifeval.runs.trackers import TRACKERS, mlflow_name, require_trackers
from tests.made_runs import make_run

HOSTILE = "\ud800\x00\u202e<script>alert(1)</script>|`[x](y)`\r\n---\n{{ 7*7 }}" + "w" * (1 << 20)
SOURCES = ("lm_eval/C", "lm_eval/dummy", "inspect/C", "eee/from_lm_eval")


@pytest.fixture(autouse=True)
def without_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs as JSON, whether inspect-ai is installed or not."""
    monkeypatch.setattr(export_inspect, "installed", lambda name: False)


@pytest.fixture
def foreign(golden: Path) -> Path:
    if not (golden / "foreign_runs").is_dir():
        pytest.skip(f"there are no foreign runs in {golden}")
    return golden / "foreign_runs"


def read_back(run: Run, to: str, out: Path) -> Run:
    paths = export(run, to, out)
    return ifeval.load_run(out if to != "every-eval-ever" else paths[0])


def metrics(run: Run) -> dict[tuple[str, str], Any]:
    return {(task, name): value for task, part in run.tasks.items() for name, value in part.metrics.items()}


@pytest.mark.parametrize("to", ["lm-eval", "inspect"])
@pytest.mark.parametrize("source", SOURCES)
def test_metrics_survive_the_way_there_and_back(foreign: Path, tmp_path: Path, to: str, source: str) -> None:
    run = ifeval.load_run(foreign / source)
    back = read_back(run, to, tmp_path / "out")
    before, after = metrics(run), metrics(back)
    if to == "inspect" or run.manifest["settings"]["repeats"] == 1:
        assert after == before
    else:  # lm-eval has one score per document
        kept = {name: value.estimate for name, value in before.items() if "pass" not in name[1]}
        assert {name: value.estimate for name, value in after.items()} == pytest.approx(kept)
    assert [task.primary_metric for task in back.tasks.values()] == [task.primary_metric for task in run.tasks.values()]
    assert set(back.samples["sample_id"]) == set(run.samples["sample_id"])


def test_lm_evals_own_numbers_come_out_again(foreign: Path, tmp_path: Path) -> None:
    source = foreign / "lm_eval" / "C"
    theirs = json.loads(next(source.glob("results_*.json")).read_text())["results"]["ifeval"]
    ours = json.loads(export(ifeval.load_run(source), "lm-eval", tmp_path)[0].read_text())["results"]["ifeval"]
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        assert ours[name] == (pytest.approx(value) if isinstance(value, float) else value)


def test_lm_eval_keeps_every_instruction(foreign: Path, tmp_path: Path) -> None:
    run = ifeval.load_run(foreign / "lm_eval" / "C")
    back = read_back(run, "lm-eval", tmp_path)
    columns = ["sample_id", "name", "ok"]
    assert sorted(map(tuple, back.checks[columns].values)) == sorted(map(tuple, run.checks[columns].values))


def test_inspect_keeps_the_reason_of_every_check(tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", {"format": [[1, 0], [0, 0], [1, 1]]}, errors=1, repeats=2))
    (path,) = export(run, "inspect", tmp_path / "out")
    log = json.loads(path.read_text())
    scores = log["samples"][0]["scores"]
    assert next(iter(scores)) == "followed"
    assert "✗ length:words: 412 words, wanted fewer than 400" in scores["followed"]["explanation"]
    assert log["results"]["headline"]["scorer"] == "followed"
    assert [sample["epoch"] for sample in log["samples"]] == [1, 2] * 3
    assert log["samples"][0]["error"]["message"] == "no reply"
    back = ifeval.load_run(tmp_path / "out")
    assert metrics(back) == metrics(run)
    assert back.tasks["format"].rates == run.tasks["format"].rates
    assert back.checks[["name", "ok", "reason"]].equals(run.checks[["name", "ok", "reason"]])


def test_every_eval_ever_fits_its_schemas_and_reads_back(foreign: Path, tmp_path: Path) -> None:
    run = ifeval.load_run(foreign / "lm_eval" / "C")
    aggregate, samples = export(run, "every-eval-ever", tmp_path / "out")
    rows = [json.loads(line) for line in samples.read_text().splitlines()]
    for schema, documents in (("eval", [json.loads(aggregate.read_text())]), ("instance_level_eval", rows)):
        validator = Draft7Validator(json.loads((foreign / "eee" / f"{schema}.schema.json").read_text()))
        assert [error.message for one in documents for error in validator.iter_errors(one)] == []
    again = ifeval.load_run(aggregate)
    for metric in ("prompt_strict", "prompt_loose"):
        assert again.tasks["ifeval"].metrics[metric] == run.tasks["ifeval"].metrics[metric]


def test_folders_for_the_hub(tmp_path: Path) -> None:
    import pandas

    run = load_run(make_run(tmp_path / "run", {"ifeval": [1, 1, 0, 0], "json_schema": [1, 0]}, model="me/<b>x|y"))
    export(run, "hf", tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    configs = yaml.safe_load(card.split("---\n")[1])["configs"]
    for config in configs:
        frame = pandas.read_parquet(tmp_path / "out" / config["data_files"][0]["path"])
        task = run.tasks[frame["task"].iloc[0]]
        assert frame["metric.followed"].mean() == task.primary.estimate
    assert "| ifeval | followed | 50.0 |" in card
    assert "<b>" not in card
    index = yaml.safe_load((tmp_path / "out" / "model" / "README.md").read_text().split("---\n")[1])["model-index"]
    assert index[0]["name"] == run.name
    assert [one["dataset"]["type"] for one in index[0]["results"]] == ["google/IFEval", "json-schema"]
    assert index[0]["results"][0]["metrics"][0]["value"] == 0.5
    (entry,) = yaml.safe_load((tmp_path / "out" / "model" / ".eval_results" / "ifeval.yaml").read_text())
    assert (entry["dataset"], entry["value"]) == ({"id": "google/IFEval", "task_id": "default"}, 50.0)


@pytest.mark.parametrize("to", ["lm-eval", "inspect", "every-eval-ever", "hf"])
def test_hostile_text_is_kept_or_escaped(tmp_path: Path, to: str) -> None:
    import pandas

    run = load_run(make_run(tmp_path / "run", {"format": [1, 0, 1]}, model="../\ud800\x00evil", reply=HOSTILE))
    paths = export(run, to, tmp_path / "out")
    assert all(path.is_relative_to(tmp_path / "out") for path in paths)
    for path in paths:
        if path.suffix != ".parquet":
            path.read_text(encoding="utf-8")
    if to == "hf":
        (reply,) = set(pandas.read_parquet(next((tmp_path / "out" / "data").glob("*.parquet")))["reply"])
    else:
        back = ifeval.load_run(tmp_path / "out" if to != "every-eval-ever" else paths[0])
        (reply,) = set(back.samples["reply"])
        assert back.tasks["format"].primary == run.tasks["format"].primary
    assert reply == HOSTILE.replace("\ud800", "\\ud800")


def test_a_thought_and_calls_stand_apart_in_inspect(tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", {"format": [1]}))
    row = next(iter(run.rows()))
    call = {"name": "look", "arguments": {"where": "\ud800", "deep": [{"n": 1}]}}
    response = {**row["response"], "reasoning": "hm", "answer": "yes", "tool_calls": [call]}
    (message,) = export_inspect.sample_of(run, {**row, "response": response})["messages"][1:]
    assert message["content"] == [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "yes"}]
    assert message["tool_calls"][0]["arguments"] == {"where": "\\ud800", "deep": [{"n": 1}]}


def test_calls_of_a_history_and_counts_are_kept(tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", {"format": [0]}))
    row = next(iter(run.rows()))
    calls = [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}]
    asked = [
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "seen"},
        {"role": "developer", "content": [{"type": "text", "text": "hi"}]},
    ]
    sample = export_inspect.sample_of(run, {**row, "messages": asked})
    before, seen, strange = sample["input"]
    assert before["tool_calls"] == [{"id": "c1", "function": "look", "arguments": {"at": 1}, "type": "function"}]
    assert seen == {"role": "tool", "content": "seen", "tool_call_id": "c1"}
    assert (strange["role"], strange["content"]) == ("user", '[{"type":"text","text":"hi"}]')
    assert sample["scores"]["checks"] == {"value": 0.5, "metadata": {"successes": 1, "trials": 2}}
    assert "answer" not in sample["scores"]["checks"]


def test_what_a_tracker_gets(tmp_path: Path) -> None:
    run = load_run(make_run(tmp_path / "run", {"format": [1, 1, 0, 0]}, truncated=0.5, system="a secret prompt"))
    values = tracked_values(run)
    score = run.tasks["format"].primary
    assert values["format/followed"] == score.estimate
    assert (values["format/followed_low"], values["format/followed_high"]) == (score.low, score.high)
    assert values["format/rate_truncated"] == 0.5
    assert values["family/format"] == score.estimate
    settings = tracked_settings(run)
    assert settings["version.format"] == "1"
    assert "a secret prompt" not in str(settings)
    assert all(isinstance(value, bool | int | float | str) for value in settings.values())


def test_names_for_mlflow_are_fit_and_distinct() -> None:
    names = ["pass@2", "pass^2", "exact_match,strict-match", "größe\x00"]
    made = [mlflow_name(name) for name in names]
    assert len(set(made)) == len(names)
    assert all(re.fullmatch(r"[\w.\- :/]+", name) for name in made)


def test_a_tracker_that_fails_costs_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __init__(self, place: trackers.Place) -> None:
            raise ConnectionError("no\nroute")

    run = load_run(make_run(tmp_path / "run", {"format": [1, 0]}))
    monkeypatch.setattr("ifeval.interop.export_trackers.TRACKERS", {"wandb": Broken})
    log_run(run, ["wandb"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"ifeval: wandb did not take the run, which is whole in {run.path}: no route"


def test_run_logs_its_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    taken: list[Any] = []

    class Kept:
        def __init__(self, place: trackers.Place) -> None:
            taken.append(place)

        def write(self, values: Any, step: int) -> None:
            taken.append(values)

        def close(self) -> None:
            taken.append("closed")

    monkeypatch.setattr("ifeval.interop.export_trackers.TRACKERS", {"mlflow": Kept})
    monkeypatch.setattr(trackers, "installed", lambda name: True)
    arguments = ["--model", "scripted:oracle", "--tasks", "structured", "--limit", "4", "--out", str(tmp_path / "run")]
    ended = CliRunner().invoke(app, ["run", *arguments, "--json", "--log", "mlflow"])
    assert ended.exit_code == 0, ended.output
    place, values, closed = taken
    assert (place.local, place.folder, closed) == (False, None, "closed")
    assert values["structured/correct"] == 1
    json.loads(ended.stdout)
    with pytest.raises(UserError, match="log paper: choose one of wandb, mlflow, trackio"):
        ifeval.evaluate("scripted:oracle", log="paper", progress=False)


def test_mistakes_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = load_run(make_run(tmp_path / "run", {"format": [1, 0]}))
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"--to paper: give one of inspect, lm-eval, .*, trackio\."):
        export(run, "paper", tmp_path / "out")
    with pytest.raises(UserError, match="--out is missing"):
        export(run, "hf", None)
    with pytest.raises(UserError, match=r"--out .* is a file"):
        export(run, "hf", tmp_path / "file")
    monkeypatch.setattr(trackers, "installed", lambda name: False)
    for name in TRACKERS:
        with pytest.raises(UserError, match=f"--to {name} needs its package: pip install"):
            export(run, name, tmp_path / "out")
    with pytest.raises(UserError, match="--log"):
        require_trackers("--log", ["wandb"])


def test_the_command_names_what_it_wrote(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"format": [1, 0]})
    for to in ("inspect", "lm-eval", "every-eval-ever", "hf"):
        ended = CliRunner().invoke(app, ["export", str(run), "--to", to, "--out", str(tmp_path / to)])
        assert ended.exit_code == 0, ended.output
        assert all(Path(line).is_file() for line in ended.stdout.splitlines())
    assert set(TARGETS) == {"inspect", "lm-eval", "every-eval-ever", "hf", "wandb", "mlflow", "trackio"}


@pytest.mark.parametrize("name", ["a/b", "..", "", "\ud800", "x" * 300, "qwen2.5-0.5b"])
def test_names_become_parts_of_paths(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9-][A-Za-z0-9.-]{0,99}", file_name(name))
