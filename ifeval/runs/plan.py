"""From tasks to requests: what a run will ask, one item after the other, and what it adds up to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Any

from ifeval.engines.base import Workload
from ifeval.errors import UserError
from ifeval.models.prompts import Chat
from ifeval.records import CONSTRAINED, Request, Response, Sample, Sampling
from ifeval.registry import datasets
from ifeval.registry.contract import require_contract
from ifeval.registry.plugins import discover
from ifeval.registry.suites import expand, load_suites
from ifeval.runs.keys import order_key, request_key
from ifeval.runs.manner import Manner
from ifeval.runs.options import RunOptions
from ifeval.runs.shards import belongs
from ifeval.task import Task

TOKEN_BYTES = 3
"""Bytes of text per token, as engines reckon the mean prompt."""

MOST_KEPT = 20_000
"""Samples of a task held in memory; those beyond are drawn again each time, so that a million need none."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A reply within a conversation, read; `at` is how many messages it answers."""

    at: int
    response: Response


@dataclass(frozen=True, slots=True)
class Item:
    """One sample to be scored: its task, the sample as the task made it, and the request to be asked.

    Within a conversation `turns` are the replies so far, and `follow_up` is the task's sample that `request` asks.
    """

    task: Task
    sample: Sample
    request: Request
    turns: tuple[Turn, ...] = ()
    follow_up: Sample | None = None

    @property
    def asked(self) -> Sample:
        """The sample that `request` asks, as the task made it."""
        return self.follow_up or self.sample

    @property
    def identity(self) -> tuple[str, str, int]:
        """What a journal line is found by."""
        return self.task.name, self.sample.id, self.request.repeat

    @property
    def unit(self) -> str:
        """The independent unit it belongs to: the item that the task's `unit` names, else the sample itself."""
        own = self.sample.id.removesuffix(CONSTRAINED)
        return str(self.sample.tags.get(self.task.unit, own)) if self.task.unit else own


@dataclass(frozen=True, slots=True)
class Plan:
    """All items of a run, in the same order at each iteration.

    Tasks with long replies and conversations come first, so that the engine is still full when the last ones finish.
    """

    tasks: Sequence[Task]
    options: RunOptions
    chat: Chat
    context: Mapping[str, Any]
    manner: Manner = field(default_factory=Manner)
    _kept: dict[str, list[Sample]] = field(default_factory=dict, repr=False, compare=False)

    def items(self) -> Iterator[Item]:
        """In task order; with `order_seed` all tasks side by side, each in a random order of its independent units."""
        seed = self.options.order_seed
        return self._in_task_order() if seed is None else iter(self._interleaved(seed))

    def _interleaved(self, seed: int) -> list[Item]:
        """At any point about the same share of every task has been asked; samples of one unit come together."""
        items = list(self._in_task_order())
        units: dict[str, set[str]] = {}
        for item in items:
            units.setdefault(item.task.name, set()).add(item.unit)
        place = {
            (task, unit): (rank + 0.5) / len(names)
            for task, names in units.items()
            for rank, unit in enumerate(sorted(names, key=lambda name: order_key(seed, task, name)))
        }
        return sorted(items, key=lambda item: (place[item.task.name, item.unit], item.task.name))

    def _in_task_order(self) -> Iterator[Item]:
        for task in sorted(self.tasks, key=lambda task: -reply_tokens(task, self.sampling(task))):
            for sample in self.samples(task):
                prepared, sampling = self.chat.prepare(sample), self.sampling(task, sample)
                for repeat in range(self.options.repeats):
                    key = request_key(prepared, sampling, repeat, self.context)
                    yield Item(task, sample, Request(key, task.name, prepared, sampling, repeat))

    def further(self, item: Item, following: Sample, turns: tuple[Turn, ...]) -> Item:
        """The same conversation, where `following` is asked next."""
        prepared, before = self.chat.prepare(following), item.request
        key = request_key(prepared, before.sampling, before.repeat, self.context)
        return replace(item, request=replace(before, key=key, sample=prepared), turns=turns, follow_up=following)

    def samples(self, task: Task) -> Iterator[Sample]:
        """The samples of this run's shard, each that has a schema followed by its twin under `--constrain`.

        Raises UserError where a task gives two samples the same id.
        """
        kept = self._kept.get(task.name)
        if kept is None:
            drawn = self._draw(task)
            kept = self._kept[task.name] = list(islice(drawn, MOST_KEPT + 1))
        yield from kept[:MOST_KEPT]
        if len(kept) > MOST_KEPT:
            yield from islice(self._draw(task), MOST_KEPT, None)

    def _draw(self, task: Task) -> Iterator[Sample]:
        """The samples as the task gives them, less those of other shards, twins added."""
        seen: set[str] = set()
        for sample in task.samples(self.seed(task), self.limit(task)):
            if sample.id in seen:
                raise UserError(f"Task {task.name} gives two samples the id {sample.id!r}; ids must be unique.")
            seen.add(sample.id)
            if not belongs(sample.id, self.options.shard):
                continue
            if not self.options.constrain or sample.schema is None:
                yield sample
                continue
            yield replace(sample, tags={**sample.tags, "decoding": "free"})
            yield replace(
                sample,
                id=f"{sample.id}{CONSTRAINED}",
                constrain=True,
                tags={**sample.tags, "decoding": "constrained"},
            )

    @property
    def reasoning(self) -> str:
        """The resolved reasoning parser."""
        named = self.options.reasoning
        return self.chat.profile.reasoning_with(self.manner.template_args) if named == "auto" else named

    def seed(self, task: Task) -> int:
        return task.default_seed if self.options.seed is None else self.options.seed

    def limit(self, task: Task) -> int | None:
        """How many samples of a task: `--limit`, else what its suite asks for."""
        return task.limit if self.options.limit is None else self.options.limit

    def sampling(self, task: Task, sample: Sample | None = None) -> Sampling:
        """How the replies of a task, or those to one sample of it, are drawn."""
        manner = self.manner
        limit = task.max_tokens if sample is None else task.token_limit(sample)
        return Sampling(
            temperature=manner.temperature,
            top_p=manner.top_p,
            top_k=manner.top_k,
            max_tokens=self.options.max_tokens or limit,
            seed=None if manner.temperature == 0 else self.seed(task),
            min_p=manner.min_p,
            repetition_penalty=manner.repetition_penalty,
            thinking=manner.thinking,
            ends_loops=task.ends_loops and manner.temperature == 0,
        )


