"""What a comparison needs of a run, in columns: per task the outcome of each sample and repeat, and nothing else.

A run directory and a recorded baseline both become `OutcomeTable`; compare and gate know nothing of files.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ifeval.errors import NotComparable, UserError
from ifeval.records import CONSTRAINED
from ifeval.runs.directory import TABLE
from ifeval.runs.plan import is_advisory
from ifeval.runs.run import Run
from ifeval.runs.stored import RATES
from ifeval.runs.summary import EFFORTS
from ifeval.runs.table import read_batches, read_table
from ifeval.util.tables import short_name

if TYPE_CHECKING:
    import pyarrow

Values = npt.NDArray[np.float64]
EFFORT_COLUMNS = dict(zip(EFFORTS, ("replies", "calls", "completion_tokens", "latency"), strict=True))
"""The column of samples.parquet that has each effort."""


@dataclass(frozen=True, slots=True)
class TaskOutcomes:
    """One task's outcomes. Arrays are of shape (samples, repeats), NaN where a value does not apply or is missing.

    `clusters` names the independent unit of each sample: samples made from one item (the task's `unit`: wordings of
    one question; a sample and its constrained twin) share one. `ratios` are metrics over single checks, as
    (successes, trials). `noise` is, by metric, the share of samples whose value differed when the same model ran
    twice; empty where that was not measured. `advisory`: the task is shown, and decides nothing. `efforts`: of
    conversations, what each took (replies, calls, tokens, seconds); empty for tasks that ask once.
    """

    family: str
    version: str
    primary: str
    ids: tuple[str, ...]
    clusters: tuple[str, ...]
    metrics: Mapping[str, Values]
    ratios: Mapping[str, tuple[Values, Values]]
    rates: Mapping[str, Values]
    tokens: Values
    noise: Mapping[str, float] = field(default_factory=dict)
    advisory: bool = False
    efforts: Mapping[str, Values] = field(default_factory=dict)

    @property
    def primary_noise(self) -> float | None:
        """The noise floor of the primary metric, None where it was not measured."""
        return self.noise.get(self.primary)

    @property
    def repeats(self) -> int:
        """How many replies there are to each sample."""
        return int(self.tokens.shape[1])

    @property
    def units(self) -> int:
        """How many independent units the samples make up."""
        return len(set(self.clusters))

    def take(self, rows: npt.NDArray[np.intp]) -> "TaskOutcomes":
        """These samples, in this order, with all their repeats."""

        def cut(values: Values) -> Values:
            return np.asarray(values[rows])

        return replace(
            self,
            ids=tuple(self.ids[row] for row in rows.tolist()),
            clusters=tuple(self.clusters[row] for row in rows.tolist()),
            metrics={name: cut(values) for name, values in self.metrics.items()},
            ratios={name: (cut(successes), cut(trials)) for name, (successes, trials) in self.ratios.items()},
            rates={name: cut(values) for name, values in self.rates.items()},
            tokens=cut(self.tokens),
            efforts={name: cut(values) for name, values in self.efforts.items()},
        )


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """One run: who, under which settings, and the outcomes by task.

    `options` are the flags it was made with, for another model to be run alike; `speed` is in generated tokens per second.
    """

    name: str
    model: Mapping[str, Any]
    identity: str
    settings: Mapping[str, Any]
    started: str
    tasks: Mapping[str, TaskOutcomes]
    options: Mapping[str, Any] = field(default_factory=dict)
    speed: float | None = None
    run: Run | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that failed, and why."""

    name: str
    reason: str
    failure: str


def run_outcomes(run: Run) -> OutcomeTable:
    """The outcomes of a complete run. Raises NotComparable for one that is unfinished or was stopped early."""
    import pyarrow.compute as pc

    manifest = run.manifest
    if manifest["status"] != "complete":
        raise NotComparable(f"{run.path} is {manifest['status']}, not complete: repeat its command to finish it.")
    summaries, engine = run.summary["tasks"], run.summary["engine"]
    wanted = {"task", "sample_id", "repeat", "completion_tokens", *RATES}
    wanted |= {f"tag.{task['unit']}" for task in summaries.values()}
    if any("conversations" in task for task in summaries.values()):
        wanted |= set(EFFORT_COLUMNS.values())
    table = _table(run, lambda name: name in wanted or name.startswith(("metric.", "count.")))
    present = sorted(table["task"].unique().to_pylist()) if table.num_rows else []
    if unknown := [task for task in present if task not in summaries or not _fits(table, summaries[task])]:
        raise UserError(f"{run.path}: its summary and its table differ at {unknown[0]}; ifeval rescore rebuilds both.")
    return OutcomeTable(
        name=short_name(run.name),
        model=manifest["model"],
        identity=manifest["identity"],
        settings=manifest["settings"],
        started=manifest["started"],
        tasks={
            task: _task_outcomes(task, table.filter(pc.equal(table["task"], task)), summaries[task]) for task in present
        },
        options=manifest.get("options", {}),
        speed=None if engine["name"] == "scripted" else engine["tokens_per_second"],
        run=run,
    )


