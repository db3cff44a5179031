"""A run's numbers: every metric with its interval, the rates beside it, the breakdowns. One pass over the rows."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import nan, sqrt
from typing import Any

import numpy as np

from ifeval.records import CUT
from ifeval.runs.directory import to_row
from ifeval.runs.generalisation import seen_split_of_rows
from ifeval.runs.keys import digest64
from ifeval.runs.reliability import reliability
from ifeval.runs.stored import RATES
from ifeval.stats.interval import Interval
from ifeval.stats.intervals import clustered_ratio, mean_interval, wilson
from ifeval.stats.ladder import span
from ifeval.task import Task

EFFORTS = ("replies", "calls", "tokens", "seconds")
"""What a conversation takes (`effort`)."""
MOST_VALUES = 64
"""A breakdown with more values than this (a free-text tag) is left out of the summary."""


@dataclass(slots=True)
class Tally:
    """What one task's rows add up to, in columns of numbers: a million rows take some 50 MB.

    `samples` and `units` hold a digest of each row's sample and unit; a value of a breakdown tag, the rows it has.
    """

    samples: array = field(default_factory=lambda: array("Q"))
    units: array = field(default_factory=lambda: array("Q"))
    metrics: dict[str, array] = field(default_factory=lambda: defaultdict(lambda: array("d")))
    counts: dict[str, tuple[array, array, array]] = field(
        default_factory=lambda: defaultdict(lambda: (array("q"), array("q"), array("q")))
    )  # successes, trials, and the row they belong to: a failed row may have none
    rates: Counter = field(default_factory=Counter)
    checks: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    outcomes: Counter = field(default_factory=Counter)
    tags: dict[str, dict[str, array]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: array("q")))
    )
    tokens: Counter = field(default_factory=Counter)
    ended: Counter = field(default_factory=Counter)
    efforts: dict[str, array] = field(default_factory=lambda: defaultdict(lambda: array("d")))

    def add(self, row: Mapping[str, Any], task: Task) -> None:
        score = row["score"]
        index = len(self.samples)
        self.samples.append(digest64(row["sample_id"]))
        self.units.append(digest64(unit_of(row, task)) if task.unit else self.samples[-1])
        for name, value in score["metrics"].items():
            column = self.metrics[name]
            column.extend([nan] * (index - len(column)))
            column.append(nan if value is None else value)
        for name, (successes, trials) in score["counts"].items():
            self.counts[name][0].append(successes)
            self.counts[name][1].append(trials)
            self.counts[name][2].append(index)
        for verdict in score["verdicts"]:
            check = self.checks[verdict["name"]]
            check[0] += verdict["ok"]
            check[1] += 1
            if verdict["outcome"] and not verdict["ok"]:
                self.outcomes[verdict["outcome"]] += 1
        for tag in task.breakdowns:
            if tag in row["tags"]:
                groups, value = self.tags[tag], str(row["tags"][tag])
                if value in groups or len(groups) <= MOST_VALUES:
                    groups[value].append(index)
        self.rates.update(name for name, holds in row_rates(row).items() if holds)
        for response in replies(row):
            self.tokens.update(prompt=response["prompt_tokens"], completion=response["completion_tokens"])
        if "turns" in row:
            self.ended[row["ended"]] += 1
            for name, value in effort(row).items():
                self.efforts[name].append(value)


def unit_of(row: Mapping[str, Any], task: Task) -> str:
    """The independent unit a row belongs to: its sample, or the item that the task's `unit` names."""
    return str(row["tags"].get(task.unit, row["sample_id"])) if task.unit else row["sample_id"]


