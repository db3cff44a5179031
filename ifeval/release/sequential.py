"""The gate while the run goes on: every finished reply is noted, and the run ends as soon as the planned looks decide."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ifeval.comparison.comparable import require_comparable_settings
from ifeval.comparison.outcomes import OutcomeTable
from ifeval.engines.base import Engine
from ifeval.errors import NotComparable, UserError
from ifeval.records import Response, Score
from ifeval.release.decision import overall, refused
from ifeval.release.looks import Looks
from ifeval.release.policy import Policy
from ifeval.release.results import ReleaseDecision, Stopped
from ifeval.release.watched import ORDER_SEED
from ifeval.runs.directory import MANIFEST, read_manifest, write_json
from ifeval.runs.manifest import now
from ifeval.runs.observer import Observer
from ifeval.runs.options import RunOptions
from ifeval.runs.pipeline import run
from ifeval.runs.plan import Item
from ifeval.runs.run import MOST_ERRORS
from ifeval.stats.intervals import wilson

STOPPED = "stopped"


class Decided(Exception):
    """Raised out of a run to end it: the looks have decided, what is still decoding is cancelled."""


class SequentialWatch:
    """An observer of the run that passes everything on, and raises `Decided` when the looks have decided."""

    def __init__(self, baseline: OutcomeTable, policy: Policy, options: RunOptions, run: Path, inner: Observer) -> None:
        self._baseline, self._policy, self._run, self._inner = baseline, policy, run, inner
        self._looks = Looks(baseline, policy, options.repeats)
        self._seen = self._errors = self._planned = 0

    def phase(self, name: str, detail: str = "") -> None:
        self._inner.phase(name, detail)

    def started(self, engine: Engine, total: int) -> None:
        """Refuse before anything is generated; the run's settings are on disk by now."""
        require_comparable_settings(self._baseline, *self._described(), self._policy.allow)
        self._planned = total
        self._inner.started(engine, total)

    def prompt(self, text: str) -> None:
        self._inner.prompt(text)

    def wanted(self, item: Item) -> bool:
        """Is the item's family still open?"""
        return self._looks.wanted(item.task.name)

    def finished(self, item: Item, response: Response, score: Score) -> None:
        self._inner.finished(item, response, score)
        self._seen += 1
        self._errors += score.error is not None
        if (task := self._looks.tasks.get(item.task.name)) is not None:
            task.add(item, response, score)
            self._looks.advance()
        if self._looks.decision is not None and self._seen < self._planned:
            raise Decided

    def verdict(self, early: bool) -> ReleaseDecision:
        """The release's verdict, after the run ended or was ended."""
        name, _ = self._described()
        if wilson(self._errors, self._seen).low > MOST_ERRORS:  # one of the first 64 is no sign yet
            share = 100 * self._errors / self._seen
            reason = f"{share:.1f} % of {name}'s requests failed (at most 1 % may); repeat the command to try again."
            return refused(self._baseline.name, name, self._policy, NotComparable(reason))
        if not early:
            self._looks.advance(last=True)
        judged, rises = tuple(self._looks.judged()), tuple(self._looks.risen())
        return ReleaseDecision(
            self._baseline.name,
            name,
            self._policy,
            overall(judged, rises),
            judged,
            rises,
            stopped=Stopped(self._seen, self._planned, early),
        )

    def mark_stopped(self) -> None:
        """Say in the run's manifest that it was stopped: it is no full result, and `ifeval run` can finish it."""
        looks = {line.subject.name: [asdict(look) for look in line.test.looks] for line in self._looks.lines}
        write_json(
            self._run / MANIFEST, {**read_manifest(self._run), "status": STOPPED, "finished": now(), "looks": looks}
        )

    def _described(self) -> tuple[str, Mapping[str, Any]]:
        manifest = read_manifest(self._run)
        return manifest["model"]["name"], manifest["settings"]


def run_sequentially(baseline: OutcomeTable, policy: Policy, options: RunOptions, inner: Observer) -> ReleaseDecision:
    """Run a model until the planned looks decide. Raises NotComparable before anything is generated.

    The run gets a directory of its own: the order of its samples must be the planned one from the first on. Replies
    an earlier run has in the cache are reused.
    """
    folder = options.out or Path("runs") / f"sequential-{datetime.now():%Y%m%d-%H%M%S-%f}"
    if (folder / MANIFEST).exists():
        raise UserError(f"--out {folder} holds a run; a sequential gate starts a new one.")
    watch = SequentialWatch(baseline, policy, options, folder, inner)
    try:
        run(replace(options, out=folder, order_seed=ORDER_SEED), watch, watch.wanted)
    except Decided:
        watch.mark_stopped()
        return watch.verdict(early=True)
    return watch.verdict(early=False)