def load_tasks(options: RunOptions) -> list[Task]:
    """The tasks and suites asked for, with their data, ready to score.

    Raises UserError for an unknown name, for data that is not there, and where a scorer lacks what it needs.
    """
    known = discover(options.task_paths)
    if options.cases:
        from ifeval.cases import cases_tasks

        known.update(cases_tasks(options.cases, {*known, *load_suites()}))
    names = expand(options.tasks, known)
    external = [name for name in names if known[name].dataset is not None]
    if "" in options.data and not external:
        raise UserError(f"--data: none of {', '.join(names)} reads data.")
    if unknown := sorted(set(options.data) - {"", *names}):
        raise UserError(f"--data {unknown[0]}=...: the run has no task {unknown[0]!r}; it runs {', '.join(names)}.")
    tasks = []
    for name, limit in names.items():
        kind = known[name]
        data = options.data.get(name) or (options.data.get("") if kind.dataset else None)
        task = kind(data or (datasets.path(kind.dataset) if kind.dataset else None))
        task.limit = limit
        task.prepare()
        seed = task.default_seed if options.seed is None else options.seed
        require_contract(task, seed, limit if options.limit is None else options.limit)
        tasks.append(task)
    return tasks


@cache
def is_advisory(name: str) -> bool:
    """Whether the task of this name says that it is advisory: for results that were written without saying so."""
    known = discover()
    return name in known and known[name].advisory


def workload(items: Iterator[Item]) -> Workload:
    """What the given items ask of an engine; a request that several share is counted once.

    A conversation is planned by its task's bounds: as long as it may get at its end, half of that on average, and half of
    the tokens that its replies can have.
    """
    seen: set[bytes] = set()
    tokens = prompt = reply = text = 0
    constrained = seeded = repeated = thinking = False
    for item in items:
        request = item.request
        digest = bytes.fromhex(request.key)[:16]
        if digest in seen:
            continue
        seen.add(digest)
        tokens += reply_tokens(item.task, request.sampling) // (2 if item.task.converses else 1)
        reply = max(reply, request.sampling.room)
        size = _prompt_bytes(request.sample)
        if item.task.converses:
            longest = item.task.max_conversation_tokens or size + reply_tokens(item.task, request.sampling)
            prompt, size, repeated = max(prompt, longest), max(size, TOKEN_BYTES * longest // 2), True
        prompt, text = max(prompt, size), text + size
        constrained |= request.sample.constrain
        seeded |= request.sampling.seed is not None and request.sampling.temperature > 0
        thinking |= request.sampling.thinking is not None
    return Workload(
        len(seen), tokens, prompt, reply, text // max(1, len(seen)), constrained, seeded, repeated, thinking
    )


def reply_tokens(task: Task, sampling: Sampling) -> int:
    """The most tokens that the replies of one sample can have together."""
    tokens = sampling.room * task.max_turns * task.max_steps
    return min(tokens, max(sampling.room, task.max_conversation_tokens or tokens))


def _prompt_bytes(sample: Sample) -> int:
    """An upper bound of the prompt's tokens before the template: bytes of its messages and tools."""
    content = sum(len(str(message).encode("utf-8", "replace")) for message in sample.messages)
    return content + 2 * len(str(sample.tools or ""))
