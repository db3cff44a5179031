"""Training rows without an annotator: procedural tasks with their oracle replies, and a model's own good replies.

A fresh seed is not enough: two seeds share topics, entities and wordings. Left out are therefore all samples with a tag
that was held out (`cluster=extraction`, `style=terse`), and all that hold an evaluation prompt's own words. What was
trained is then known: every row names its task and cluster, and `ifeval sft` records them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.data import quality
from ifeval.finetuning.data.contamination import PromptIndex
from ifeval.finetuning.data.formats import Example
from ifeval.models.replies import Reading, keep_all
from ifeval.records import Response, Sample
from ifeval.runs.conversation import play
from ifeval.runs.run import Run
from ifeval.runs.scoring import Scorer
from ifeval.task import Task
from ifeval.tool_calls import by_name, reply_message

FIRST_SEED = 1_000_003
"""Training seeds count up from here; evaluations use small ones."""

SEEDS = 50
"""How many seeds are tried before a task is taken to have nothing new to offer."""


@dataclass(slots=True)
class Made:
    """Rows for a JSONL file, and how many samples were left out for which reason.

    held_out: values by tag that no row may have. index: the evaluations' prompts.
    """

    held_out: Mapping[str, Collection[str]]
    index: PromptIndex
    rows: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    _prompts: set[str] = field(default_factory=set)

    def leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def offer(self, row: dict[str, Any], tags: Mapping[str, Any]) -> None:
        """Take a row, unless it must be left out: `messages`, whose last is its reply, or a `prompt` of messages alone."""
        messages = row["messages"] if "messages" in row else row["prompt"]
        prompt = _prompt(messages)
        if any(str(tags.get(tag)) in values for tag, values in self.held_out.items()):
            self.leave_out("held out by a tag")
        elif prompt in self._prompts:
            self.leave_out("made already")
        elif self.index.overlaps([Example("", row["task"], tuple(messages))]):
            self.leave_out("holds an evaluation's prompt")
        else:
            self._prompts.add(prompt)
            self.rows.append(row)


def _prompt(messages: Sequence[Mapping[str, Any]]) -> str:
    """What is asked in a row: the message before its reply; of a conversation all that is said to the assistant."""
    if sum(message["role"] == "assistant" for message in messages) == 1:
        return messages[-2]["content"]
    return "\n".join(message["content"] for message in messages if message["role"] != "assistant")


def replay(run: Run, held_out: Mapping[str, Collection[str]], index: PromptIndex) -> Made:
    """The good replies of a run as rows: what the model can do already.

    Good is a reply with full marks on its task's primary metric that stopped by itself, calls no tool, does not go
    round in circles, and is no boilerplate. Trained on beside new material, replies of the base model keep it from
    forgetting (rehearsal); those that followed their instructions teach it to do so more often, in its own words.
    """
    primary = {name: task["primary"] for name, task in run.summary["tasks"].items()}
    made = Made(held_out, index)
    for row in run.rows():
        if fault := reply_fault(row, primary[row["task"]]):
            made.leave_out(fault)
        else:
            reply = {"role": "assistant", "content": row["response"]["answer"].strip()}
            made.offer(named_row(row["task"], row["sample_id"], [*row["messages"], reply], row["tags"]), row["tags"])
    return made


def reply_fault(row: Mapping[str, Any], primary: str) -> str | None:
    """Why the reply of a journal line is nothing to learn from; None for a good one."""
    response, score = row["response"], row["score"]
    if score["error"] is not None or response["finish_reason"] != "stop":
        return "did not stop by itself"
    if row["tools"] or response["tool_calls"]:
        return "has tools"
    if score["metrics"].get(primary) != 1:
        return "not fully right"
    if quality.repetition(response["answer"]) >= quality.MOST_REPEATED:
        return "repeats itself"
    return "boilerplate" if quality.boilerplate(response["answer"]) else None


def fresh(task: Task, seed: int) -> Iterator[Sample]:
    """The samples of fifty training seeds."""
    for offset in range(SEEDS):
        yield from task.training_samples(FIRST_SEED + seed * SEEDS + offset)


def training_row(task: Task, sample: Sample) -> dict[str, Any] | None:
    """A sample and its oracle as a row of messages; None where it has no oracle.

    Of a conversation all turns, each with the oracle's reply and what answered it: every reply is trained on.
    """
    if sample.oracle is None:
        return None
    asked, replies = played(task, sample)
    messages = [*(dict(message) for message in asked.messages), reply_message(replies[-1], len(replies) - 1)]
    row = named_row(task.name, sample.id, messages, sample.tags)
    return row | ({"tools": list(asked.tools)} if asked.tools else {})


Writer = Callable[[Task, Sample], dict[str, Any] | str | None]
"""A sample to its row, or to the reason why it gives none; None where it has no oracle."""


def make(
    task: Task,
    number: int,
    seed: int,
    held_out: Mapping[str, Collection[str]],
    index: PromptIndex,
    write: Writer = training_row,
) -> Made:
    """`number` training rows of `task`, or fewer where fifty seeds have no more that may be used.

    seed: shifts the training seeds (>= 0). held_out, index: see `Made`. write: makes the rows.
    Raises UserError where the task reads a data set, or has no oracle replies.
    """
    if task.dataset is not None:
        raise UserError(f"--task {task.name} is a benchmark's data; training rows come from procedural tasks only.")
    made = Made(held_out, index)
    for sample in fresh(task, seed):
        row = write(task, sample)
        if row is None:
            raise UserError(f"--task {task.name} has no oracle replies to learn from.")
        if isinstance(row, str):
            made.leave_out(row)
        else:
            made.offer(row, sample.tags)
        if len(made.rows) == number:
            break
    return made


def played(task: Task, sample: Sample) -> tuple[Sample, list[Response]]:
    """The last request of the conversation that the oracle has, and all its replies (one, where a sample is asked once)."""
    asked: list[Sample] = []

    def reply(one: Sample, turn: int) -> Response:
        asked.append(one)
        if isinstance(one.oracle, str) or one.oracle is None:
            return Response("", one.oracle or "", "stop")
        return Response("", "", "tool_calls", tool_calls=tuple(one.oracle), native=True)

    replies, _ = play(Scorer(Reading(keep_all, by_name("hermes"))), task, sample, reply)
    return asked[-1], replies


def named_row(task: str, sample: str, messages: list[dict[str, Any]], tags: Mapping[str, Any]) -> dict[str, Any]:
    """A row of messages that says where it is from."""
    row: dict[str, Any] = {"messages": messages, "task": task, "sample": sample}
    return row | ({"cluster": tags["cluster"]} if "cluster" in tags else {})
