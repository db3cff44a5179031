"""lm-eval's files as runs: its own numbers, to the last bit, and a verdict on them."""

import json
from pathlib import Path

import pytest

from ifeval.comparison.differences import compare
from ifeval.comparison.outcomes import run_outcomes
from ifeval.errors import UserError
from ifeval.interop.foreign import IFEVAL_METRICS
from ifeval.interop.importing import as_runs, kind_of, read
from ifeval.interop.writing import announcement, write_run
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


def test_foreign_files_stand_in_for_runs(files: Path) -> None:
    with as_runs(str(files / "A"), "a-baseline") as (path, name):
        assert load_run(path).name == "gpt-4o-mini"
        assert name == "a-baseline"
    assert kind_of(Path("no/such/model")) is None
