"""What a run is asked to do: the flags of `ifeval run` as one value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ifeval.engines.plugins import require_known
from ifeval.errors import UserError
from ifeval.runs.shards import Shard

CHOOSING_SEED = 500_009
"""Of the prompts that checkpoints are chosen by while they train: neither `ifeval run` nor `ifeval data make` uses it."""

SAMPLING = ("auto", "model", "greedy")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Settings of one run; the defaults are those of `ifeval run`.

    `seed` None means each task's own frozen seed. `max_tokens` None means each task's own limit. `data` gives the
    file or folder of a task by its name; the name "" means the only external task of the run. `cases` are files of
    a team's own prompts; each defines a task, which `tasks` may name (`asked` puts the two together).
    `order_seed` asks the samples in a seeded random order, as planned looks need it (None: as the tasks give them).
    `seen` names the task clusters the model was trained on; without it, what a checkpoint's own training record says.
    `reasoning` is "auto" (what the chat template tells), "none", or the name of a vLLM reasoning parser.
    `chat_template` is used instead of the model's own: "plain", "chatml", or a file. `sampling` is "auto" (the generation
    config's values for a model that thinks, else greedy), "model" or "greedy", beneath an explicit temperature.
    `thinking_budget` is in tokens; None: 4,096 where the model thinks, 0: no thinking.
    """

    model: str
    tasks: tuple[str, ...] = ("core",)
    out: Path | None = None
    engine: str = "auto"
    adapter: str | None = None
    base_urls: tuple[str, ...] = ()
    data: Mapping[str, Path] = field(default_factory=dict)
    task_paths: tuple[Path, ...] = ()
    cases: tuple[Path, ...] = ()
    limit: int | None = None
    shard: Shard | None = None
    seed: int | None = None
    order_seed: int | None = None
    repeats: int = 1
    max_tokens: int | None = None
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    system: str | None = None
    template_args: Mapping[str, Any] = field(default_factory=dict)
    chat_template: str | None = None
    sampling: str = "auto"
    thinking_budget: int | None = None
    tool_dialect: str | None = None
    reasoning: str = "auto"
    constrain: bool = False
    seen: tuple[str, ...] = ()
    cache: bool = True
    trust_remote_code: bool = False
    engine_args: Mapping[str, Any] = field(default_factory=dict)
    ray_address: str | None = None

    def __post_init__(self) -> None:
        """Raises UserError for a value outside its range."""
        for flag, value, low in (
            ("--limit", self.limit, 1),
            ("--repeat", self.repeats, 1),
            ("--max-tokens", self.max_tokens, 1),
            ("--temperature", self.temperature, 0),
            ("--top-k", self.top_k, 0),
            ("--thinking-budget", self.thinking_budget, 0),
        ):
            if value is not None and not value >= low:  # NaN is neither
                raise UserError(f"{flag} {value}: give {low} or more.")
        if not 0 < self.top_p <= 1:
            raise UserError(f"--top-p {self.top_p}: give a share above 0 and at most 1.")
        if self.sampling not in SAMPLING:
            raise UserError(f"--sampling {self.sampling}: give one of {', '.join(SAMPLING)}.")
        require_known(self.engine)
        if self.ray_address and self.engine != "ray":
            raise UserError(f"--ray-address {self.ray_address}: give --engine ray with it.")


def asked(tasks: Sequence[str], cases: Iterable[Path]) -> tuple[str, ...]:
    """What `--tasks` and `--cases` ask for together: the tasks, then the files that none of them names."""
    named = {task.partition(":")[0] for task in tasks}
    return (*tasks, *(path.stem for path in cases if path.stem not in named))
