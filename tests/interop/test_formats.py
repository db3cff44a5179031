"""Every format but lm-eval's: its own numbers, what it leaves out, and how a file's kind is found."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ifeval.comparison.differences import compare
from ifeval.comparison.outcomes import run_outcomes
from ifeval.errors import UserError
from ifeval.interop.importing import Choices, kind_of, read
from ifeval.interop.plain import Columns
from ifeval.interop.rescoring import write_rescored
from ifeval.interop.writing import announcement, write_run
from ifeval.runs.run import Run, load_run
from tests.bfcl_data import bfcl_data  # noqa: F401 - a fixture
from tests.interop import samples

OURS = {
    "prompt_strict_acc": "prompt_strict",
    "prompt_loose_acc": "prompt_loose",
    "inst_strict_acc": "instruction_strict",
    "inst_loose_acc": "instruction_loose",
    "accuracy": "match",
}


def lines(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def document(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value))
    return path


def imported(source: Path, out: Path, choices: Choices | None = None) -> Run:
    return load_run(write_run(read([source], None, choices), out))


@pytest.fixture
def files(golden: Path) -> Path:
    if not (golden / "foreign_runs").is_dir():
        pytest.skip(f"there are no foreign runs in {golden}")
    return golden / "foreign_runs"


@pytest.fixture
def inspect_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """inspect-ai's command, from IFEVAL_TEST_INSPECT (the bin folder of an environment that has it) or the path."""
    if folder := os.environ.get("IFEVAL_TEST_INSPECT"):
        monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{folder}")
    if shutil.which("inspect") is None:
        pytest.skip(
            "inspect-ai is not installed; IFEVAL_TEST_INSPECT names the bin folder of an environment that has it"
        )


MADE = {
    "promptfoo": ("o.json", document, samples.PROMPTFOO, "smoke", "pass"),
    "openai-evals": ("o.jsonl", lines, samples.OPENAI, "sums.dev.v0", "correct"),
    "inspect": ("i.json", document, samples.INSPECT, "sums", "match"),
    "every-eval-ever": ("e_samples.jsonl", lines, samples.EVERY_EVAL_EVER, "sums", "acc"),
    "table": ("t.jsonl", lines, samples.TABLE, "t", "score"),
}


@pytest.mark.parametrize("kind", MADE)
def test_a_small_file_becomes_a_run(kind: str, tmp_path: Path) -> None:
    name, write, value, task, metric = MADE[kind]
    source = write(tmp_path / name, value)
    assert kind_of(source) == kind
    run = imported(source, tmp_path / "run")
    result = run.tasks[task]
    assert (result.primary_metric, result.primary.estimate, result.primary.n) == (metric, 0.5, 2)
    assert run.samples["reply"].str.len().min() > 0
    assert len(run.failures(task)) == 1


@pytest.mark.parametrize("name", ["toy_errors", "toy-mc", "C"])
def test_inspects_json_gives_its_own_numbers(files: Path, tmp_path: Path, name: str) -> None:
    pattern = {"toy_errors": "toy/*errors*.json", "toy-mc": "toy/*toy-mc*.json", "C": "C/*.json"}[name]
    _inspect_numbers(next((files / "inspect").glob(pattern)), files, tmp_path)


@pytest.mark.parametrize("pattern", ["A/*.eval", "B/*.eval", "toy/*.eval", "toy_deflate/*.eval"])
@pytest.mark.usefixtures("inspect_reader")
def test_inspects_archives_give_its_own_numbers(files: Path, tmp_path: Path, pattern: str) -> None:
    _inspect_numbers(next((files / "inspect").glob(pattern)), files, tmp_path)


def _inspect_numbers(source: Path, files: Path, tmp_path: Path) -> None:
    known = json.loads((files / "inspect" / "expected.json").read_text())
    expected = known[str(source.relative_to(files / "inspect"))]
    (scorer, numbers), *_ = expected["scorers"].items()
    metrics = imported(source, tmp_path / "run").tasks[expected["task"]].metrics
    for theirs, value in numbers.items():
        ours = scorer if theirs == "accuracy" else OURS.get(theirs)
        if ours is not None:
            assert metrics[ours].estimate == pytest.approx(value, abs=1e-12)


def test_errors_of_inspect_count_in_no_metric_and_are_announced(files: Path) -> None:
    run = read([next((files / "inspect").glob("toy/*errors*.json"))])
    assert "1 of 20 samples ended in an error" in announcement(run)


