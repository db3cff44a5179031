"""A run's numbers as typed objects: what `run.tasks["format"].primary` and its neighbours are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ifeval.stats.interval import Interval
from ifeval.util.tables import bounded, points


@dataclass(frozen=True)
class TaskResult:
    """One task of a run. Scores and rates are shares in [0, 1].

    `primary` is the interval of the metric `primary_metric`, `metrics` has all of them by name. `by` gives, per tag and
    value, the primary metric among those samples, and `spans`, per ladder, the size at which half are right. `rates` are the ways to go wrong (truncated, empty, errors, ...).
    """

    name: str
    family: str
    version: str
    primary_metric: str
    metrics: Mapping[str, Interval]
    rates: Mapping[str, float]
    by: Mapping[str, Mapping[str, Interval]]
    spans: Mapping[str, Interval]
    samples: int

    @property
    def primary(self) -> Interval:
        """The task's score: the interval of its primary metric."""
        return self.metrics[self.primary_metric]

    def _repr_html_(self) -> str:
        rows = [(name, bounded(value), f"{value.n:,}") for name, value in self.metrics.items()]
        return html_table(("metric", "score", "n"), rows, f"{self.name} (version {self.version})")


class TaskResults(dict[str, TaskResult]):
    """The tasks of a run by name; a notebook shows them as one table."""

    def _repr_html_(self) -> str:
        rows = [
            (
                task.name,
                task.primary_metric,
                bounded(task.primary),
                f"{task.samples:,}",
                points(task.rates["truncated"]),
            )
            for task in self.values()
        ]
        return html_table(("task", "metric", "score", "samples", "cut %"), rows)


def task_results(summary: Mapping[str, Any]) -> TaskResults:
    """The `tasks` of a summary.json as `TaskResult`s."""
    return TaskResults({name: _task(name, part) for name, part in summary["tasks"].items()})


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table for a notebook; every cell is escaped."""

    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "".join(line(row, "td") for row in rows)
    return f"<table>{title}<thead>{line(header, 'th')}</thead><tbody>{body}</tbody></table>"


def _task(name: str, part: Mapping[str, Any]) -> TaskResult:
    return TaskResult(
        name=name,
        family=part["family"],
        version=part["version"],
        primary_metric=part["primary"],
        metrics={metric: Interval.from_json(value) for metric, value in part["metrics"].items()},
        rates=part["rates"],
        by={
            tag: {value: Interval.from_json(one) for value, one in groups.items()} for tag, groups in part["by"].items()
        },
        spans={tag: Interval.from_json(value) for tag, value in part.get("ladders", {}).items()},
        samples=part["samples"],
    )
