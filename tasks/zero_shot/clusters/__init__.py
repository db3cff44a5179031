"""The clusters and their makers, in the order in which they are drawn.

Items are written by hand in `material/NAME.toml`; the rungs of those that are ladders are built by a module here.
"""

from collections.abc import Iterator
from itertools import cycle

from ..templates import Make, makers
from . import extraction, procedures, reasoning, tables

LADDERS = {"extraction": extraction, "procedures": procedures, "reasoning": reasoning, "tables": tables}
NAMES = (
    "classification", "procedures", "letters", "tables", "explanations", "code", "extraction", "conditional", "languages",
    "reasoning", "rewriting", "data_analysis", "lists", "hierarchy", "summarising", "negative", "arithmetic_dates",
    "novel_rules",
)  # fmt: skip


def asked(name: str) -> Iterator[Make]:
    """The makers of a cluster's items in the order in which they are asked, without end.

    Of seven items in a row three are plain: the second, the fourth and the sixth.
    """
    plain = cycle(makers(name, plain=True))
    others = cycle(LADDERS[name].MAKES if name in LADDERS else makers(name, plain=False))
    for kinds in cycle((others, plain, others, plain, others, plain, others)):
        yield next(kinds)
