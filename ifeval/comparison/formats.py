"""A comparison as text and as JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from ifeval.comparison.results import HEADER, Comparison, cells
from ifeval.stats.power import TYPICAL_DISCORDANCE
from ifeval.util.jsonio import dumps
from ifeval.util.tables import aligned, points, signed, span
from ifeval.util.text import one_line

REASON_SHOWN = 160
MOST_CHECKS = 10


def to_text(comparison: Comparison, flips: int = 3) -> str:
    """Tables of tasks, families, other metrics and rates, then what flipped; `flips` samples of each check."""
    c = comparison
    sections = [f"{c.candidate} against {c.baseline}", *(f"Note: {note}" for note in c.notes), ""]
    sections += aligned([HEADER, *map(cells, (*c.tasks, *c.averages))])
    sections += (
        ["", "Other metrics (adjusted is the Benjamini-Hochberg q):", *aligned([HEADER, *map(cells, c.metrics)])]
        if c.metrics
        else []
    )
    changed = [rate for rate in c.rates if rate.losses or rate.wins]
    sections += ["", "Rates:", *aligned([HEADER, *map(cells, changed)])] if changed else []
    return "\n".join([*sections, "", *generalisation(c), *remarks(c), *flipped(c, flips)]) + "\n"


def to_json(comparisons: Iterable[Comparison]) -> bytes:
    """Everything, flips included; shares in [0, 1]."""
    listed = [
        {
            **asdict(comparison),
            "flipped_checks": {
                "losses": dict(comparison.flipped_checks(loss=True)),
                "wins": dict(comparison.flipped_checks(loss=False)),
            },
        }
        for comparison in comparisons
    ]
    return dumps({"comparisons": listed}, pretty=True) + b"\n"


def generalisation(comparison: Comparison) -> Iterator[str]:
    """What was gained on the kinds of tasks that training held, what on the others, and the difference of the two."""
    for row in comparison.generalisation:
        gains = row.gains
        yield (
            f"{row.task}: {signed(gains.seen)} points on clusters seen in training ({', '.join(row.clusters)}), "
            f"{signed(gains.unseen)} on the others; difference in differences {signed(gains.gap.estimate)} "
            f"{span(gains.gap)}."
        )


def remarks(comparison: Comparison) -> Iterator[str]:
    """What the tables do not say: what could have been found, reply length, speed."""
    for row in comparison.tasks:
        planned = f"where {100 * max(row.noise or 0.0, TYPICAL_DISCORDANCE):.0f} % of outcomes change"
        yield (
            f"{row.name}: {row.units} independent samples find a true difference of {points(row.detectable)} points in "
            f"80 of 100 cases, {planned}."
        )
    old, new = comparison.tokens
    if old or new:  # an imported run may not know its replies' lengths
        yield f"Mean reply: {old:.0f} tokens, now {new:.0f}."
    before, after = comparison.speed
    if before and after:
        yield f"Speed: {before:,.0f} tokens per second, now {after:,.0f}."


def flipped(comparison: Comparison, shown: int) -> Iterator[str]:
    """Losses, then wins, by the check that had a part in them; `shown` samples of each with their reasons."""
    for loss, title in ((True, "Lost"), (False, "Won")):
        total = sum(flip.loss is loss for flip in comparison.flips)
        if not total:
            continue
        checks = comparison.flips_by_check(loss)
        yield f"\n{title}: {total} samples, by the checks that the worse run failed:"
        for name, flips in checks[:MOST_CHECKS]:
            yield f"  {len(flips):5}  {name}"
            for flip, reason in flips[:shown]:
                text = one_line(reason)
                clipped = text if len(text) <= REASON_SHOWN else f"{text[:REASON_SHOWN]}..."
                yield f"         {one_line(flip.sample_id)}{clipped and ': '}{clipped}"
        if len(checks) > MOST_CHECKS:
            yield f"         and {len(checks) - MOST_CHECKS} more kinds of check (--json has all)"
