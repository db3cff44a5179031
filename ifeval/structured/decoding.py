"""Free against constrained decoding, sample by sample: how much does the grammar hide, and does it cost values?"""

from collections.abc import Iterable, Sequence
from typing import Any

from ifeval.records import CONSTRAINED
from ifeval.task import Row


def contrast(rows: Iterable[Row], metrics: Sequence[str]) -> dict[str, Any]:
    """The rates of `metrics` in both decodings over the samples that have both; empty where none has.

    `pairs`: how many. `free` and `constrained`: rate by metric. For the last metric `gained` and `lost` count the
    pairs where only the constrained, or only the free reply earns it.
    """
    free: dict[tuple[str, int], Row] = {}
    constrained: dict[tuple[str, int], Row] = {}
    for row in rows:
        side = constrained if row.sample_id.endswith(CONSTRAINED) else free
        side[row.sample_id.removesuffix(CONSTRAINED), row.repeat] = row
    both = [key for key in free if key in constrained]
    if not both:
        return {}

    def values(side: dict[tuple[str, int], Row], metric: str) -> list[float]:
        return [side[key].score.metrics.get(metric) or 0.0 for key in both]

    pairs = list(zip(values(free, metrics[-1]), values(constrained, metrics[-1]), strict=True))
    return {
        "decoding": {
            "pairs": len(both),
            **{
                name: {metric: sum(values(side, metric)) / len(both) for metric in metrics}
                for name, side in (("free", free), ("constrained", constrained))
            },
            "gained": sum(new > old for old, new in pairs),
            "lost": sum(new < old for old, new in pairs),
        }
    }
