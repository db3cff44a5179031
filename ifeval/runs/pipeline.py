"""The one pipeline: samples to requests, one engine pass for all tasks, each reply on disk before it is scored.

    Task.samples -> Request -> Engine -> Response -> Task.follow -> Request ... -> Task.score -> journal -> summary

Killed at any point, the same call goes on where it stopped: replies come from the log, scored rows from the journal.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ifeval.engines import open_engine, open_model
from ifeval.engines.arguments import without_secrets
from ifeval.engines.base import Engine, Workload
from ifeval.errors import UserError
from ifeval.models.probe import profile_of
from ifeval.models.prompts import Chat
from ifeval.models.reading import reading_of
from ifeval.models.resolve import Model
from ifeval.models.tokenizer_files import read_json
from ifeval.records import Request, Response, Score
from ifeval.runs.asking import chat_of, request_context, stored_day, unread_calls
from ifeval.runs.conversation import Ended, advance
from ifeval.runs.directory import ENGINE_LOG, REPLIES, SUMMARY, RunDirectory, write_json
from ifeval.runs.journal import ResponseLog
from ifeval.runs.manifest import manifest, now
from ifeval.runs.manner import Manner, manner_of
from ifeval.runs.observer import Observer, Phases, Silent
from ifeval.runs.options import RunOptions
from ifeval.runs.plan import Item, Plan, load_tasks, workload
from ifeval.runs.scoring import Scorer, score_to_json
from ifeval.runs.stored import checked
from ifeval.runs.summary import summarise
from ifeval.task import Task
from ifeval.util.files import cache_root
from ifeval.util.quiet import output_to
from ifeval.util.shapes import fields, items, text


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that somebody holds in memory, in place of the one that `options.model` names, and how it is asked."""

    model: Model
    engine: Callable[[Chat], Engine]


def run(
    options: RunOptions,
    observer: Observer | None = None,
    wanted: Callable[[Item], bool] | None = None,
    opened: Opened | None = None,
) -> Path:
    """Do what `options` ask and return the run's directory.

    `wanted` is asked of each item just before it goes to the engine; what is not wanted any more is left out.
    Raises UserError for what a user can fix; KeyboardInterrupt passes through with everything finished on disk.
    """
    return Pipeline(options, observer or Silent(), wanted, opened).run()


