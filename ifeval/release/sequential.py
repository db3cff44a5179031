"""The gate while the run goes on: it watches each finished sample and ends the run as soon as the planned looks decide.

Every task of a blocking family is watched by a `SequentialGate`. One FAIL decides against the release (the tasks share
alpha for it, by Bonferroni); PASS needs them all (an intersection-union test, each at alpha).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from ifeval.comparison.comparable import require_comparable_settings
from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes
from ifeval.engines.base import Engine
from ifeval.errors import UserError
from ifeval.records import Response, Score
from ifeval.release.decision import WORST_FIRST, Judged, ReleaseDecision, Stopped, task_endpoints
from ifeval.release.policy import Endpoint, Policy
from ifeval.runs.directory import MANIFEST, read_manifest, write_json
from ifeval.runs.keys import order_key
from ifeval.runs.manifest import now
from ifeval.runs.observer import Observer
from ifeval.runs.options import RunOptions
from ifeval.runs.pipeline import run
from ifeval.runs.plan import Item
from ifeval.runs.run import MOST_ERRORS, printable
from ifeval.stats.assessment import Decision, decide
from ifeval.stats.evalues import confidence_sequence
from ifeval.stats.intervals import wilson
from ifeval.stats.power import minimum_detectable_effect
from ifeval.stats.sequential import SequentialGate

ORDER_SEED = 0
STOPPED = "stopped"


class Decided(Exception):
    """Raised out of a run to end it: the looks have decided, what is still decoding is cancelled."""


class Watched:
    """One task under watch: the baseline's outcomes in the planned order, and the gate that looks at them."""

    def __init__(self, name: str, task: TaskOutcomes, endpoint: Endpoint, alpha: float, tests: int) -> None:
        self.name, self.endpoint = name, endpoint
        values = zip(task.ids, task.metrics[task.primary][:, 0].tolist(), strict=True)
        outcomes = {sample_id: value for sample_id, value in values if not isnan(value)}
        if task.clusters != task.ids or not set(outcomes.values()) <= {0.0, 1.0}:
            raise UserError(
                f"--sequential needs one right-or-wrong outcome a sample, independent of the others; {name} has none. "
                "Make its family advisory in the policy, or name the other tasks with --tasks."
            )
        order = sorted(outcomes, key=lambda sample_id: order_key(ORDER_SEED, name, sample_id))
        self.primary, self.noise = task.primary, task.primary_noise
        self.position = {sample_id: position for position, sample_id in enumerate(order)}
        self.baseline = [outcomes[sample_id] == 1.0 for sample_id in order]
        self.candidate = np.zeros(len(order), dtype=bool)
        self.gate = SequentialGate(len(order), endpoint.margin, alpha, tests=tests)

    def add(self, sample_id: str, right: bool) -> Decision | None:
        """One finished sample of the candidate; a sample the baseline has not is no evidence."""
        position = self.position.get(sample_id)
        if position is None or self.gate.decision is not None:
            return self.gate.decision
        self.candidate[position] = right
        return self.gate.add(position, self.baseline[position], right)

    def judged(self, alpha: float) -> Judged:
        """The decision with the numbers of the last look; the interval is one that holds at every look."""
        last = self.gate.looks[-1] if self.gate.looks else None
        losses, wins, n = (last.losses, last.wins, last.n) if last else (0, 0, 0)
        decision = self.gate.decision or Decision.INCONCLUSIVE
        assessment = replace(
            decide(losses, wins, n, self.endpoint.margin, alpha),
            decision=decision,
            interval=confidence_sequence(losses, wins, n),
        )
        return Judged(
            name=f"task {self.name}",
            tasks=(self.name,),
            blocking=True,
            scores=(_share(self.baseline[:n]), _share(self.candidate[:n].tolist())),
            losses=losses,
            wins=wins,
            assessment=assessment,
            decision=decision,
            adjusted_p=assessment.regression_p,
            detectable=minimum_detectable_effect(self.gate.n, min(1.0, assessment.variance), alpha),
            noise=self.noise,
        )


