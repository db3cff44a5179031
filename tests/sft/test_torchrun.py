"""Two processes over gloo learn what one learns, stop together, and leave a state that either can resume."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ifeval.finetuning.training.export import RECORD
from ifeval.finetuning.training.log import read_log
from ifeval.finetuning.training.loop import STATE, train
from ifeval.finetuning.training.parallel import Fsdp, SingleProcess
from ifeval.finetuning.training.state import newest
from tests.conftest import ROOT
from tests.sft.test_train import Watch, base, own_cache, weights  # noqa: F401 - fixtures
from tests.sft.tiny import documents
from tests.sft.two_processes import settings, trainings


def test_every_pack_is_counted_once_and_all_have_as_many_turns() -> None:
    window = [[document] for document in documents(7)]

    def shares(size: int) -> Iterator[list[tuple[list[str], int]]]:
        for rank in range(size):
            one = Fsdp.__new__(Fsdp)
            one.rank, one.size = rank, size
            yield [([pack[0].place for pack in packs], counts) for packs, counts in one.share(window, 2)]

    for size in (2, 3, 5, 8):
        dealt = list(shares(size))
        assert len({len(turns) for turns in dealt}) == 1
        counted = [place for turns in dealt for places, counts in turns if counts for place in places]
        assert sorted(counted) == sorted(pack[0].place for pack in window)
    alone = [packs for packs, counts in SingleProcess().share(window, 2) if counts]
    assert [pack for packs in alone for pack in packs] == window


@pytest.mark.engine
def test_two_processes_learn_what_one_learns(base: Path, tmp_path: Path) -> None:  # noqa: F811
    rows = [{"prompt": f"say {i}", "completion": f"{i} is said"} for i in range(24)]
    (tmp_path / "made.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pairs = [{"prompt": f"say {i}", "chosen": f"{i} is said", "rejected": f"no {i} for you"} for i in range(12)]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in pairs))
    two, one = tmp_path / "two", tmp_path / "one"
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    script = str(Path(__file__).with_name("two_processes.py"))
    subprocess.run([*launcher, script, str(base), str(tmp_path), str(two)], check=True, timeout=500, env=environment)

    for name, options in trainings(base, tmp_path).items():
        train(replace(options, out=one / name), Watch())
        logs = [read_log(folder / name / STATE / "log.jsonl") for folder in (one, two)]
        for alone, together in zip(*logs, strict=True):
            for number in ("loss", "gradient_norm", "tokens", "trained_tokens"):
                assert together[number] == pytest.approx(alone[number], rel=1e-4), (name, number)
        difference = [
            (ours.float() - weights(two / name)[tensor].float()).abs().max()
            for tensor, ours in weights(one / name).items()
        ]
        assert max(difference) < 4e-3, name  # bf16, of weights up to 1
        record = json.loads((two / name / RECORD).read_text())
        assert record["training"]["processes"] == 2

    whole = (two / "whole" / "model.safetensors").read_bytes()
    assert (two / "halved" / "model.safetensors").read_bytes() == whole
    state = newest(two / "handed_over" / STATE)
    assert state is not None
    assert state.name == "step-0000003.pt"
    stop = Watch({3: lambda: os.kill(os.getpid(), signal.SIGTERM)})
    with pytest.raises(KeyboardInterrupt):
        train(replace(settings(base, tmp_path), out=one / "halved"), stop)
    alone = torch.load(newest(one / "halved" / STATE), weights_only=True)["weights"]  # type: ignore[arg-type]
    for tensor, ours in torch.load(state, weights_only=True)["weights"].items():
        torch.testing.assert_close(ours, alone[tensor], rtol=0, atol=1e-4)
    out = train(replace(settings(base, tmp_path), out=two / "handed_over", resume=True), Watch())
    for tensor, ours in weights(out).items():
        torch.testing.assert_close(ours.float(), weights(two / "whole")[tensor].float(), rtol=0, atol=4e-3)
    judged = json.loads((two / "judged" / RECORD).read_text())["evaluation"]
    assert [row["mean"] for row in judged["checkpoints"]] == [1.0, 1.0, 1.0]
    assert judged["kept_step"] == 1
