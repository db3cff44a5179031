"""Two runs on the same samples: how much each task changed, how sure that is, and what flipped, with the reasons."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ifeval.comparison.comparable import require_comparable
from ifeval.comparison.outcomes import OutcomeTable, Values, failed_checks
from ifeval.comparison.pairing import Pairs, align, match, mean_of_repeats, pair
from ifeval.comparison.prompts import paired_by_prompt
from ifeval.comparison.results import Comparison, Difference, Flip, Generalisation
from ifeval.runs.generalisation import gain_split
from ifeval.runs.stored import RATES
from ifeval.stats.differences import SMALL, paired_t_interval, paired_t_p, sign_flip_p
from ifeval.stats.flips import FEW_CHANGED
from ifeval.stats.multiplicity import benjamini_hochberg, holm
from ifeval.stats.paired import mcnemar_p, tango_interval
from ifeval.stats.power import TYPICAL_DISCORDANCE, minimum_detectable_effect
from ifeval.stats.strata import (
    Stratum,
    boolean_stratum,
    score_stratum,
    stratified_interval,
    stratified_p,
)

ALPHA = 0.05
HALF = 0.5


def compare(baseline: OutcomeTable, candidate: OutcomeTable, allow: Iterable[str] = ()) -> Comparison:
    """Compare two runs sample by sample.

    allow: settings that may differ, by name ("template", "tasks.format.sampling"). Raises NotComparable naming every
    other setting that differs, or where the runs share no sample, or more than 1 % of a run's requests failed.
    """
    baseline, candidate, paired = paired_by_prompt(baseline, candidate)
    notes = paired + require_comparable(baseline, candidate, allow)
    baseline, candidate = align(baseline, candidate)
    shared = primary_metrics(baseline)
    primaries = [(task, match(baseline.tasks[task], candidate.tasks[task], primary)) for task, primary in shared]
    others = [
        _difference(task, metric, match(baseline.tasks[task], candidate.tasks[task], metric), baseline)
        for task, primary in shared
        for metric in _metrics(baseline, task)
        if metric != primary and metric in _metrics(candidate, task)
    ]
    names = dict(shared)
    tasks = [_difference(task, names[task], pairs, baseline) for task, pairs in primaries]
    described = [replace(one, advisory=True) for one in tasks if baseline.tasks[one.name].advisory]
    graded = [one for one in tasks if not baseline.tasks[one.name].advisory]
    rates = [_difference("all", rate, rate_pairs(rate, baseline, candidate)) for rate in RATES]
    return Comparison(
        baseline=baseline.name,
        candidate=candidate.name,
        tasks=_adjusted(graded, holm) + _adjusted(described, benjamini_hochberg),
        families=_adjusted(_families(dict(primaries), graded, baseline), holm),
        metrics=_adjusted(others, benjamini_hochberg),
        rates=_adjusted(rates, benjamini_hochberg),
        generalisation=tuple(_generalisation(baseline, candidate)),
        tokens=_mean_tokens(baseline, candidate),
        speed=(baseline.speed, candidate.speed),
        flips=tuple(_flips(baseline, candidate)),
        notes=tuple(notes),
    )


def primary_metrics(outcomes: OutcomeTable) -> list[tuple[str, str]]:
    """(task, its primary metric), by name."""
    return [(name, task.primary) for name, task in sorted(outcomes.tasks.items())]


def mean_noise(noises: Sequence[float | None]) -> float | None:
    """A family's noise floor: the mean of its tasks'; None where one was not measured."""
    known = [noise for noise in noises if noise is not None]
    return sum(known) / len(known) if known and len(known) == len(noises) else None


def stratum(pairs: Pairs) -> Stratum:
    """A task's pairs as one stratum of its family."""
    if pairs.boolean:
        return boolean_stratum(pairs.losses, pairs.wins, len(pairs.old))
    return score_stratum(pairs.independent)


def rate_pairs(rate: str, baseline: OutcomeTable, candidate: OutcomeTable) -> Pairs:
    """A rate (truncated, errors ...) of all samples of two aligned runs, by its mean over the replies to each."""
    old, new = (
        np.concatenate([np.empty(0), *(mean_of_repeats(side.tasks[task].rates[rate]) for task in baseline.tasks)])
        for side in (baseline, candidate)
    )
    return pair(old, new)


def _difference(name: str, metric: str, pairs: Pairs, baseline: OutcomeTable | None = None) -> Difference:
    """baseline: the run whose noise floor is shown for the task `name`; None for what is no task's metric."""
    noise = None if baseline is None else baseline.tasks[name].noise.get(metric)
    n, losses, wins = len(pairs.old), pairs.losses, pairs.wins
    if pairs.boolean:
        interval = tango_interval(losses, wins, n)
        p = float(mcnemar_p(losses, wins, exact=losses + wins < FEW_CHANGED))
    else:
        d = pairs.independent
        interval = paired_t_interval(d)
        p = sign_flip_p(d) if len(d) < SMALL else paired_t_p(d)
    return Difference(name, metric, n, *pairs.scores, interval, p, p, losses, wins, noise, len(pairs.independent))


