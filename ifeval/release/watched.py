"""One task of a sequential gate: the candidate's replies as they come in, beside the baseline's, in the planned order."""

from dataclasses import asdict, replace
from math import lcm

import numpy as np

from ifeval.comparison.outcomes import TaskOutcomes
from ifeval.errors import UserError
from ifeval.records import Response, Score
from ifeval.runs.keys import order_key
from ifeval.runs.plan import Item
from ifeval.runs.run import printable
from ifeval.runs.summary import row_rates
from ifeval.stats.flips import FINEST

ORDER_SEED = 0
COARSEST = 60


class WatchedTask:
    """The baseline's outcomes by units in the planned order, and the candidate's of the units that are complete.

    repeats: the candidate's replies to each sample. A sample that the baseline lacks is no evidence.
    """

    def __init__(self, name: str, task: TaskOutcomes, repeats: int) -> None:
        if task.primary not in task.metrics:
            raise UserError(f"--sequential needs a score of each sample; {name} has none. Leave it out with --tasks.")
        order = sorted(set(task.clusters), key=lambda unit: order_key(ORDER_SEED, name, unit))
        place = {unit: number for number, unit in enumerate(order)}
        rows = np.array(sorted(range(len(task.ids)), key=lambda row: place[task.clusters[row]]), dtype=np.intp)
        self.name, self.units = name, len(order)
        self.old = task.take(rows)
        self._row = {sample: row for row, sample in enumerate(self.old.ids)}
        self._unit = np.array([place[unit] for unit in self.old.clusters], dtype=np.intp)
        self._open = np.bincount(self._unit, minlength=self.units) * repeats
        shape = (len(rows), repeats)
        self._values = np.full(shape, np.nan)
        self._rates = {rate: np.full(shape, np.nan) for rate in task.rates}
        self._complete = 0

    @property
    def denominator(self) -> int:
        """What makes the differences of its units whole numbers, where every reply is right or wrong."""
        sizes = np.bincount(self._unit, minlength=self.units)
        common = lcm(*set(sizes.tolist()), self.old.repeats, self._values.shape[1])
        return common if common <= COARSEST else FINEST

    def add(self, item: Item, response: Response, score: Score) -> None:
        """One finished reply of the candidate."""
        row = self._row.get(printable(item.sample.id) or "")
        if row is None:
            return
        value = score.metrics.get(self.old.primary)
        self._values[row, item.request.repeat] = np.nan if value is None else value
        for rate, holds in row_rates({"response": asdict(response), "score": {"error": score.error}}).items():
            self._rates[rate][row, item.request.repeat] = holds
        self._open[self._unit[row]] -= 1

    def fill(self, new: TaskOutcomes) -> None:
        """All of the candidate's replies at once: what a simulation, or a finished run looked at again, has."""
        where = {name: row for row, name in enumerate(new.ids)}
        rows = [where[name] for name in self.old.ids]
        self._values[:] = new.metrics[self.old.primary][rows]
        for rate, values in self._rates.items():
            values[:] = new.rates[rate][rows]
        self._open[:] = 0

    def complete(self) -> int:
        """How many units, from the first on, are complete."""
        while self._complete < self.units and self._open[self._complete] <= 0:
            self._complete += 1
        return self._complete

    def upto(self, units: int) -> tuple[TaskOutcomes, TaskOutcomes]:
        """Both runs' outcomes of the first `units` units."""
        rows = np.arange(int(np.searchsorted(self._unit, units)))
        new = replace(
            self.old,
            metrics={self.old.primary: self._values},
            ratios={},
            rates=self._rates,
            tokens=np.full(self._values.shape, np.nan),
        )
        return self.old.take(rows), new.take(rows)