def failed_checks(run: Run, wanted: set[tuple[str, str, int]]) -> dict[tuple[str, str, int], tuple[FailedCheck, ...]]:
    """The failed checks of the wanted (task, sample id, repeat), read without the rest of the run."""
    import pyarrow
    import pyarrow.compute as pc

    found: dict[tuple[str, str, int], list[FailedCheck]] = {}
    for batch in _verdict_batches(run):
        keys = list(zip(*(batch.column(name).to_pylist() for name in ("task", "sample_id", "repeat")), strict=True))
        rows = [row for row, key in enumerate(keys) if key in wanted]
        lists = batch.column("verdicts").take(pyarrow.array(rows, "int64"))
        checks = lists.flatten()
        if not len(checks):
            continue
        columns = (checks.field(name).to_pylist() for name in ("ok", "name", "reason", "outcome"))
        for index, ok, *failed in zip(pc.list_parent_indices(lists).to_pylist(), *columns, strict=True):
            if not ok:
                found.setdefault(keys[rows[index]], []).append(FailedCheck(*failed))
    return {key: tuple(checks) for key, checks in found.items()}


def self_disagreement(values: Values) -> float | None:
    """Share of the pairs of repeats of one sample, shape (samples, repeats), that differ; None without a pair."""
    pairs = np.array(list(combinations(range(values.shape[1]), 2)), dtype=np.intp).reshape(-1, 2)
    one, other = values[:, pairs[:, 0]], values[:, pairs[:, 1]]
    known = ~(np.isnan(one) | np.isnan(other))
    return float((one != other)[known].mean()) if known.any() else None


def noise_floor(metrics: Mapping[str, Values], ratios: Mapping[str, tuple[Values, Values]]) -> dict[str, float]:
    """By metric, how often a repeat of a sample differs from another one; empty with one repeat."""
    shares = {name: self_disagreement(values) for name, values in metrics.items()}
    shares |= {name: self_disagreement(successes) for name, (successes, _) in ratios.items()}
    return {name: share for name, share in shares.items() if share is not None}


def _table(run: Run, wanted: Callable[[str], bool]) -> "pyarrow.Table":
    """The wanted columns of a run; messages and replies stay on disk. From the journal where the table is missing."""
    import pyarrow

    if (run.path / TABLE).exists():
        return read_table(run.path / TABLE, wanted)
    frame = run.columns()
    return pyarrow.Table.from_pandas(frame[[name for name in frame if wanted(str(name))]], preserve_index=False)


def _task_outcomes(task: str, rows: "pyarrow.Table", summary: Mapping[str, Any]) -> TaskOutcomes:
    import pyarrow.compute as pc

    known = rows["sample_id"].unique()
    known = known.take(pc.sort_indices(known))
    sample = pc.index_in(rows["sample_id"], value_set=known).to_numpy()
    repeat = rows["repeat"].to_numpy()
    ids = known.to_pylist()
    shape = (len(ids), int(repeat.max()) + 1)

    def grid(column: "pyarrow.ChunkedArray") -> Values:
        values = np.full(shape, np.nan)
        values[sample, repeat] = column.cast("float64").to_numpy()
        return values

    names, metrics, ratios = set(rows.column_names), {}, {}
    for name in summary["metrics"]:
        if f"metric.{name}" in names:
            metrics[name] = grid(rows[f"metric.{name}"])
        elif f"count.{name}" in names:
            successes, trials = (pc.list_element(rows[f"count.{name}"], place).fill_null(0) for place in (0, 1))
            ratios[name] = (grid(successes), grid(trials))
    return TaskOutcomes(
        family=summary["family"],
        version=summary["version"],
        primary=summary["primary"],
        ids=tuple(ids),
        clusters=_clusters(rows, f"tag.{summary['unit']}", ids, sample),
        metrics=metrics,
        ratios=ratios,
        rates={name: grid(rows[name]) for name in RATES},
        tokens=grid(rows["completion_tokens"]),
        noise=noise_floor(metrics, ratios),
        advisory=summary["advisory"] if "advisory" in summary else is_advisory(task),
        efforts={name: grid(rows[column]) for name, column in EFFORT_COLUMNS.items() if "conversations" in summary},
    )


def _fits(table: "pyarrow.Table", summary: Mapping[str, Any]) -> bool:
    """Does the table have what a task's summary speaks of: its primary metric, the efforts of conversations?"""
    primary, columns = summary["primary"], set(table.column_names)
    efforts = set(EFFORT_COLUMNS.values()) if "conversations" in summary else set()
    scores = {f"metric.{primary}", f"count.{primary}"}
    return primary in summary["metrics"] and not columns.isdisjoint(scores) and efforts <= columns


def _clusters(rows: "pyarrow.Table", unit: str, ids: Sequence[str], sample: npt.NDArray[np.integer]) -> tuple[str, ...]:
    """The unit of each sample: its tag of that name, else its id, without the mark of a constrained twin."""
    items = [name.removesuffix(CONSTRAINED) for name in ids]
    if unit in rows.column_names:
        for index, item in zip(sample.tolist(), rows[unit].to_pylist(), strict=True):
            if item is not None:
                items[index] = item
    return tuple(items)


def _verdict_batches(run: Run) -> "Iterator[pyarrow.RecordBatch]":
    wanted = {"task", "sample_id", "repeat", "verdicts"}.__contains__
    if (run.path / TABLE).exists():
        yield from read_batches(run.path / TABLE, wanted)
    else:
        yield from _table(run, wanted).to_batches()