class Pipeline:
    """One run from its options to its summary."""

    def __init__(
        self,
        options: RunOptions,
        observer: Observer,
        wanted: Callable[[Item], bool] | None = None,
        opened: Opened | None = None,
    ) -> None:
        self._observer = observer
        self._wanted = wanted
        self._opened = opened
        self._phases = Phases(observer)
        with self._phases("prepare"):
            model = self._open_model(options)
            tasks = load_tasks(options)
            profile = profile_of(model.chat_template, model.tokens, model.special, model.tool_template)
            manner = manner_of(options, profile, model)
            chat = chat_of(options, model, profile, manner)
            self._build(options, model, chat, manner, tasks)
            described = manifest(self._plan, model, self._engine)
            path = options.out or default_directory(model, described["identity"])
            if (day := stored_day(path)) not in (None, chat.day):
                self._build(options, model, replace(chat, day=day), manner, tasks)
                described = manifest(self._plan, model, self._engine)
            self._scorer = Scorer(
                reading_of(
                    profile,
                    manner.template_args,
                    model.special,
                    reasoning=self._plan.reasoning,
                    dialect=chat.dialect.name,
                    checkpoint=model.path,
                )
            )
            self._further: deque[Item] = deque()  # conversations that a reply has carried on
            self._directory = RunDirectory(path, described)
            try:
                self._replies = open_replies(self._directory.path, model, options.cache)
            except BaseException:
                self._directory.close()
                raise
        for note in (*manner.notes, *unread_calls(chat, tasks)):
            observer.phase("note:", note)

    def _open_model(self, options: RunOptions) -> Model:
        if self._opened is not None:
            return self._opened.model
        return open_model(
            options.model, options.adapter, options.base_urls, options.trust_remote_code, options.chat_template
        )

    def _build(self, options: RunOptions, model: Model, chat: Chat, manner: Manner, tasks: Sequence[Task]) -> None:
        """The engine and the plan of a run that writes its prompts so."""
        self._engine = (
            self._opened.engine(chat)
            if self._opened is not None
            else open_engine(
                model,
                chat,
                engine=options.engine,
                engine_args=options.engine_args,
                trust_remote_code=options.trust_remote_code,
                ray_address=options.ray_address,
            )
        )
        plan = Plan(tasks, options, chat, request_context(model, self._engine, options, chat), manner)
        self._plan = replace(plan, options=replace(options, seen=seen_clusters(plan, trained_clusters(model))))

    def run(self) -> Path:
        try:
            total, unanswered = self._pending()
            if total or not self._directory.complete:
                self._directory.write_manifest(status="running")
                self._execute(total, unanswered)
                self._finish()
            return self._directory.path
        finally:
            with ExitStack() as closing:  # the last one lets go of the directory, whatever the others raise
                closing.callback(self._directory.close)
                closing.callback(self._replies.close)
                closing.callback(self._engine.close)

    def _pending(self) -> tuple[int, Workload]:
        """How many samples are not yet journalled, and what those whose reply is not on disk ask of the engine."""
        total = 0

        def unanswered() -> Iterator[Item]:
            nonlocal total
            for item in self._todo():
                total += 1
                if (still := self._after_replies(item)) is not None:
                    yield still

        asked = workload(unanswered())
        return total, asked

    def _after_replies(self, item: Item) -> Item | None:
        """Where a conversation stands after the replies on disk; None where they finish it."""
        step: Item | Ended = item
        while isinstance(step, Item):
            if step.request.key not in self._replies:
                return step
            if not item.task.converses or (reply := self._replies.get(step.request.key)) is None:
                break
            step = advance(self._plan, self._scorer, step, reply)
        return None

    def _execute(self, total: int, unanswered: Workload) -> None:
        if unanswered.requests:
            with self._phases("load", self._engine.name), output_to(self._directory.path / ENGINE_LOG):
                self._engine.load(unanswered)
            self._observer.prompt(self._engine.preview(next(self._todo()).request))
        waiting: dict[str, list[Item]] = {}
        with self._phases("generate"):
            self._observer.started(self._engine, total)
            responses = self._engine.generate(self._requests(waiting))
            try:
                for response in responses:
                    if response.error is None:
                        self._replies.add(response)
                    for item in waiting.pop(response.key):
                        self._answered(item, response)
            finally:
                responses.close()  # what still decodes is cancelled

    def _todo(self) -> Iterator[Item]:
        return (item for item in self._plan.items() if not self._directory.is_done(item.identity))

    def _requests(self, waiting: dict[str, list[Item]]) -> Iterator[Request | None]:
        """The requests nobody has answered, each once; None while only replies under way can lead to more.

        Items whose reply is on disk are taken further on the way. A conversation's next turn goes before new samples,
        so that the engine still has its beginning in its cache.
        """
        new = self._todo()
        while True:
            item = self._further.popleft() if self._further else next(new, None)
            if item is None:
                if not waiting:
                    return
                yield None
            elif self._wanted is not None and not self._wanted(item):
                continue
            elif item.request.key in waiting:
                waiting[item.request.key].append(item)
            elif (reply := self._replies.get(item.request.key)) is not None:
                self._answered(item, reply)
            else:
                waiting[item.request.key] = [item]
                yield item.request

    def _answered(self, item: Item, response: Response) -> None:
        """Carry a conversation on, or score and journal it where it ends."""
        with self._phases.clock("score"):
            step = advance(self._plan, self._scorer, item, response)
            if isinstance(step, Item):
                self._further.append(step)
                return
            score = self._scorer.score(item.task, item.sample, step.replies, step.fault)
        with self._phases.clock("journal"):
            self._directory.append(row(item, step, score))
        self._observer.finished(item, step.replies[-1], score)

    def _finish(self) -> None:
        from ifeval.runs.run import write_table

        with self._phases("write"):
            summary = summarise(self._directory.rows, self._plan.tasks, self._plan.options.seen)
            summary["engine"] = self._throughput()
            write_table(self._directory.path, self._directory.rows)
            write_json(self._directory.path / SUMMARY, summary)
        self._directory.write_manifest(
            status="complete",
            finished=now(),
            phases=exclusive(self._phases.seconds),
            engine_settings=without_secrets(self._engine.settings),
        )

    def _throughput(self) -> dict[str, Any]:
        """What the engine did in this process: replies taken from an earlier one do not count."""
        tokens, seconds = self._engine.tokens, exclusive(self._phases.seconds)["generate"]
        return {
            "name": self._engine.name,
            "generated_tokens": tokens,
            "tokens_per_second": round(tokens / seconds, 1) if tokens and seconds > 0 else None,
        }


