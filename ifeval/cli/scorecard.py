"""The table at the end of a run: each task with its interval and the rates beside it, and what was worst, in words."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ifeval.runs.run import Run, load_run
from ifeval.util.jsonio import dumps
from ifeval.util.tables import points, size
from ifeval.util.text import for_terminal, one_line

NOTABLE_RATE = 0.005
WORST = 3
FEW = 8
"""A check with fewer trials than this is not called the worst of anything."""


def print_run(directory: Path, json: bool) -> None:
    """The score card of a complete run, or its summary as JSON."""
    run = load_run(directory)
    if json:
        sys.stdout.write(dumps({"run": str(directory), **run.summary}, pretty=True).decode() + "\n")
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
    console.print(table(run))
    for line in (*ladders(run), *worst(run.summary), *remarks(run)):
        console.print(for_terminal(line))
    console.print(for_terminal(f"Run: {directory}"), soft_wrap=True)


def table(run: Run) -> Any:
    """A rich table: one row per metric, the task's primary one first; then one per family, where tasks share families."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(run.name), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in ("task", "metric", "score", "95 % interval", "n", "cut", "empty", "errors"):
        shown.add_column(column, justify="left" if column in ("task", "metric") else "right")
    for name, task in labelled(run.summary["tasks"]):
        metrics = task["metrics"]
        label = f"{name} (advisory)" if task.get("advisory") else name
        for position, metric in enumerate(sorted(metrics, key=lambda metric: metric != task["primary"])):
            first = position == 0
            rates = [percent(task["rates"][rate]) if first else "" for rate in ("truncated", "empty", "errors")]
            style = "bold" if first else "dim"
            names = map(one_line, (label if first else "", metric))
            shown.add_row(*names, *interval_cells(metrics[metric]), *rates, style=style)
    for family, metric, score in families(run.summary):
        shown.add_row(one_line(family), one_line(metric), *interval_cells(score), style="bold")
    return shown


def families(summary: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(family, what it is the mean of, its score); nothing where every task that counts is a family of its own."""
    if len(summary["families"]) == sum(not task.get("advisory") for task in summary["tasks"].values()):
        return
    for family, score in summary["families"].items():
        tasks = summary["tasks"].items()
        members = [name for name, task in tasks if task["family"] == family and not task.get("advisory")]
        yield f"family {family}", f"mean of {', '.join(members)}", score


def labelled(tasks: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every task, followed by its constrained twin where the run asked for one."""
    for name, task in tasks.items():
        yield name, task
        if "constrained" in task:
            yield f"{name} (constrained)", task["constrained"]


def interval_cells(interval: Mapping[str, Any]) -> tuple[str, str, str]:
    """Value, bounds and n as the tables show them, in percent."""
    if not interval["n"]:
        return "-", "-", "0"
    low, high = interval["low"], interval["high"]
    bounds = "-" if low is None or high is None else f"[{100 * low:.1f}, {100 * high:.1f}]"
    return f"{100 * interval['value']:.1f}", bounds, str(interval["n"])


def ladders(run: Run) -> Iterator[str]:
    """One line per ladder: the size at which half of the samples are right, and the score on every rung."""
    for name, task in run.tasks.items():
        for tag, span in task.spans.items():
            rungs = task.by[tag]
            scores = ", ".join(f"{rung}: {points(score.estimate)}" for rung, score in rungs.items())
            yield f"Ladder {name}, {tag}: half right {size(span, [float(rung) for rung in rungs])}. By rung {scores}."


def worst(summary: Mapping[str, Any]) -> Iterator[str]:
    """The checks of each task that failed most often, in words."""
    for name, task in summary["tasks"].items():
        failing = [(check["value"], check["n"], label) for label, check in task["checks"].items() if check["n"] >= FEW]
        lowest = [f"{label} ({100 * value:.0f} % of {n})" for value, n, label in sorted(failing)[:WORST] if value < 1]
        if lowest:
            yield f"Worst in {name}: {', '.join(lowest)}."
        elif task["outcomes"]:
            commonest = [f"{outcome} ({count})" for outcome, count in list(task["outcomes"].items())[:WORST]]
            yield f"Failures in {name}: {', '.join(commonest)}."


def remarks(run: Run) -> Iterator[str]:
    """What a reader of the score must know: no template, tools in words, replies cut, errors, speed."""
    model, settings, engine = run.manifest["model"], run.manifest["settings"], run.summary["engine"]
    if model["chat_template"] == "plain" and engine["name"] not in ("scripted", "server"):
        yield "The model has no chat template; the plain one of docs/models.md was used."
    if run.manifest.get("tools_described") and engine["name"] != "scripted":
        yield f"The chat template knows no tools; they were described in the system prompt ({settings['tool_dialect']} calls)."
    rates = run.summary["rates"]
    for rate, words in (
        ("truncated", "were cut at their token limit or in a loop"),
        ("unclosed_reasoning", "never ended their reasoning"),
        ("errors", "failed and count as not followed"),
    ):
        if rates[rate] > NOTABLE_RATE:
            yield f"{percent(rates[rate])} of the replies {words}."
    for name, task in run.summary["tasks"].items():
        if talks := task.get("conversations"):
            spent = talks["per_sample"]
            ends = ", ".join(f"{ending} {count}" for ending, count in talks["ended"].items())
            yield (
                f"{name}: {spent['replies']:.1f} replies, {spent['calls']:.1f} calls, {spent['tokens']:,.0f} tokens and "
                f"{spent['seconds']:.1f} s per sample; conversations ended: {ends}."
            )
    if retries := run.manifest.get("engine_settings", {}).get("retries"):
        yield f"Tried again: {', '.join(f'{kind} ({count})' for kind, count in retries.items())}."
    if engine["tokens_per_second"]:
        seconds = run.manifest.get("phases", {})
        spent = ", ".join(f"{name} {seconds[name]:.1f} s" for name in ("load", "generate", "score") if name in seconds)
        yield f"{engine['generated_tokens']:,} tokens at {engine['tokens_per_second']:,.0f} per second; {spent}."


def percent(share: float) -> str:
    """12.3 % for 0.123; zero is a dash, so that what is not zero stands out."""
    return f"{100 * share:.1f} %" if share else "-"
