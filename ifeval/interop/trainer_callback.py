"""Generative evaluation in the trainers of transformers and TRL."""

from pathlib import Path
from typing import Any

from transformers import TrainerCallback as Callback
from transformers import TrainerControl, TrainerState, TrainingArguments

from ifeval.errors import UserError
from ifeval.interop.training import Evaluations, is_due, report, require_every
from ifeval.release.policy import Policy


class TrainerCallback(Callback):
    """Runs tasks on the model at the start of training, every `every` steps and at its end.

    trainer: the trainer it is added to (`trainer.add_callback(TrainerCallback(trainer, ...))`); the numbers go through
    its `log`, as `ifeval/TASK`, `ifeval/mean`, `ifeval/truncated` and `ifeval/failed` (1 where the gate against the start
    fails). tasks, cases: what `ifeval run` takes; without any, `quick`. stop: end training at the first FAIL. policy: of
    that gate, see `ifeval.interop.training.Evaluations`. out: where the runs go, by default `ifeval` in the trainer's
    output folder. base_url, model: ask a server in place of the model in memory. flags: more flags of `ifeval run`.

    One process generates while the others wait. Raises UserError for arguments that cannot be used, and at the start of
    training where the weights are spread over processes and no base_url is given.
    """

    def __init__(
        self,
        trainer: Any,
        tasks: str | None = None,
        *,
        cases: str | Path | list[str | Path] | None = None,
        every: int = 500,
        stop: bool = False,
        policy: Policy | str | Path = "smoke",
        out: str | Path | None = None,
        base_url: str | None = None,
        model: str = "live",
        **flags: Any,
    ) -> None:
        self._trainer = trainer
        self._every = require_every(every)
        self._stop = stop
        place = Path(trainer.args.output_dir) / "ifeval" if out is None else Path(out)
        self._evaluations = Evaluations(place, tasks, cases, policy, base_url, model, flags)
        self._network = base_url is None

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        return self._evaluate(state, control)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """After the last step too: at `on_train_end` trackers may be closed."""
        if is_due(state.global_step, self._every, self._evaluations.done, state.max_steps):
            return self._evaluate(state, control)
        return control

    def _evaluate(self, state: TrainerState, control: TrainerControl) -> TrainerControl:
        evaluated = self._evaluations.evaluate(state.global_step, *self._asked())
        self._log(dict(evaluated.metrics))
        if state.is_world_process_zero:
            report(evaluated)
        control.should_training_stop |= self._stop and evaluated.failed
        return control

    def _log(self, metrics: dict[str, float]) -> None:
        """Through the trainer's log as an evaluation: in training mode TRL's trainers would add their averages and forget them."""
        model = self._trainer.model
        training, model.training = model.training, False
        try:
            self._trainer.log(metrics)
        finally:
            model.training = training

    def _asked(self) -> tuple[Any, Any]:
        """The network without what wraps it, and its tokenizer; nothing where a server is asked."""
        if not self._network:
            return None, None
        processing = self._trainer.processing_class
        tokenizer = getattr(processing, "tokenizer", processing)
        if tokenizer is None:
            raise UserError("The trainer has no tokenizer; give it one as processing_class.")
        return self._trainer.accelerator.unwrap_model(self._trainer.model), tokenizer
