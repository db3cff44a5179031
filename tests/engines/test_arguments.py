"""Engine settings and what a run is: those that only change its speed do not make it another run."""

from dataclasses import fields
from pathlib import Path

import pytest

import ifeval
from ifeval.engines.arguments import SPEED_ONLY, identity_arguments
from ifeval.engines.server.pool import ClientSettings
from ifeval.errors import UserError
from ifeval.runs.run import Run

PLUGINS = Path(__file__).parents[1] / "plugins"


def evaluate(out: Path, **engine_args: object) -> Run:
    return ifeval.evaluate(
        "scripted:oracle", tasks=["tiny-copy"], task_path=(PLUGINS,), limit=4, out=out, engine_arg=engine_args
    )


def test_all_settings_of_the_client_are_about_speed() -> None:
    assert {field.name for field in fields(ClientSettings)} <= SPEED_ONLY


def test_what_can_change_a_reply_or_is_unknown_stays() -> None:
    given = {"dtype": "float32", "quantization": "fp8", "max_model_len": 512, "of_tomorrow": 1, "max_num_seqs": 4}
    assert identity_arguments(given) == {name: value for name, value in given.items() if name != "max_num_seqs"}


def test_a_run_is_resumed_at_another_speed_and_refused_with_another_model_length(tmp_path: Path) -> None:
    first = evaluate(tmp_path / "run", concurrency=8, max_num_seqs=4, max_model_len=512)
    again = evaluate(tmp_path / "run", concurrency=64, max_model_len=512)
    assert again.manifest["identity"] == first.manifest["identity"]
    assert again.manifest["started"] == first.manifest["started"]
    with pytest.raises(UserError, match=r"holds another run \(its engine differ"):
        evaluate(tmp_path / "run", concurrency=8, max_model_len=1024)
