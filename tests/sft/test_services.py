"""Curves go where they were asked for, and a resumed training goes on in the same run."""

from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import services
from ifeval.finetuning.training.log import Log, Step
from ifeval.finetuning.training.services import check_services, open_services, remembered
from ifeval.runs import trackers


def train_twice(folder: Path, service: str) -> None:
    """Two steps and an evaluation, and after a resume two more steps."""
    for start in (0, 2):
        log = Log(folder, start, [service], {"learning_rate": 1e-4})
        for step in (start + 1, start + 2):
            log.step(Step(step, 4, 1 / step, 1.0, 1e-4, 10, 5, 1.0))
        log.evaluation({"step": start + 2, "scores": {"format": 0.5}})
        log.close()


def test_mlflow_has_the_curves_of_both_halves_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"file://{tmp_path}/store")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    train_twice(tmp_path / "out" / "training", "mlflow")
    client = mlflow.MlflowClient()
    (run,) = client.search_runs(["0"])
    assert run.info.run_name == "out"
    assert run.data.params == {"learning_rate": "0.0001"}
    assert [point.step for point in client.get_metric_history(run.info.run_id, "loss")] == [1, 2, 3, 4]
    assert run.data.metrics["evaluation/format"] == 0.5


def test_wandb_writes_offline_runs_of_one_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    folder = tmp_path / "out" / "training"
    train_twice(folder, "wandb")
    files = list(folder.glob("wandb/offline-run-*/run-*.wandb"))
    assert {file.stem for file in files} == {f"run-{(folder / 'tracker.id').read_text()}"}


def test_what_is_not_known_or_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="--log paper: choose one of wandb, mlflow, trackio"):
        SftOptions("model", ("data",), Path(), log=("paper",)).check()
    monkeypatch.setattr(trackers, "installed", lambda name: False)
    with pytest.raises(UserError, match="--log wandb needs its package: pip install wandb"):
        check_services(["wandb"])


def test_without_tensorboard_and_with_nothing_asked_there_is_no_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "installed", lambda name: False)
    assert open_services(tmp_path, 0, [], {}) == []


def test_an_id_is_kept_by_a_resumed_training_only(tmp_path: Path) -> None:
    file = tmp_path / "id"
    assert remembered(file, 0, lambda: "first") == "first"
    assert remembered(file, 3, lambda: "second") == "first"
    assert remembered(file, 0, lambda: "third") == "third"
