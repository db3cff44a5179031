"""The clusters and their makers, in the order in which they are drawn.

Most are written by hand in `material/NAME.toml`; those that are ladders are built by a module here.
"""

from ..templates import Make, makers
from . import extraction, procedures, reasoning, tables

LADDERS = {"extraction": extraction, "procedures": procedures, "reasoning": reasoning, "tables": tables}
NAMES = (
    "classification", "procedures", "letters", "tables", "explanations", "code", "extraction", "conditional", "languages",
    "reasoning", "rewriting", "data_analysis", "lists", "hierarchy", "summarising", "negative", "arithmetic_dates",
    "novel_rules",
)  # fmt: skip


def clusters() -> dict[str, list[Make]]:
    """Every cluster's makers; the first eight of a ladder's hold each of its rungs but the longest documents."""
    return {name: LADDERS[name].MAKES if name in LADDERS else makers(name) for name in NAMES}