def trained_clusters(model: Model) -> tuple[str, ...]:
    """The task clusters a checkpoint of ours was trained on, from the record that training left in it."""
    record = None if model.path is None else model.path / "ifeval_sft.json"
    if record is None or not record.exists():
        return ()
    return tuple(
        checked(read_json(record), fields({}, {"seen_clusters": items(text)}), record).get("seen_clusters", ())
    )


def seen_clusters(plan: Plan, recorded: Collection[str]) -> tuple[str, ...]:
    """The clusters that split this run's score: those of `--seen`, else those `recorded` in the checkpoint.

    A record that holds none of the run's clusters, or all, splits nothing. Raises UserError where `--seen` does so.
    """
    asked = plan.options.seen
    if not (asked or recorded):
        return ()
    known = {
        str(sample.tags[task.cluster])
        for task in plan.tasks
        if task.cluster is not None
        for sample in plan.samples(task)
    }
    if asked and not set(asked) < known:
        raise UserError(
            f"--seen {','.join(asked)}: name some of the run's clusters and leave some out; "
            f"they are {', '.join(sorted(known)) or 'none, for no task of this run has clusters'}."
        )
    split = known & set(asked or recorded)
    return tuple(sorted(split)) if split != known else ()


def exclusive(seconds: Mapping[str, float]) -> dict[str, float]:
    """Phase seconds that add up: scoring and journalling happen while replies come in and are counted apart."""
    nested = seconds.get("score", 0.0) + seconds.get("journal", 0.0)
    return {name: round(value - nested if name == "generate" else value, 3) for name, value in seconds.items()}


def open_replies(run_directory: Path, model: Model, cache: bool) -> ResponseLog:
    """Where this run's replies are kept: in the cache, beside those of earlier runs of the same model.

    Without a cache, and for scripts and servers (whose content nobody can fingerprint), in the run itself.
    """
    if not cache or not model.fingerprinted:
        return ResponseLog(run_directory / REPLIES)
    folder = cache_root() / "responses" / model.fingerprint[:16]
    own = folder / f"{hashlib.sha256(str(run_directory.resolve()).encode()).hexdigest()[:16]}.jsonl"
    return ResponseLog(own, sorted(path for path in folder.glob("*.jsonl") if path != own))


def default_directory(model: Model, identity: str) -> Path:
    """`runs/<model>-<identity>`: the same command finds its own run again."""
    name = "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in model.name)
    return Path("runs") / f"{name[-60:].strip('-.')}-{identity[:8]}"


def row(item: Item, ended: Ended, score: Score) -> dict[str, Any]:
    """One line of samples.jsonl: of a conversation the last reply, then all replies, each with how many messages it answers."""
    turns = {"turns": ended.turns, "ended": ended.ending} if item.task.converses else {}
    return {
        "task": item.task.name,
        "sample_id": item.sample.id,
        "repeat": item.request.repeat,
        "tags": dict(item.sample.tags),
        "messages": item.request.sample.messages,
        "tools": item.request.sample.tools,
        "response": ended.replies[-1],
        "score": score_to_json(score),
        **turns,
    }
