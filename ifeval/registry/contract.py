"""What a task plug-in must bring, checked where it is loaded: one sentence that names plug-in, file and remedy.

`class_fault` looks at the class alone; `require_contract` draws a few samples and scores two replies to each, so that
a plug-in that cannot work is found before an engine is paid for. `score_fault` is asked again for every score of a run.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any, get_args

from ifeval.errors import UserError
from ifeval.records import CheckResult, Response, Sample, Score
from ifeval.task import Family, Task
from ifeval.util.jsonio import canonical

PROBED = 5
"""Samples per task that are drawn twice and scored before a run."""

_REQUIRED = {"name": "format", "version": "1", "family": "format", "primary": "correct", "description": "What it asks"}
_FAMILIES = get_args(Family)
_API = {name for name in vars(Task) if not name.startswith("_")} | set(Task.__annotations__)


def class_fault(kind: type[Task]) -> str | None:
    """What is wrong with the class of a plug-in, as the end of a sentence that begins with its name; None if nothing."""
    for name, example in _REQUIRED.items():
        value = getattr(kind, name, None)
        if value is None:
            return f"has no `{name}`{_misspelt(kind, name)}; add one, such as {name} = {example!r}"
        if not isinstance(value, str) or not value.strip():
            return f"has {name} = {value!r}; it must be text, such as {example!r}"
    if kind.family not in _FAMILIES:
        return f"has family = {kind.family!r}; choose one of {', '.join(_FAMILIES)}"
    if missing := sorted(getattr(kind, "__abstractmethods__", ())):
        return f"defines no `{missing[0]}` method{_misspelt(kind, missing[0])}"
    for name in ("size", "max_tokens", "default_seed", "max_turns", "max_steps", "max_conversation_tokens"):
        value, optional = getattr(kind, name), name in ("size", "max_conversation_tokens")
        whole = isinstance(value, int) and not isinstance(value, bool) and (value != 0 or name == "default_seed")
        if not whole and not (optional and value is None):
            return f"has {name} = {value!r}; it must be a whole number" + (" or None" if optional else "")
    if kind.follow is not Task.follow and kind.max_turns * kind.max_steps < 2:
        return "defines `follow`, but its max_turns and max_steps are 1; say how long a conversation can get"
    if kind.follow is not Task.follow and kind.score_turns is Task.score_turns:
        return "defines `follow`, but no `score_turns` to judge the replies with; make it a ConversationTask"
    if not isinstance(kind.advisory, bool):
        return f"has advisory = {kind.advisory!r}; it must be True or False"
    for name in ("unit", "cluster", "dataset"):
        if not isinstance(getattr(kind, name), str | None):
            return f"has {name} = {getattr(kind, name)!r}; it must be text or None"
    if not isinstance(kind.breakdowns, tuple | list) or not all(isinstance(tag, str) for tag in kind.breakdowns):
        return f"has breakdowns = {kind.breakdowns!r}; it must be a tuple of tag names"
    if not isinstance(kind.ladders, tuple | list) or not set(kind.ladders) <= set(kind.breakdowns):
        return f"has ladders = {kind.ladders!r}; it must be a tuple of tags that stand in breakdowns too"
    for name in vars(kind):
        if name not in _API and not name.startswith("_") and (near := get_close_matches(name, _API, 1, 0.85)):
            return f"defines `{name}`, which nothing calls; it is spelt `{near[0]}`"
    return None


def require_contract(task: Task, seed: int, limit: int | None) -> None:
    """Raise UserError in one sentence where the first samples, or the scores of replies to them, break the contract."""
    count = PROBED if limit is None else min(limit, PROBED)
    first, again = ([*_drawn(task, seed, count)] for _ in range(2))
    seen: set[str] = set()
    for number, sample in enumerate(first, start=1):
        if fault := _sample_fault(sample):
            raise broken(task, f"gives a sample that {fault} (number {number})")
        if sample.id in seen:
            raise broken(task, f"gives two samples the id {sample.id!r}; ids must be unique")
        seen.add(sample.id)
    if [canonical(sample) for sample in first] != [canonical(sample) for sample in again]:
        raise broken(task, f"gives other samples when seed {seed} is drawn again; draw everything from the seed")
    for sample in first:
        for text in {"", sample.oracle if isinstance(sample.oracle, str) else ""}:
            try:
                reply = Response(key=sample.id, raw=text, finish_reason="stop", answer=text)
                score = task.score_turns(sample, [reply])
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
                raise broken(task, f"raises {said[:200]} when it scores {_named(text)} to {sample.id!r}") from error
            if fault := score_fault(task, score):
                raise broken(task, f"{fault} (scoring {_named(text)} to {sample.id!r})")
            _require_follow(task, sample, reply)


def follow_fault(asked: Sample, following: object) -> str | None:
    """What is wrong with what a task's `follow` gave, as the end of a sentence; None if nothing."""
    if not isinstance(following, Sample):
        return f"returns {type(following).__name__} from `follow`, wanted a Sample or None"
    before = len(asked.messages)
    if len(following.messages) <= before or list(following.messages[:before]) != list(asked.messages):
        return "gives messages in `follow` that do not begin with those asked before"
    return None


