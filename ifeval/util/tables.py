"""Numbers and tables as plain text, for terminals and logs alike."""

from collections.abc import Sequence

from ifeval.stats.interval import Interval
from ifeval.util.text import one_line


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as columns of text, the first one to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as the lines of a markdown table, the first one its head. Cells are taken as they are."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def points(share: float) -> str:
    """A share in percent, a difference in points: 12.3 for 0.123; a dash where there is none."""
    return "-" if share != share else f"{100 * share:.1f}"


def signed(difference: float) -> str:
    """A difference in points with its sign."""
    return "-" if difference != difference else f"{100 * difference:+.1f}"


def span(interval: Interval) -> str:
    """The bounds of a difference in points; a dash where one prompt or none gives no interval."""
    return "-" if interval.n < 2 else f"[{signed(interval.low)}, {signed(interval.high)}]"


def bounded(interval: Interval) -> str:
    """A score and its bounds in percent; a dash where nothing was scored."""
    if not interval.n:
        return "-"
    return f"{points(interval.estimate)} [{points(interval.low)}, {points(interval.high)}]"


def size(span: Interval, rungs: Sequence[float]) -> str:
    """The span of a ladder in words and figures: "at 3.4 [2.1, 5.0]"; "below 1" or "above 60" where it is beyond the rungs."""
    low, high = min(rungs), max(rungs)
    bounds = f" [{span.low:.1f}, {span.high:.1f}]"
    if span.estimate < low:
        return f"below {low:g}"
    return f"above {high:g}" if span.estimate > high else f"at {span.estimate:.1f}{bounds}"


def short_name(model: str) -> str:
    """A model's name for a table: of a path (of a served or a replayed model) its last part; a hub id stays whole."""
    model = one_line(model)
    kind = "replay:" if model.startswith("replay:") else ""
    parts = model.removeprefix(kind).rstrip("/").split("/")
    is_path = kind or parts[0] in ("", ".", "..", "~") or len(parts) > 2
    if not is_path or not parts[-1] or model.startswith("scripted:") or len(model.split()) > 1:
        return model
    return kind + parts[-1]