def replies(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The responses of a row: of a conversation all, else the one."""
    return [turn["response"] for turn in row.get("turns") or [row]]


def effort(row: Mapping[str, Any]) -> dict[str, float]:
    """What a conversation took: replies, calls in them, tokens generated, seconds waited for replies."""
    given = replies(row)
    return {
        "replies": len(given),
        "calls": sum(len(response["tool_calls"] or ()) for response in given),
        "tokens": sum(response["completion_tokens"] for response in given),
        "seconds": sum(response["latency"] for response in given),
    }


def row_rates(row: Mapping[str, Any]) -> dict[str, bool]:
    """Which of the ways to go wrong happened to this row, in any reply of it; shown beside every score."""
    rates = [_response_rates(response) for response in replies(row)]
    return {name: any(one[name] for one in rates) for name in rates[0]} | {"errors": row["score"]["error"] is not None}


def _response_rates(response: Mapping[str, Any]) -> dict[str, bool]:
    return {
        "truncated": response["finish_reason"] in CUT,
        "empty": response["error"] is None and not response["answer"].strip() and not response["tool_calls"],
        "unclosed_reasoning": response["unclosed_reasoning"],
        "unparsable": response["tool_error"] is not None,
    }


def summarise(
    rows: Callable[[], Iterable[Mapping[str, Any]]], tasks: Sequence[Task], seen: Collection[str] = ()
) -> dict[str, Any]:
    """summary.json without the engine's part: `tasks`, `families`, `rates`.

    rows: gives the journal's rows again at each call; they are never all in memory. The constrained twins of
    `--constrain` are summed up apart, under a task's "constrained": the grammar is not the model's merit. A task that
    has clusters is split into those `seen` in training and the others.
    """
    by_name = {task.name: task for task in tasks}
    tallies = {task.name: Tally() for task in tasks}
    constrained = {task.name: Tally() for task in tasks}
    for row in rows():
        chosen = constrained if row["tags"].get("decoding") == "constrained" else tallies
        chosen[row["task"]].add(row, by_name[row["task"]])
    summaries = {task.name: task_summary(task, tallies[task.name]) for task in tasks}
    for name, tally in constrained.items():
        if tally.samples:
            summaries[name]["constrained"] = task_summary(by_name[name], tally)
    for task in tasks:
        own = summaries[task.name]
        if type(task).report is not Task.report:
            own["report"] = task.report(to_row(row) for row in rows() if row["task"] == task.name)
        if seen and task.cluster is not None:
            finished = (to_row(row) for row in rows() if row["task"] == task.name)
            if found := seen_split_of_rows(finished, seen, task.cluster, task.primary):
                clusters, split = found
                own["seen"] = {"tag": task.cluster, "clusters": clusters, **asdict(split), "gap": split.gap.to_json()}
    return {"tasks": summaries, "families": families(summaries), "rates": total_rates(tallies.values())}


def task_summary(task: Task, tally: Tally) -> dict[str, Any]:
    n = len(tally.samples)
    units = len(np.unique(tally.units))
    repeated = units < n
    clusters = tally.units if repeated else None
    primary = np.array(tally.metrics.get(task.primary, []), dtype=float)
    return {
        "family": task.family,
        "version": task.version,
        "primary": task.primary,
        "advisory": task.advisory,
        "unit": task.unit or "sample",
        "units": units,
        "samples": len(np.unique(tally.samples)),
        "rows": n,
        "metrics": {
            **{name: mean_interval(values, clusters=clusters).to_json() for name, values in tally.metrics.items()},
            **{name: _ratio(tally, name, repeated).to_json() for name, _ in tally.counts.items()},
            **{name: interval.to_json() for name, interval in _reliability(primary, tally).items()},
        },
        "rates": {name: tally.rates[name] / n if n else 0.0 for name in RATES},
        "checks": {name: wilson(ok, trials).to_json() for name, (ok, trials) in sorted(tally.checks.items()) if name},
        "outcomes": dict(tally.outcomes.most_common()),
        "by": {
            tag: {value: _subset(primary, tally, index, repeated).to_json() for value, index in _ordered(groups)}
            for tag, groups in tally.tags.items()
            if len(groups) <= MOST_VALUES
        },
        "ladders": {
            tag: _span(primary, tally, tally.tags[tag]).to_json() for tag in task.ladders if len(tally.tags[tag]) > 1
        },
        "tokens": dict(tally.tokens),
        **({"conversations": _conversations(tally)} if tally.ended else {}),
    }


def _conversations(tally: Tally) -> dict[str, Any]:
    """How the conversations ended, how many replies they had, and what one took on average."""
    lengths = Counter(str(int(length)) for length in tally.efforts["replies"])
    return {
        "ended": dict(tally.ended.most_common()),
        "replies": dict(sorted(lengths.items(), key=lambda pair: int(pair[0]))),
        "per_sample": {name: round(float(np.mean(values)), 3) for name, values in tally.efforts.items()},
    }


def families(tasks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each family: the unweighted mean of its tasks' primary metrics, those of advisory tasks left out.

    The bounds combine the tasks' own by square-and-add (MOVER; Zou and Donner 2008, Statistics in Medicine 27).
    """
    members: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for summary in tasks.values():
        primary = summary["metrics"].get(summary["primary"])
        if primary is not None and primary["n"] and not summary["advisory"]:
            members[summary["family"]].append(primary)
    return {
        family: {
            "value": (mean := sum(m["value"] for m in parts) / len(parts)),
            "low": mean - sqrt(sum((m["value"] - m["low"]) ** 2 for m in parts)) / len(parts),
            "high": mean + sqrt(sum((m["high"] - m["value"]) ** 2 for m in parts)) / len(parts),
            "n": sum(m["n"] for m in parts),
            "method": "mover",
        }
        for family, parts in sorted(members.items())
    }


def total_rates(tallies: Iterable[Tally]) -> dict[str, float]:
    """The rates over all rows of the run, and the number of rows."""
    tallies = list(tallies)
    rows = sum(len(tally.samples) for tally in tallies)
    return {name: sum(tally.rates[name] for tally in tallies) / rows if rows else 0.0 for name in RATES}


def _ratio(tally: Tally, name: str, repeated: bool) -> Interval:
    successes, trials, index = (np.array(column, dtype=float) for column in tally.counts[name])
    if repeated:
        _, cluster = np.unique(np.array(tally.units)[index.astype(int)], return_inverse=True)
        successes, trials = np.bincount(cluster, successes), np.bincount(cluster, trials)
    return clustered_ratio(successes, trials)


def _reliability(primary: np.ndarray, tally: Tally) -> dict[str, Interval]:
    """pass@k and the like where samples have several replies; a primary metric over single checks has none."""
    if not len(primary):
        return {}
    samples, units = (np.array(column, dtype=np.uint64) for column in (tally.samples, tally.units))
    padded = np.concatenate([primary, np.full(len(samples) - len(primary), nan)])
    return reliability(padded, samples, units)


def _subset(primary: np.ndarray, tally: Tally, index: Sequence[int], repeated: bool) -> Interval:
    clusters = [tally.units[i] for i in index] if repeated else None
    return mean_interval(primary[np.array(index)], clusters=clusters)


def _span(primary: np.ndarray, tally: Tally, rungs: Mapping[str, array]) -> Interval:
    """The size at which half of the samples are right, over the rows that are on a rung of the ladder."""
    index = np.concatenate([np.array(rows) for rows in rungs.values()])
    sizes = np.repeat([float(rung) for rung in rungs], [len(rows) for rows in rungs.values()])
    return span(sizes, primary[index], np.array(tally.units)[index])


def _ordered(groups: Mapping[str, array]) -> list[tuple[str, array]]:
    """Numbers by size, the rest by name."""
    return sorted(groups.items(), key=lambda item: (0, int(item[0]), "") if item[0].isdigit() else (1, 0, item[0]))