def score_fault(task: Task, score: object) -> str | None:
    """What is wrong with a score, as the end of a sentence that begins with the task's name; None if nothing."""
    if not isinstance(score, Score):
        return f"returns {type(score).__name__} from `score`, wanted a Score"
    if task.primary not in score.metrics:
        return f"has primary = {task.primary!r}, but `score` gives the metrics {', '.join(score.metrics) or 'none'}"
    for name, value in score.metrics.items():
        if value is not None and not (isinstance(value, int | float) and 0 <= value <= 1):
            return f"gives the metric {name} the value {value!r}; metrics are numbers from 0 to 1, or None"
    for name, pair in score.counts.items():
        if len(pair) != 2 or not 0 <= pair[0] <= pair[1]:
            return f"gives the count {name} the value {pair!r}; counts are (successes, trials)"
    if not all(isinstance(check, CheckResult) for check in score.checks):
        return "gives checks that are no CheckResult"
    return None


def broken(task: Task, fault: str) -> UserError:
    """The error for a task whose samples or scores break the contract."""
    return UserError(f"Task {task.name} ({_file(type(task))}) {fault}.")


def class_sentence(kind: type[Task], fault: str) -> str:
    """The sentence for a class that breaks the contract."""
    return f"{_file(kind)}: the task {getattr(kind, 'name', kind.__name__)!r} {fault}."


def _drawn(task: Task, seed: int, count: int) -> Iterator[Any]:
    try:
        yield from islice(task.samples(seed, count), count)
    except UserError:
        raise
    except Exception as error:
        raise broken(task, f"raises {type(error).__name__}: {str(error)[:200]} when its samples are drawn") from error


def _require_follow(task: Task, sample: Sample, reply: Response) -> None:
    try:
        following = task.follow(sample, [reply])
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise broken(task, f"raises {said[:200]} when it follows {_named(reply.raw)} to {sample.id!r}") from error
    if following is not None and (fault := follow_fault(sample, following)):
        raise broken(task, fault)


def _sample_fault(sample: Any) -> str | None:
    if not isinstance(sample, Sample):
        return f"is a {type(sample).__name__}, wanted a Sample"
    if not isinstance(sample.id, str) or not sample.id:
        return f"has the id {sample.id!r}; an id is text"
    if not isinstance(sample.messages, Sequence) or not sample.messages:
        return "has no messages"
    if not all(isinstance(turn, Mapping) and isinstance(turn.get("role"), str) for turn in sample.messages):
        return "has messages that are no {'role': ..., 'content': ...}"
    if wrong := [name for name, value in sample.tags.items() if not isinstance(value, str | int | bool)]:
        return f"has a tag {wrong[0]!r} that is neither text nor a whole number"
    return None


def _misspelt(kind: type[Task], wanted: str) -> str:
    own = [name for name in vars(kind) if not name.startswith("_") and name not in _API]
    near = get_close_matches(wanted, own, 1, 0.6)
    return f" (it defines `{near[0]}`)" if near else ""


def _named(text: str) -> str:
    return "its oracle reply" if text else "an empty reply"


def _file(kind: type[Task]) -> str:
    try:
        return inspect.getfile(kind)
    except (OSError, TypeError):
        return kind.__module__
