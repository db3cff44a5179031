"""Generative evaluation in Lightning's trainer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop.training import Evaluations, is_due, report, require_every
from ifeval.release.policy import Policy

try:
    from lightning.pytorch import Callback
except ImportError:
    try:
        from pytorch_lightning import Callback  # type: ignore[no-redef]
    except ImportError:
        raise UserError("LightningCallback needs Lightning: pip install lightning") from None


class LightningCallback(Callback):
    """Runs tasks on the model at the start of training, every `every` optimiser steps and at its end.

    tokenizer: the model's, of transformers. network: where the transformers model is in the module, `module.model` if not
    given. The numbers go to the trainer's loggers and, for checkpoints to be chosen by, into its `callback_metrics`. The
    other arguments are those of `TrainerCallback`; `out` is `ifeval` in the trainer's folder if not given.
    """

    def __init__(
        self,
        tokenizer: Any,
        tasks: str | None = None,
        *,
        network: Callable[[Any], Any] | None = None,
        cases: str | Path | list[str | Path] | None = None,
        every: int = 500,
        stop: bool = False,
        policy: Policy | str | Path = "smoke",
        out: str | Path | None = None,
        base_url: str | None = None,
        model: str = "live",
        **flags: Any,
    ) -> None:
        super().__init__()
        self._tokenizer = tokenizer
        self._network = network or (lambda module: module.model)
        self._every = require_every(every)
        self._stop = stop
        self._out = None if out is None else Path(out)
        self._make = lambda place: Evaluations(place, tasks, cases, policy, base_url, model, flags)
        self._make(Path())  # wrong arguments are said now
        self._evaluations: Evaluations | None = None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self._evaluations = self._make(self._out or Path(trainer.default_root_dir) / "ifeval")
        self._evaluate(trainer, pl_module)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        if self._evaluations is not None and is_due(trainer.global_step, self._every, self._evaluations.done):
            self._evaluate(trainer, pl_module)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        if self._evaluations is not None and trainer.global_step not in self._evaluations.done:
            self._evaluate(trainer, pl_module)

    def _evaluate(self, trainer: Any, module: Any) -> None:
        import torch

        assert self._evaluations is not None
        evaluated = self._evaluations.evaluate(trainer.global_step, self._network(module), self._tokenizer)
        for logger in trainer.loggers:
            logger.log_metrics(dict(evaluated.metrics), step=trainer.global_step)
        trainer.callback_metrics.update({name: torch.tensor(value) for name, value in evaluated.metrics.items()})
        if trainer.is_global_zero:
            report(evaluated)
        trainer.should_stop |= self._stop and evaluated.failed
