"""Composition, wording and the other breakdowns of a task, as panels: known parts of its `report`, then its tags."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ifeval.report.charts import Mark, difference_axis, percent
from ifeval.report.panels import Line, Panel, Summary, lines_of, tasks_of
from ifeval.stats.interval import Interval
from ifeval.util.tables import size

Part = Mapping[str, Any]
MOST_LINES = 24
"""A breakdown with more values than this goes into the fold."""


def contrasts(summaries: Sequence[Summary]) -> Iterator[tuple[str, list[Panel]]]:
    """(task, its panels) of every task that has any."""
    for name, parts in tasks_of(summaries):
        panels = list(_panels(parts))
        if panels:
            yield name, panels


def _panels(parts: Sequence[Summary]) -> Iterator[Panel]:
    """What a task reports about itself first, then the tags that are not covered by it."""
    reports = [{**part.get("report", {}), "seen": part.get("seen")} for part in parts]
    breakdowns = [part.get("by", {}) for part in parts]
    covered: set[str] = set()
    for name, draw in PARTS.items():
        shown = [report.get(name) or {} for report in reports]
        if any(shown):
            panel, tags = draw(shown, breakdowns)
            covered |= tags
            if panel.lines:
                yield panel
    first = next(part for part in parts if part)
    overall = first["metrics"].get(first["primary"], {}).get("value") if len(parts) == 1 else None
    for tag in dict.fromkeys(tag for group in breakdowns for tag in group):
        lines = lines_of([group.get(tag, {}) for group in breakdowns], reference=overall)
        if tag not in covered and len(lines) > 1:
            reference = "the task's score" if overall is not None else ""
            title = f"By {tag.replace('_', ' ')}"
            note = _span_note(tag, parts)
            yield Panel(title, lines[:MOST_LINES], note, reference=reference, rest=lines[MOST_LINES:])


def _span_note(tag: str, parts: Sequence[Summary]) -> str:
    """The span of a ladder in every run: the size at which half of the samples are right."""
    spans = [part.get("ladders", {}).get(tag) for part in parts]
    if not any(spans):
        return ""
    rungs = [float(rung) for part in parts for rung in part.get("by", {}).get(tag, {})]
    said = " / ".join("-" if span is None else size(Interval.from_json(span), rungs) for span in spans)
    return f"A ladder: half of the samples are right {said}."


def _composition(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """Accuracy by how much is asked at once, and what parts that fail independently would give."""
    chains = any("value" in row for part in shown for row in part.values())
    tag = "steps" if chains else "instructions"
    lines = lines_of(shown if chains else [group.get(tag, {}) for group in breakdowns])
    last = shown[-1]
    lines = tuple(replace(line, reference=_expected(last.get(line.label, {}))) for line in lines)
    unit = "steps in a chain" if chains else "instructions"
    note = (
        "The tick multiplies the parts' own success rates. A score below it: parts that succeed alone fail together; "
        "above it: failures gather in the same replies."
    )
    reference = "independent parts" if len(shown) == 1 else "independent parts in the last run"
    return Panel(f"Composition, by number of {unit}", lines, note, reference=reference), {tag}


def _expected(row: Part) -> float | None:
    predicted = row.get("predicted")
    return predicted["value"] if predicted else row.get("independent")


def _wording(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """Each wording's difference from the same items' mean."""
    lines = lines_of([part.get("difference", {}) for part in shown])
    spreads = [
        f"best to worst {percent(part['spread'])} points, {percent(part['spread_by_chance'])} expected by chance "
        f"(p = {part['spread_p']:.3f})"
        for part in shown
        if part
    ]
    axis = difference_axis(mark for line in lines for mark in line.marks)
    note = f"Difference from the mean of the same items over all wordings; {'; '.join(spreads)}."
    return Panel("Wording, the same items asked in other words", lines, note, axis), set()


def _reliability(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """Right in any wording, on average, in all: how far an answer hangs on how it is asked."""
    wordings = next(part["cousins"] for part in shown if part)
    groups = [{f"right in any of {wordings}": part.get("any"), "right in all": part.get("all")} for part in shown]
    return Panel("Reliability over the wordings of an item", lines_of(groups)), set()


def _clusters(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    chance = {label: row["chance"] for part in shown for label, row in part.items()}
    lines = tuple(replace(line, reference=chance[line.label]) for line in lines_of(shown))
    return Panel("By kind of task", lines, reference="guessing"), {"cluster"}


def _decoding(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """Free against constrained decoding; rates of pairs, without intervals of their own."""
    metrics = list(next(part for part in shown if part)["free"])
    lines = tuple(
        Line(
            f"{metric.replace('_', ' ')}, {side}",
            tuple(_point(part[side][metric] if part else None, series) for series, part in enumerate(shown)),
            tuple(part.get("pairs", 0) for part in shown),
        )
        for metric in metrics
        for side in ("free", "constrained")
    )
    counted = "; ".join(f"the grammar gained {part['gained']} and lost {part['lost']}" for part in shown if part)
    return Panel("Decoding, free and held to the schema", lines, f"On {metrics[-1]}, {counted} samples."), set()


def _sensitivity(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """The same calls asked for in several formats: accuracies of the same items, without intervals of their own."""
    forms = dict.fromkeys(form for part in shown for form in part.get("accuracy", {}))
    lines = tuple(
        Line(
            form.replace(":", ": "),
            tuple(_point(part.get("accuracy", {}).get(form), series) for series, part in enumerate(shown)),
            tuple(part.get("items", 0) for part in shown),
        )
        for form in forms
    )
    said = [
        f"{percent(part['spread'])} points from best to worst, the same verdict in all on {percent(part['consistent'])} %"
        for part in shown
        if part
    ]
    return Panel("Format, the same items asked in each", lines, f"{'; '.join(said)} of the items."), set()


def _seen(shown: Sequence[Part], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """Kinds of task that training held against the others."""
    lines = lines_of([{"seen minus unseen": part["gap"]} if part else {} for part in shown])
    said = [
        f"{percent(part['seen'])} % on kinds seen in training ({', '.join(part['clusters'])}), "
        f"{percent(part['unseen'])} % on the others"
        for part in shown
        if part
    ]
    axis = difference_axis(mark for line in lines for mark in line.marks)
    return Panel("Generalisation to kinds of task not seen in training", lines, f"{'; '.join(said)}.", axis), set()


def _survival(shown: Sequence[Any], breakdowns: Sequence[Part]) -> tuple[Panel, set[str]]:
    """Turn by turn the share of conversations in which everything was followed so far, without intervals of their own."""
    curves = [{point["turn"]: point for point in part or ()} for part in shown]
    lines = tuple(
        Line(
            f"after turn {turn}",
            tuple(_point(curve[turn]["alive"] if turn in curve else None, s) for s, curve in enumerate(curves)),
            tuple(curve[turn]["at_risk"] if turn in curve else 0 for curve in curves),
        )
        for turn in sorted({turn for curve in curves for turn in curve})
    )
    note = "n counts the conversations that have the turn and followed all turns before it (Kaplan and Meier 1958)."
    return Panel("Conversations followed in full so far", lines, note), set()


def _point(value: float | None, series: int) -> Mark:
    return Mark(value, value, value, series)


PARTS: dict[str, Callable[[Sequence[Part], Sequence[Part]], tuple[Panel, set[str]]]] = {
    "composition": _composition,
    "wording": _wording,
    "reliability": _reliability,
    "clusters": _clusters,
    "seen": _seen,
    "decoding": _decoding,
    "format_sensitivity": _sensitivity,
    "survival": _survival,
}
"""The parts of a task's `report` that are drawn, by name, in this order; others are in summary.json only."""