def test_helm_gives_the_mean_of_its_instances(files: Path, tmp_path: Path) -> None:
    folder = next((files / "helm").glob("commonsense*"))
    (task,) = imported(folder, tmp_path / "run").tasks.values()
    own = json.loads((folder / "stats.json").read_text())
    expected = next(one["mean"] for one in own if one["name"]["name"] == "exact_match")
    assert task.primary.estimate == pytest.approx(expected)


def test_every_eval_ever_pairs_with_lm_eval_by_prompt(files: Path, tmp_path: Path) -> None:
    old = imported(files / "lm_eval" / "A", tmp_path / "old")
    new = imported(files / "eee" / "from_lm_eval", tmp_path / "new")
    allowed = ["engine", "version", "template", "system", "sampling", "data"]
    compared = compare(run_outcomes(old), run_outcomes(new), allowed)
    assert (compared.tasks[0].n, compared.tasks[0].losses, compared.tasks[0].wins) == (25, 0, 0)
    assert any("paired by their prompts" in note for note in compared.notes)
    assert any(note.startswith("Neither says its ") for note in compared.notes)


def test_aggregates_alone_are_refused(files: Path) -> None:
    with pytest.raises(UserError, match="holds aggregates only"):
        read([next((files / "eee").glob("98*.json"))])


def test_one_run_is_one_provider(tmp_path: Path) -> None:
    first, second = samples.PROMPTFOO["results"]["results"]
    both = [first, {**second, "provider": {"id": "other"}}]
    source = document(tmp_path / "o.json", {**samples.PROMPTFOO, "results": {"results": both}})
    with pytest.raises(UserError, match=r"several providers .openai:gpt-4o-mini, other.; choose one with --model"):
        read([source])
    assert len(read([source], None, Choices(model="other")).samples) == 1


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_tables_take_their_columns_from_flags(tmp_path: Path, ending: str) -> None:
    import pandas

    frame = pandas.DataFrame({"question": ["a", "b", "c"], "right": [True, False, True], "share": [0.5, 0.0, 1.0]})
    source = tmp_path / f"mine.{ending}"
    if ending == "csv":
        frame.to_csv(source, index=False)
    else:
        frame.to_parquet(source)
    choices = Choices("m", "quiz", None, Columns(scores=("right", "share"), prompt="question"))
    run = imported(source, tmp_path / "run", choices)
    assert run.name == "m"
    assert run.tasks["quiz"].primary.estimate == pytest.approx(2 / 3)
    assert run.tasks["quiz"].metrics["share"].estimate == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"id": "1"}, "there is no 'score'; its columns are id."),
        ({"id": "1", "score": 7.5}, "7.5 is not between 0 and 1"),
        ({"id": "1", "score": "good"}, "'good' is not a score"),
        ({"score": 1}, "there is no 'id'"),
    ],
)
def test_a_wrong_row_of_a_table_is_named(tmp_path: Path, row: dict[str, Any], sentence: str) -> None:
    source = lines(tmp_path / "t.jsonl", [{"id": "0", "score": 1}, row])
    with pytest.raises(UserError, match="row 2") as refused:
        read([source])
    assert sentence in str(refused.value)


def test_a_sample_twice_and_an_unknown_metric_are_refused(tmp_path: Path) -> None:
    source = lines(tmp_path / "t.jsonl", [{"id": "0", "score": 1}] * 2)
    with pytest.raises(UserError, match="'0' comes twice"):
        write_run(read([source]), tmp_path / "run")
    single = lines(tmp_path / "s.jsonl", [{"id": "0", "score": 1}])
    with pytest.raises(UserError, match="--metric nosuch: s has score"):
        write_run(read([single], None, Choices(metric="nosuch")), tmp_path / "other")


def test_replies_to_bfcl_are_scored_from_its_result_files(bfcl_data: Path, golden: Path, tmp_path: Path) -> None:  # noqa: F811
    rows = [json.loads(line) for line in (golden / "bfcl" / "golden_ast.jsonl").read_text().splitlines()]
    own = {row["id"]: row for row in rows if row["category"] == "simple_python" and row["variant"] == "str_as_list"}
    kept = list(own.values())[:20]
    source = lines(tmp_path / "result.jsonl", [{"id": row["id"], "result": row["model_output"]} for row in kept])
    run = read([source], None, Choices("m", "bfcl", None, Columns(scores=(), reply="result")))
    scored = load_run(write_rescored(run, tmp_path / "run", {"": bfcl_data})).samples.set_index("sample_id")
    assert {row["id"]: bool(scored.loc[row["id"], "metric.correct"]) for row in kept} == {
        row["id"]: row["valid"] for row in kept
    }
