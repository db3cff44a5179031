"""From a candidate, finished or still to be run, to the decision about it: what `ifeval gate` and `ifeval.gate` share."""

import sys
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from ifeval.comparison.comparable import require_versions
from ifeval.comparison.outcomes import OutcomeTable, run_outcomes
from ifeval.comparison.rerun import options_like
from ifeval.errors import Exit, NotComparable, UserError
from ifeval.release.decision import gate as judge_outcomes
from ifeval.release.decision import refused, require_known
from ifeval.release.policy import Policy
from ifeval.release.reach import reaches, underpowered, unresolvable
from ifeval.release.results import ReleaseDecision
from ifeval.runs.directory import MANIFEST
from ifeval.runs.observer import Observer
from ifeval.runs.options import RunOptions
from ifeval.runs.pipeline import run
from ifeval.runs.plan import load_tasks
from ifeval.runs.run import load_run


class Unresolvable(UserError):
    """Too few samples for the policy's margin, known before anything was run."""

    code = Exit.INCONCLUSIVE


def judge(
    candidate: str,
    baseline: OutcomeTable,
    policy: Policy,
    own: RunOptions,
    sequential: bool,
    watching: AbstractContextManager[Observer],
    quiet: bool = False,
) -> ReleaseDecision:
    """The decision on a run that is there, or on a model that is run now as the baseline was.

    `watching` gives the observer of that run; `own.repeats` is how many replies it draws to each sample. Raises
    UserError where the command is wrong; a baseline that is too small or too old gives a decision that says so.
    """
    try:
        if (Path(candidate) / MANIFEST).is_file():
            if sequential:
                raise UserError(f"--sequential runs a model; {candidate} is a finished run, judge it without.")
            found = run_outcomes(load_run(candidate))
            return judge_outcomes(baseline, only_tasks(found, tuple(baseline.tasks), missing=True), policy)
        require_known(baseline, policy)
        planned = reaches(baseline, policy)
        if reasons := list(unresolvable(planned)):
            raise Unresolvable(f"{' '.join(reasons)} Take a larger baseline or margin, or the preset smoke.")
        for sentence in () if quiet else underpowered(planned):
            print(sentence, file=sys.stderr)
        options = options_like(baseline, own)
        require_versions(baseline, {task.name: task.version for task in load_tasks(options)}, policy.allow)
        with watching as observer:
            if sequential:
                from ifeval.release.sequential import run_sequentially

                return run_sequentially(baseline, policy, options, observer)
            return judge_outcomes(baseline, run_outcomes(load_run(run(options, observer))), policy)
    except (NotComparable, Unresolvable) as error:
        return refused(baseline.name, candidate, policy, error)


def only_tasks(outcomes: OutcomeTable, wanted: tuple[str, ...], missing: bool = False) -> OutcomeTable:
    """These tasks alone, all where none is named. Raises UserError for one that was not run, unless some may be missing."""
    if not wanted:
        return outcomes
    unknown = [name for name in wanted if name not in outcomes.tasks]
    if unknown and not missing:
        raise UserError(f"--tasks {unknown[0]}: {outcomes.name} has {', '.join(outcomes.tasks)}.")
    return replace(outcomes, tasks={name: task for name, task in outcomes.tasks.items() if name in wanted})
