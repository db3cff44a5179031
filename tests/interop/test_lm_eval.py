"""lm-eval's files as runs: its own numbers, to the last bit, and a verdict on them."""

import json
import sys
from pathlib import Path

import pytest

from ifeval.cli import main
from ifeval.comparison.differences import compare
from ifeval.comparison.outcomes import run_outcomes
from ifeval.errors import UserError
from ifeval.interop.foreign import IFEVAL_METRICS
from ifeval.interop.importing import as_runs, kind_of, read
from ifeval.interop.rescoring import write_rescored
from ifeval.interop.writing import announcement, write_run
from ifeval.release.decision import gate
from ifeval.release.policy import Policy
from ifeval.runs.rescore import rescore
from ifeval.runs.run import Run, load_run


@pytest.fixture
def files(golden: Path) -> Path:
    if not (golden / "foreign_runs" / "lm_eval").is_dir():
        pytest.skip(f"there are no results of lm-eval in {golden / 'foreign_runs'}")
    return golden / "foreign_runs" / "lm_eval"


def imported(source: Path, out: Path) -> Run:
    return load_run(write_run(read([source]), out))


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_the_four_numbers_equal_lm_evals_own(files: Path, tmp_path: Path, name: str) -> None:
    own = json.loads(next((files / name).glob("results_*.json")).read_text())["results"]["ifeval"]
    metrics = imported(files / name, tmp_path / name).tasks["ifeval"].metrics
    assert {ours: metrics[ours].estimate for ours in IFEVAL_METRICS.values()} == {
        ours: own[f"{theirs},none"] for theirs, ours in IFEVAL_METRICS.items()
    }


@pytest.mark.parametrize("other", ["B", "C"])
def test_discordant_prompts_are_those_of_the_files(files: Path, tmp_path: Path, other: str) -> None:
    expected = json.loads((files / "expected.json").read_text())
    old, new = (run_outcomes(imported(files / name, tmp_path / name)) for name in ("A", other))
    compared = compare(old, new)
    seen = {one.metric: one for one in (*compared.tasks, *compared.metrics)}
    for metric, label in (("prompt_strict", "strict"), ("prompt_loose", "loose")):
        known = expected[f"A_vs_{other}_prompt_level_{label}_acc"]
        assert (seen[metric].losses, seen[metric].wins) == (known["only_first"], known["only_second"])


def test_every_filter_and_every_choice_becomes_a_metric_of_one_sample(files: Path, tmp_path: Path) -> None:
    toy = imported(files / "toy_sums", tmp_path / "toy")
    assert len(toy.samples) == 24
    assert toy.tasks["toy_sums"].metrics["exact_match,strict-match"].estimate == 10 / 24
    assert toy.tasks["toy_sums"].metrics["exact_match,flexible-extract"].estimate == 14 / 24
    dummy = imported(files / "dummy", tmp_path / "dummy")
    own = json.loads(next((files / "dummy").glob("results_*.json")).read_text())["results"]["toy_mc"]
    assert dummy.tasks["toy_mc"].metrics["acc_norm"].estimate == pytest.approx(own["acc_norm,none"])
    assert dummy.samples["reply"].str.len().min() > 0


def test_what_the_files_do_not_say_is_announced(files: Path) -> None:
    line = announcement(read([files / "eee_fixture"]))
    assert "Unknown: reasoning." in line
    assert "10 of 5,000 samples are in the file" in line
    assert "\n" not in line


def test_results_without_samples_are_refused(files: Path, tmp_path: Path) -> None:
    results = next((files / "A").glob("results_*.json"))
    (tmp_path / results.name).write_bytes(results.read_bytes())
    with pytest.raises(UserError, match="--log_samples"):
        read([tmp_path])


def test_rescored_replies_have_reasons_and_the_same_verdict(files: Path, tmp_path: Path) -> None:
    """lm-eval drops an instruction's arguments that are 0 or false, so a few of its scores differ from the official ones."""
    runs = {}
    for name in ("A", "B"):
        path = write_rescored(read([files / name]), tmp_path / name, {})
        runs[name] = run_outcomes(load_run(path))
        again = load_run(path)
        assert again.manifest["settings"]["tasks"]["ifeval"]["version"] == "1"
        assert "words, wanted" in " ".join(again.checks["reason"])
    plain = {name: run_outcomes(imported(files / name, tmp_path / f"plain-{name}")) for name in ("A", "B")}
    ours, theirs = (gate(side["A"], side["B"], Policy()) for side in (runs, plain))
    assert ours.label == theirs.label
    assert rescore(tmp_path / "A", {}, ()) == 0


def test_only_replies_to_our_tasks_are_rescored(files: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="toy_sums is not a task of this harness"):
        write_rescored(read([files / "toy_sums"]), tmp_path / "toy", {})


def test_replies_are_matched_to_data_by_prompt(files: Path, golden: Path, tmp_path: Path) -> None:
    run = read([files.parent / "eee" / "from_lm_eval"])
    data = {"": golden / "ifeval" / "input_data.jsonl"}
    assert load_run(write_rescored(run, tmp_path / "run", data)).tasks["ifeval"].metrics["instruction_strict"].n
    assert {sample.id for sample in run.samples} >= {"1000", "1001"}


def test_one_command_gates_two_foreign_runs(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ifeval", "gate", str(files / "C"), "--baseline", str(files / "A")])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("ifeval.cli._leave", sys.exit)  # where an engine was loaded it ends the process
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 1
    said = capsys.readouterr()
    assert said.out.startswith("FAIL: qwen2.5-0.5b against gpt-4o-mini")
    assert said.err.count("\n") == 2


def test_foreign_files_stand_in_for_runs(files: Path) -> None:
    with as_runs(str(files / "A"), "a-baseline") as (path, name):
        assert load_run(path).name == "gpt-4o-mini"
        assert name == "a-baseline"
    assert kind_of(Path("no/such/model")) is None
