"""Releases drawn at random at the sizes of `core`, as outcome tables: what the gate's error rates are simulated with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes
from ifeval.registry.plugins import discover
from ifeval.registry.suites import expand
from ifeval.runs.summary import RATES

Grid = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Made:
    """A task: its family, its items, the wordings of each, the baseline's score, and whether it is advisory."""

    family: str
    items: int
    wordings: int = 1
    score: float = 0.6
    advisory: bool = False


def suite(name: str) -> dict[str, Made]:
    """The tasks of a suite at the sizes it asks for, less the samples that the primary metric does not grade."""
    known = discover()
    found = {}
    for task, limit in expand([name], known).items():
        kind, size = known[task], limit or known[task].size or 0
        found[task] = Made(kind.family, size - round(size * UNGRADED.get(task, 0)), advisory=kind.advisory)
    return found


UNGRADED = {"tool_calls": 5 / 36}
"""The share of samples that the primary metric leaves out: those where no tool fits."""
CORE = suite("core")
WORDING_CORRELATION = 0.36
"""How alike the wordings of one item come out: what SmolLM2-135M's recorded replies to zero_shot show."""
SETTINGS = {"repeats": 1, "engine": {"name": "made"}}


def table(name: str, tasks: Mapping[str, TaskOutcomes]) -> OutcomeTable:
    model = {"name": name, "fingerprint": name, "fingerprinted": True, "parameters": None}
    settings = {**SETTINGS, "tasks": {task: {"version": "1", "limit": None} for task in tasks}}
    return OutcomeTable(name, model, name, settings, "2026-11-20", tasks)


def outcomes(made: Made, values: Grid, rates: Mapping[str, Grid] | None = None) -> TaskOutcomes:
    """A task of these values, shape (samples, repeats); samples of one item follow each other."""
    ids = tuple(f"{item:04}/{wording}" for item in range(made.items) for wording in range(made.wordings))
    none = np.zeros(values.shape)
    return TaskOutcomes(
        family=made.family,
        version="1",
        primary="right",
        ids=ids,
        clusters=tuple(name.partition("/")[0] for name in ids) if made.wordings > 1 else ids,
        metrics={"right": values},
        ratios={},
        rates={rate: (rates or {}).get(rate, none) for rate in RATES},
        tokens=none,
        advisory=made.advisory,
    )


@dataclass(frozen=True)
class Truth:
    """What is true of a candidate: the share of outcomes that change, and each task's difference."""

    discordance: float = 0.15
    differences: Mapping[str, float] = field(default_factory=dict)
    correlation: float = WORDING_CORRELATION


def draw(rng: np.random.Generator, truth: Truth, core: Mapping[str, Made] = CORE) -> tuple[OutcomeTable, OutcomeTable]:
    """(baseline, candidate), one reply to each sample."""
    old, new = {}, {}
    for name, made in core.items():
        before = (_uniform(rng, made, truth.correlation) < made.score).astype(float)
        difference = truth.differences.get(name, 0.0)
        psi = max(truth.discordance, abs(difference))
        lost = min(1.0, (psi - difference) / 2 / made.score)
        won = min(1.0, (psi + difference) / 2 / (1 - made.score))
        u = _uniform(rng, made, truth.correlation)
        after = np.where(before == 1, (u >= lost).astype(float), (u < won).astype(float))
        old[name] = outcomes(made, before.reshape(-1, 1))
        new[name] = outcomes(made, after.reshape(-1, 1))
    return table("old", old), table("new", new)


def releases(
    runs: int, truth: Truth, seed: int = 0, core: Mapping[str, Made] = CORE
) -> Iterator[tuple[OutcomeTable, OutcomeTable]]:
    rng = np.random.default_rng(seed)
    for _ in range(runs):
        yield draw(rng, truth, core)


def with_rate(side: OutcomeTable, task: str, rate: str, values: Grid, score: float | None = None) -> OutcomeTable:
    """The run with another rate in one task, and its score with it where one is given."""
    old = side.tasks[task]
    metrics = old.metrics if score is None else {old.primary: np.full(values.shape, score)}
    changed = replace(old, rates={**old.rates, rate: values}, metrics=metrics)
    return replace(side, tasks={**side.tasks, task: changed})


def _uniform(rng: np.random.Generator, made: Made, correlation: float) -> Grid:
    """Shape (items, wordings): uniform numbers, two wordings of an item the same with `correlation`."""
    own = rng.random((made.items, made.wordings))
    if made.wordings == 1:
        return own
    copied = rng.random(own.shape) < correlation**0.5
    return np.where(copied, rng.random((made.items, 1)), own)