def _families(pairs: Mapping[str, Pairs], tasks: Sequence[Difference], baseline: OutcomeTable) -> Iterator[Difference]:
    """Each family's difference: the unweighted mean of its tasks'; a family of one task is that task."""
    members: dict[str, list[tuple[Pairs, Difference]]] = {}
    for task in tasks:
        if task.n:
            members.setdefault(baseline.tasks[task.name].family, []).append((pairs[task.name], task))
    for family, parts in sorted(members.items()):
        if len(parts) == 1:
            yield replace(parts[0][1], name=family)
            continue
        strata = [stratum(one) for one, _ in parts]
        above = stratified_p(strata)
        p = 2 * min(above, 1 - above)
        interval = stratified_interval(strata)
        yield Difference(
            name=family,
            metric="mean of " + ", ".join(task.name for _, task in parts),
            n=sum(task.n for _, task in parts),
            baseline=float(np.mean([task.baseline for _, task in parts])),
            candidate=float(np.mean([task.candidate for _, task in parts])),
            interval=interval,
            p=p,
            adjusted=p,
            losses=sum(task.losses for _, task in parts),
            wins=sum(task.wins for _, task in parts),
            noise=mean_noise([task.noise for _, task in parts]),
            units=round(len(parts) ** 2 / sum(1 / task.units for _, task in parts)),
        )


def _adjusted(
    differences: Iterable[Difference], adjust: Callable[[list[float]], npt.NDArray[np.float64]]
) -> tuple[Difference, ...]:
    """With adjusted p-values, and what each could find at its share of alpha."""
    listed = list(differences)
    adjusted = adjust([one.p for one in listed])
    return tuple(
        replace(one, adjusted=float(p), detectable=_detectable(one, ALPHA / len(listed)))
        for one, p in zip(listed, adjusted, strict=True)
    )


def _detectable(one: Difference, alpha: float) -> float:
    """Planned, not read off what was seen; 1 without samples."""
    psi = max(one.noise or 0.0, TYPICAL_DISCORDANCE)
    return minimum_detectable_effect(one.units, psi, alpha, two_sided=True) if one.units else 1.0


def _generalisation(baseline: OutcomeTable, candidate: OutcomeTable) -> Iterator[Generalisation]:
    """One for every task that the candidate's run splits into seen and unseen clusters; the runs are aligned."""
    if candidate.run is None:
        return
    for task, primary in primary_metrics(baseline):
        seen = candidate.run.summary["tasks"][task].get("seen")
        if seen is None:
            continue
        tag = f"tag.{seen.get('tag', 'cluster')}"
        rows = candidate.run.columns("task", "sample_id", tag).query("task == @task")
        cluster = dict(zip(rows["sample_id"], rows[tag], strict=True))
        old, new = (mean_of_repeats(side.tasks[task].metrics[primary]) for side in (baseline, candidate))
        known = ~np.isnan(old + new)
        names = [cluster[name] for name, keep in zip(baseline.tasks[task].ids, known.tolist(), strict=True) if keep]
        if set(seen["clusters"]) < set(names):
            yield Generalisation(
                task, tuple(seen["clusters"]), gain_split(old[known], new[known], names, seen["clusters"])
            )


def _flips(baseline: OutcomeTable, candidate: OutcomeTable) -> Iterator[Flip]:
    """Losses first, then wins; by task, sample and repeat."""
    changed: dict[bool, list[tuple[str, str, int]]] = {True: [], False: []}
    for task, primary in primary_metrics(baseline):
        old, new = baseline.tasks[task].metrics.get(primary), candidate.tasks[task].metrics.get(primary)
        if old is not None and new is not None:
            for loss in (True, False):
                rows = _flipped_rows(old, new) if loss else _flipped_rows(new, old)
                changed[loss] += [(task, baseline.tasks[task].ids[row], repeat) for row, repeat in rows]
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


def _metrics(outcomes: OutcomeTable, task: str) -> tuple[str, ...]:
    return (*outcomes.tasks[task].metrics, *outcomes.tasks[task].ratios)


def _mean_tokens(baseline: OutcomeTable, candidate: OutcomeTable) -> tuple[float, float]:
    """Mean reply length in tokens of both runs."""
    old, new = (
        np.concatenate([np.empty(0), *(task.tokens.ravel() for task in side.tasks.values())])
        for side in (baseline, candidate)
    )
    return float(np.nanmean(old)), float(np.nanmean(new))
