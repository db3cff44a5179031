"""How a run draws its replies and how much it lets a model think: what was asked for, met with what the model is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ifeval.errors import UserError
from ifeval.models.profile import TemplateProfile
from ifeval.models.resolve import Model
from ifeval.runs.options import RunOptions

THINKING_TOKENS = 4096
"""What a thought may take where the model thinks and nothing else was asked for."""


@dataclass(frozen=True, slots=True)
class Manner:
    """The resolved settings. thinking: tokens for a thought (None: the model isn't made to think); notes: sentences a
    person should read.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    thinking: int | None = None
    template_args: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def manner_of(options: RunOptions, profile: TemplateProfile, model: Model) -> Manner:
    """What `--sampling`, `--thinking-budget` and the template arguments come to for this model.

    Raises UserError for `--sampling model` where the model says nothing of it.
    """
    arguments, thinking, notes = _thinking(options, profile)
    values: dict[str, Any] = {"temperature": options.temperature, "top_p": options.top_p, "top_k": options.top_k}
    chosen = options.temperature != 0 or options.top_p != 1 or options.top_k != 0
    if options.sampling == "model":
        if not model.sampling:
            raise UserError(f"--sampling model: {model.name} has no sampling values in a generation_config.json.")
        values = _as_the_model(model)
    elif thinking is not None and not chosen:
        if options.sampling == "auto" and model.sampling:
            values = _as_the_model(model)
            drawn = ", ".join(f"{name} {value:g}" for name, value in model.sampling.items())
            notes.append(f"The model thinks, so replies are drawn as its generation config says ({drawn}).")
        else:
            notes.append("The model thinks and replies are drawn greedily; many such models then repeat themselves.")
    return Manner(**values, thinking=thinking, template_args=arguments, notes=tuple(notes))


def _thinking(options: RunOptions, profile: TemplateProfile) -> tuple[dict[str, Any], int | None, list[str]]:
    """The template arguments, the budget, and what to say of them."""
    arguments = dict(options.template_args)
    asked = options.thinking_budget
    if asked is None:
        return arguments, THINKING_TOKENS if profile.thinks_with(arguments) else None, []
    if asked > 0:
        if not profile.thinks_with(arguments):
            arguments |= profile.on
        return arguments, asked, []
    if profile.off:
        return arguments | dict(profile.off), None, []
    if profile.thinks_with(arguments):
        return (
            arguments,
            None,
            ["--thinking-budget 0: the chat template has no switch that keeps the model from thinking."],
        )
    return arguments, None, []


def _as_the_model(model: Model) -> dict[str, Any]:
    values: dict[str, Any] = {"temperature": 1.0, **model.sampling}
    return values | {"top_k": max(0, int(values.get("top_k", 0)))}
