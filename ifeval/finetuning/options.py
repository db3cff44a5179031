"""The options of `ifeval sft`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from ifeval.errors import UserError
from ifeval.finetuning.data.mix import MOST_BAD, MOST_REPEATS
from ifeval.finetuning.training import schedule
from ifeval.finetuning.training.services import check_services

NOT_LEARNT = (
    "model",
    "data",
    "out",
    "compile",
    "save_every",
    "save_epochs",
    "eval_every",
    "log",
    "push_to_hub",
    "resume",
)
"""Names of files, which are recorded by content, when to write, how fast to compute: a resumed run may differ in them."""

MOST_DROPPED = 0.1
"""Share of examples that cannot be trained on from which on a training does not begin."""

ALL_LINEAR = "all-linear"
"""Adapters on every linear layer but the head, as peft names it."""

KERNEL_CACHES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
"""How many compiled kernels the CPU's matrix library keeps. Each shape has one of its own, and every length of a row and
every number of trained tokens is a new shape: with the default of 1,024 a training goes on growing (docs/sft.md)."""


@dataclass(frozen=True, slots=True)
class SftOptions:
    """Settings of one training. Each is a flag of `ifeval sft`; docs/sft.md says when to change which.

    data: `PATH` or `PATH:WEIGHT` each. beta: the weight of ORPO's odds ratio, or of DPO's and KTO's divergence.
    desirable_weight, undesirable_weight: of wanted and unwanted replies in KTO. max_length: tokens of a row. batch: examples per optimiser step. packing: several
    documents per row; None for what is faster. rows: of `max_length` tokens, in one forward pass. learning_rate: the highest, None to choose by size. warmup: share of the steps in [0, 1).
    batch_tokens: about how many tokens a step has, in place of `batch`. lr_scheduler_type: see `training.schedule`.
    clip: largest gradient norm. neftune: noise of the embeddings (arXiv 2310.05914; 5 is usual), 0 for none.
    lora: rank of adapters, 0 to train all weights; lora_alpha: None for twice the rank; lora_dropout: in [0, 1);
    lora_target_modules: names, or all-linear. last_turn_only: earlier replies are context.
    validation: a file, or a share in (0, 1) of the data, whose loss is taken every `eval_every` steps.
    save_epochs: write a checkpoint after each epoch. weights: what they are kept in (`ifeval.finetuning.training.memory`).
    max_dropped: share of the examples, in [0, 1]. ignore_column, map: see `ifeval.finetuning.data.columns`.
    save_every: optimiser steps, 0 for never.
    eval_tasks: what `ifeval run --tasks` takes, empty for no evaluation; eval_every: optimiser steps between two;
    eval_args: more arguments of `ifeval run`. liger: the loss by Liger's kernel. push_to_hub: USER/NAME. log: services that draw the curves, see `ifeval.finetuning.training.services`.
    """

    model: str
    data: tuple[str, ...]
    out: Path
    method: Literal["sft", "orpo", "dpo", "kto"] = "sft"
    beta: float = 0.1
    desirable_weight: float = 1.0
    undesirable_weight: float = 1.0
    chat_template: str | None = None
    template_args: Mapping[str, Any] = field(default_factory=dict)
    epochs: float = 1
    max_steps: int | None = None
    max_length: int = 1024
    batch: int = 8
    batch_tokens: int | None = None
    rows: int = 1
    learning_rate: float | None = None
    warmup: float = 0.03
    lr_scheduler_type: schedule.Kind = "cosine"
    weight_decay: float = 0.0
    clip: float = 1.0
    neftune: float = 0.0
    lora: int = 0
    lora_alpha: int | None = None
    lora_dropout: float = 0.0
    lora_target_modules: str = ALL_LINEAR
    keep_adapter: bool = False
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    weights: Literal["auto", "fp32", "bf16", "4bit"] = "auto"
    gradient_checkpointing: bool = False
    compile: bool = False
    liger: bool = False
    packing: bool | None = None
    last_turn_only: bool = False
    most_repeats: int = MOST_REPEATS
    max_bad: float = MOST_BAD
    max_dropped: float = MOST_DROPPED
    ignore_column: tuple[str, ...] = ()
    map: tuple[str, ...] = ()
    save_every: int = 50
    save_epochs: bool = False
    validation: str | None = None
    eval_tasks: str = ""
    eval_every: int = 50
    eval_args: tuple[str, ...] = ()
    seed: int = 0
    log: tuple[str, ...] = ()
    push_to_hub: str | None = None
    resume: bool | Literal["auto"] = False

    def check(self) -> None:
        """Raise UserError for a value that makes no sense."""
        for entry in fields(self):
            _check_type(entry.name, getattr(self, entry.name), entry.type)
        if self.precision not in ("auto", "fp32", "bf16"):
            raise UserError(f"--precision {self.precision}: choose auto, fp32 or bf16.")
        if self.weights not in ("auto", "fp32", "bf16", "4bit"):
            raise UserError(f"--weights {self.weights}: choose auto, fp32, bf16 or 4bit.")
        if self.weights in ("bf16", "4bit") and self.precision == "fp32":
            raise UserError(
                f"--weights {self.weights} cannot be combined with --precision fp32; leave --precision out."
            )
        if self.weights == "4bit" and not self.lora:
            raise UserError("--weights 4bit is for a frozen base under adapters: give --lora a rank.")
        if not 0 < self.epochs < float("inf"):
            raise UserError(f"--epochs {self.epochs}: give a number above 0.")
        for name in ("max_length", "batch", "rows", "most_repeats", "eval_every"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name.replace('_', '-')} {getattr(self, name)}: give 1 or more.")
        if self.method not in ("sft", "orpo", "dpo", "kto"):
            raise UserError(f"--method {self.method}: choose sft, orpo, dpo or kto.")
        for name in ("desirable_weight", "undesirable_weight"):
            if not 0 < getattr(self, name) < float("inf"):
                raise UserError(f"--{name.replace('_', '-')} {getattr(self, name)}: give a number above 0.")
        if self.method == "kto" and self.batch < 2:
            raise UserError("--method kto compares the replies of a batch with each other; give --batch 2 or more.")
        if self.max_steps is not None and self.max_steps < 1:
            raise UserError(f"--max-steps {self.max_steps}: give 1 or more.")
        for name in ("max_bad", "max_dropped"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"--{name.replace('_', '-')} {getattr(self, name)}: give a share from 0 to 1.")
        if not 0 <= self.warmup < 1:
            raise UserError(f"--warmup {self.warmup}: give a share of the steps, 0 or more and less than 1.")
        if self.lr_scheduler_type not in schedule.KINDS:
            raise UserError(f"--lr-scheduler-type {self.lr_scheduler_type}: choose {', '.join(schedule.KINDS)}.")
        if self.batch_tokens is not None and self.batch_tokens < 1:
            raise UserError(f"--batch-tokens {self.batch_tokens}: give 1 or more.")
        if not 0 <= self.lora_dropout < 1:
            raise UserError(f"--lora-dropout {self.lora_dropout}: give a probability from 0 to less than 1.")
        if self.lora_alpha is not None and self.lora_alpha < 1:
            raise UserError(f"--lora-alpha {self.lora_alpha}: give 1 or more.")
        if not self.lora and (self.lora_alpha or self.lora_dropout or self.lora_target_modules != ALL_LINEAR):
            raise UserError("--lora-alpha, --lora-dropout and --lora-target-modules need adapters: give --lora a rank.")
        check_services(self.log)
        if self.keep_adapter and not self.lora:
            raise UserError("--keep-adapter needs adapters: give their rank with --lora.")

    @property
    def validation_share(self) -> float | None:
        """The share of the data that is validated on, where `validation` is no file."""
        try:
            share = float(self.validation or "")
        except ValueError:
            return None
        return None if Path(str(self.validation)).exists() else share

    @property
    def training_identity(self) -> dict[str, Any]:
        """The settings that decide what is learnt, as JSON values."""
        return {name: value for name, value in asdict(self).items() if name not in NOT_LEARNT}


NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def _check_type(name: str, value: Any, hint: Any) -> None:
    """Raise UserError where a plain setting has a value of another type; only calls from Python can give one."""
    kinds = get_args(hint) or (hint,)
    plain = [kind for kind in kinds if kind is not type(None)]
    if any(kind not in NAMES for kind in plain):
        return  # a list, a choice, a path: checked by name
    if value is None and len(plain) < len(kinds):
        return
    fits = (
        bool in plain
        if isinstance(value, bool)
        else isinstance(value, (*plain, int) if float in plain else tuple(plain))
    )
    if not fits:
        raise UserError(f"{name}={value!r}: give {NAMES[plain[0]]}.")