class SequentialWatch:
    """An observer of the run that passes everything on, and raises `Decided` when the looks have decided."""

    def __init__(self, baseline: OutcomeTable, policy: Policy, run: Path, inner: Observer) -> None:
        self._baseline, self._policy, self._run, self._inner = baseline, policy, run, inner
        blocking = {task: endpoint for _, (task,), endpoint in task_endpoints(baseline, policy) if endpoint.blocking}
        if not blocking:
            raise UserError("--sequential: the policy leaves no blocking task to decide by.")
        self._watched = {
            name: Watched(name, baseline.tasks[name], endpoint, policy.alpha, len(blocking))
            for name, endpoint in blocking.items()
        }
        self._seen = self._errors = 0

    def phase(self, name: str, detail: str = "") -> None:
        self._inner.phase(name, detail)

    def started(self, engine: Engine, total: int) -> None:
        """Refuse before anything is generated; the run's settings are on disk by now."""
        require_comparable_settings(self._baseline, *self._described(), self._policy.allow)
        self._inner.started(engine, total)

    def prompt(self, text: str) -> None:
        self._inner.prompt(text)

    def finished(self, item: Item, response: Response, score: Score) -> None:
        self._inner.finished(item, response, score)
        self._seen += 1
        self._errors += score.error is not None
        watched = self._watched.get(item.task.name)
        if watched is None or item.request.repeat != 0:
            return
        primary = score.metrics.get(watched.primary)
        if primary is None:
            return
        watched.add(printable(item.sample.id) or "", primary == 1.0)
        if self._decided():
            raise Decided

    def verdict(self, early: bool) -> ReleaseDecision:
        """The release's verdict, after the run ended or was ended."""
        name, _ = self._described()
        if wilson(self._errors, self._seen).low > MOST_ERRORS:  # one of the first 64 is no sign yet
            share = 100 * self._errors / self._seen
            refusal = f"{share:.1f} % of {name}'s requests failed (at most 1 % may); repeat the command to try again."
            return ReleaseDecision(self._baseline.name, name, self._policy, None, refusal=refusal)
        judged = tuple(watched.judged(self._policy.alpha) for watched in self._watched.values())
        decisions = {one.decision for one in judged}
        decision = next(decision for decision in WORST_FIRST if decision in decisions)
        planned = sum(watched.gate.n for watched in self._watched.values())
        return ReleaseDecision(
            self._baseline.name, name, self._policy, decision, judged, stopped=Stopped(self._seen, planned, early)
        )

    def mark_stopped(self) -> None:
        """Say in the run's manifest that it was stopped: it is no full result, and `ifeval run` can finish it."""
        looks = {name: watched.gate.looks for name, watched in self._watched.items()}
        write_json(
            self._run / MANIFEST, {**read_manifest(self._run), "status": STOPPED, "finished": now(), "looks": looks}
        )

    def _decided(self) -> bool:
        decisions = [watched.gate.decision for watched in self._watched.values()]
        return Decision.FAIL in decisions or all(one in (Decision.PASS, Decision.WARN) for one in decisions)

    def _described(self) -> tuple[str, Mapping[str, Any]]:
        manifest = read_manifest(self._run)
        return manifest["model"]["name"], manifest["settings"]


def _share(outcomes: list[bool]) -> float:
    return sum(outcomes) / len(outcomes) if outcomes else float("nan")


def run_sequentially(baseline: OutcomeTable, policy: Policy, options: RunOptions, inner: Observer) -> ReleaseDecision:
    """Run a model until the planned looks decide. Raises NotComparable before anything is generated.

    The run gets a directory of its own: the order of its samples must be the planned one from the first on. Replies
    an earlier run has in the cache are reused.
    """
    folder = options.out or Path("runs") / f"sequential-{datetime.now():%Y%m%d-%H%M%S-%f}"
    if (folder / MANIFEST).exists():
        raise UserError(f"--out {folder} holds a run; a sequential gate starts a new one.")
    watch = SequentialWatch(baseline, policy, folder, inner)
    try:
        run(replace(options, out=folder, order_seed=ORDER_SEED), watch)
    except Decided:
        watch.mark_stopped()
        return watch.verdict(early=True)
    return watch.verdict(early=False)
