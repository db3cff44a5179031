"""The samples whose outcome changed between two runs, with the checks that the worse run failed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ifeval.comparison.outcomes import FailedCheck, OutcomeTable, Values, failed_checks
from ifeval.comparison.pairing import mean_of_repeats

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Flip:
    """A sample whose primary outcome changed, with the failed checks of the run that is worse on it."""

    task: str
    sample_id: str
    repeat: int
    loss: bool
    checks: tuple[FailedCheck, ...]


def flips_between(baseline: OutcomeTable, candidate: OutcomeTable) -> Iterator[Flip]:
    """Losses first, then wins; by task, sample and repeat."""
    changed: dict[bool, list[tuple[str, str, int]]] = {True: [], False: []}
    for name, task in sorted(baseline.tasks.items()):
        old, new = task.metrics.get(task.primary), candidate.tasks[name].metrics.get(task.primary)
        if old is not None and new is not None:
            for loss in (True, False):
                rows = _flipped_rows(old, new) if loss else _flipped_rows(new, old)
                changed[loss] += [(name, task.ids[row], repeat) for row, repeat in rows]
    for loss, side in ((True, candidate), (False, baseline)):
        reasons = failed_checks(side.run, set(changed[loss])) if side.run else {}
        for key in changed[loss]:
            yield Flip(*key, loss, reasons.get(key, ()))


def _flipped_rows(better: Values, worse: Values) -> list[tuple[int, int]]:
    """(sample, repeat) of the replies in `worse`, shape (samples, repeats), that fell below those in `better`.

    Repeat by repeat where there are as many on both sides; else the lowest reply to each sample whose mean fell by
    one half or more: eight answers beside one would otherwise make a flip of every wobble.
    """
    if better.shape == worse.shape:
        return [(row, repeat) for row, repeat in np.argwhere(worse < better).tolist()]
    fell = mean_of_repeats(better) - mean_of_repeats(worse) >= HALF
    return [(row, int(np.nanargmin(worse[row]))) for row in np.flatnonzero(fell).tolist()]
