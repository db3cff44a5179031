"""The callback in Lightning's own trainer."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lightning", reason="needs lightning: pip install lightning")
torch = pytest.importorskip("torch", reason="needs torch: pip install 'ifeval-harness[transformers]'")

import lightning.pytorch as pl  # noqa: E402 - after the skips
from lightning.pytorch.loggers import CSVLogger  # noqa: E402

from ifeval.interop import LightningCallback  # noqa: E402
from tests.interop.test_training import cases, network, tokenizer  # noqa: E402, F401 - a fixture


class Learner(pl.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.model = network()

    def training_step(self, batch: Any, index: int) -> Any:
        return self.model(input_ids=batch, labels=batch).loss

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.mark.engine
def test_the_numbers_reach_lightnings_log(tmp_path: Path, cases: Path) -> None:  # noqa: F811
    logger = CSVLogger(tmp_path)
    trainer = pl.Trainer(
        max_steps=5, accelerator="cpu", default_root_dir=tmp_path, logger=logger, enable_progress_bar=False,
        enable_checkpointing=False, log_every_n_steps=1, accumulate_grad_batches=2,
        callbacks=[LightningCallback(tokenizer(), cases=cases, every=2, max_tokens=2)],
    )  # fmt: skip
    module = Learner()
    trainer.fit(module, torch.utils.data.DataLoader(torch.randint(2, 50, (40, 12)), batch_size=2))
    rows = (Path(logger.log_dir) / "metrics.csv").read_text().splitlines()
    assert "ifeval/sums" in rows[0]
    assert {"step-0", "step-2", "step-4", "step-5"} == {
        path.name.rpartition("-")[0] for path in (tmp_path / "ifeval").iterdir() if path.is_dir()
    }
    assert "ifeval/failed" in trainer.callback_metrics
    assert module.model.training
