"""Two runs whose samples are numbered differently, paired by what was asked.

Tools number the same prompts in their own ways, so an imported run may share no id with another run, or share ids
that stand for other prompts. Only runs are looked at: a recorded baseline holds no prompts.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ifeval.comparison.outcomes import OutcomeTable, TaskOutcomes
from ifeval.runs.run import Run
from ifeval.util.jsonio import loads


def prompt_hash(messages: Any) -> str | None:
    """Hash of what the user asked, white space squeezed; None where nothing was asked."""
    asked = [str(one.get("content", "")) for one in messages if isinstance(one, Mapping) and one.get("role") == "user"]
    text = " ".join(" ".join(asked).split())
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16] if text else None


def paired_by_prompt(baseline: OutcomeTable, candidate: OutcomeTable) -> tuple[OutcomeTable, OutcomeTable, list[str]]:
    """Both runs and a sentence per task paired by prompt, in which the baseline's samples take the candidate's ids.

    That is done where one run is imported and more samples agree by prompt than by id and prompt.
    """
    if baseline.run is None or candidate.run is None or not (_imported(baseline.run) or _imported(candidate.run)):
        return baseline, candidate, []
    tasks, notes = dict(baseline.tasks), []
    for name in sorted(baseline.tasks.keys() & candidate.tasks.keys()):
        old, new = _prompts(baseline.run, name), _prompts(candidate.run, name)
        agreeing = sum(new.get(identity) == prompt for identity, prompt in old.items() if prompt is not None)
        places = {prompt: identity for identity, prompt in _once(new).items()}
        renamed = {identity: places[prompt] for identity, prompt in _once(old).items() if prompt in places}
        if len(renamed) > agreeing:
            tasks[name] = _renamed(baseline.tasks[name], renamed)
            notes.append(f"{name}: samples are paired by their prompts, for the ids of the two runs differ.")
    return replace(baseline, tasks=tasks), candidate, notes


def _imported(run: Run) -> bool:
    return "imported" in run.manifest


def _prompts(run: Run, task: str) -> dict[str, str | None]:
    """The prompt's hash of each sample of a task."""
    frame = run.columns("task", "sample_id", "messages")
    own = frame[frame["task"] == task].drop_duplicates("sample_id")
    return {
        identity: prompt_hash(loads(text)) for identity, text in zip(own["sample_id"], own["messages"], strict=True)
    }


def _once(prompts: Mapping[str, str | None]) -> dict[str, str]:
    """The samples whose prompt no other sample has."""
    times = Counter(prompts.values())
    return {identity: prompt for identity, prompt in prompts.items() if prompt is not None and times[prompt] == 1}


def _renamed(task: TaskOutcomes, names: Mapping[str, str]) -> TaskOutcomes:
    """The task with other ids; a sample without a partner gets one that no other sample has."""
    ids = tuple(names.get(identity, f"{identity} (no partner)") for identity in task.ids)
    return replace(task, ids=ids, clusters=ids if task.clusters == task.ids else task.clusters)
