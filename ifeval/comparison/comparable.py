"""May two runs be compared? Refused where something other than the model differs, and the sentence names it."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ifeval.comparison.outcomes import OutcomeTable
from ifeval.errors import NotComparable
from ifeval.runs.run import MOST_ERRORS

Values = tuple[str, str]

FREE_SETTINGS = frozenset({"model", "limit", "repeats", "tasks"})
"""Settings two comparable runs may differ in: samples and repeats are matched, tasks are judged one by one."""
UNKNOWN = "unknown"
"""What an imported run has where its source says nothing."""
FREE_OF_SCRIPTS = ("engine", "template", "tool_dialect", "tools_in_words", "reasoning", "sampling")
"""Settings that a floor or ceiling has none of: whoever writes without a model has no template and samples nothing."""


def require_comparable(baseline: OutcomeTable, candidate: OutcomeTable, allow: Iterable[str] = ()) -> list[str]:
    """What a reader must know of a comparison that is allowed: settings that differ, samples without a partner."""
    allowed = tuple(allow)
    scripts = [side.name for side in (baseline, candidate) if side.model["name"].startswith("scripted:")]
    if len(scripts) == 1:
        notes = require_comparable_settings(baseline, candidate.name, candidate.settings, allowed + FREE_OF_SCRIPTS)
        notes = [f"{scripts[0]} is a script, not a model: it has no template and no sampling to compare."]
    else:
        notes = require_comparable_settings(baseline, candidate.name, candidate.settings, allowed)
    for side in (baseline, candidate):
        share = _error_share(side)
        if share > MOST_ERRORS and not _covered("errors", allowed):
            raise NotComparable(
                f"{100 * share:.1f} % of {side.name}'s requests failed (at most 1 % may); "
                "repeat its command to try them again."
            )
    return notes + _unmatched(baseline, candidate)


def require_comparable_settings(
    baseline: OutcomeTable, candidate: str, settings: Mapping[str, Any], allow: Iterable[str] = ()
) -> list[str]:
    """Sentences for the settings that differ and may; raises NotComparable naming those that may not."""
    allowed = tuple(allow)
    shared = settings["tasks"].keys() & baseline.settings["tasks"].keys()
    require_versions(baseline, {task: settings["tasks"][task].get("version") for task in shared}, allowed)
    differing = dict(differing_settings(baseline.settings, settings))
    if refused := _grouped({name: values for name, values in differing.items() if not _covered(name, allowed)}):
        listed = "; ".join(f"{_named(name, tasks)} ({old} and {new})" for name, tasks, (old, new) in refused)
        flags = " ".join(f"--allow {name}" for name in dict.fromkeys(name for name, _, _ in refused))
        raise NotComparable(
            f"{baseline.name} and {candidate} differ in {listed}; run both alike, or accept it with {flags}."
        )
    unknown = unknown_settings(baseline.settings, settings)
    return [
        *(f"They differ in {_named(name, tasks)}: {old} and {new}." for name, tasks, (old, new) in _grouped(differing)),
        *([f"Neither says its {', '.join(unknown)}, so they are taken to be alike."] if unknown else []),
    ]


def require_versions(baseline: OutcomeTable, versions: Mapping[str, str | None], allow: Iterable[str] = ()) -> None:
    """Raises NotComparable where the baseline has other versions of these tasks, with the command that records it again."""
    old = {name: task["version"] for name, task in baseline.settings["tasks"].items() if name in versions}
    differing = sorted(
        name
        for name, version in old.items()
        if version != versions[name] and not _covered(f"tasks.{name}.version", tuple(allow))
    )
    if not differing:
        return
    listed = ", ".join(f"{name} (version {old[name]}, now {versions[name]})" for name in differing)
    model = baseline.model["name"]
    name, _, _ = baseline.name.partition(" (")
    if not baseline.options and not model.startswith("scripted:"):  # imported: no command of ours makes it again
        raise NotComparable(
            f"{baseline.name} has other tasks: {listed}; take results of the same version, or accept it with --allow version."
        )
    cases = "".join(f" --cases {shlex.quote(str(path))}" for path in baseline.options.get("cases", ()))
    if model.startswith("scripted:") and not cases:
        command = "ifeval baseline floors --yes"
    else:
        tasks = ",".join(baseline.options.get("tasks") or baseline.tasks)
        command = f"ifeval baseline add {shlex.quote(model)} --tasks {tasks}{cases} --name {shlex.quote(name)} --yes"
    raise NotComparable(f"{baseline.name} was recorded with other tasks: {listed}; record it again: {command}")


def differing_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Values]]:
    """(dotted name, both values) of every setting that differs; of the tasks only those that both runs have."""
    shared = old["tasks"].keys() & new["tasks"].keys()
    flat = [
        dict(_flatten(_bound(side))) | dict(_flatten({task: _bound(side["tasks"][task]) for task in shared}, "tasks."))
        for side in (old, new)
    ]
    for name in sorted(flat[0].keys() | flat[1].keys()):
        values = [side.get(name) for side in flat]
        if values[0] != values[1]:
            yield name, (_short(values[0]), _short(values[1]))


def unknown_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The settings that neither of two imported runs has from its source."""
    sides = [dict(_flatten(_bound(side))) for side in (old, new)]
    return [name for name, value in sides[0].items() if value == sides[1].get(name) == UNKNOWN]


def _bound(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that two comparable runs must share."""
    return {name: value for name, value in settings.items() if name not in FREE_SETTINGS}


def _unmatched(baseline: OutcomeTable, candidate: OutcomeTable) -> list[str]:
    notes = []
    shared = 0
    for task in sorted(baseline.tasks.keys() | candidate.tasks.keys()):
        if task not in baseline.tasks or task not in candidate.tasks:
            present = baseline if task in baseline.tasks else candidate
            notes.append(f"Only {present.name} ran {task}.")
            continue
        ids = [set(side.tasks[task].ids) for side in (baseline, candidate)]
        both = len(ids[0] & ids[1])
        shared += both
        if both < max(map(len, ids)):
            notes.append(f"{task}: {both} samples are in both runs ({len(ids[0])} and {len(ids[1])} in each).")
    if not shared:
        raise NotComparable(f"{baseline.name} and {candidate.name} share no sample of any task.")
    return notes


def _error_share(outcomes: OutcomeTable) -> float:
    errors = [task.rates["errors"] for task in outcomes.tasks.values()]
    known = np.concatenate([values[~np.isnan(values)] for values in errors]) if errors else np.empty(0)
    return float(known.mean()) if len(known) else 0.0


def _covered(name: str, allowed: Sequence[str]) -> bool:
    """`sampling` covers tasks.format.sampling.seed: an allowed name may be any part of the dotted one."""
    return any(f".{part}." in f".{name}." for part in allowed)


def _grouped(differing: Mapping[str, Values]) -> list[tuple[str, list[str], Values]]:
    """(setting, tasks, both values); one entry for a setting in which several tasks differ alike."""
    groups: dict[tuple[str, Values], list[str]] = {}
    for name, values in differing.items():
        of_task = name.split(".", 2) if name.startswith("tasks.") else []
        groups.setdefault((of_task[2] if len(of_task) == 3 else name, values), []).extend(of_task[1:2])
    return [
        (f"tasks.{tasks[0]}.{name}", [], values) if len(tasks) == 1 else (name, tasks, values)
        for (name, values), tasks in groups.items()
    ]


def _named(name: str, tasks: Sequence[str]) -> str:
    return f"{name} of {', '.join(tasks)}" if tasks else name


def _flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flatten(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
