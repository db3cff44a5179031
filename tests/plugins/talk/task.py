"""Small conversations for tests of everything around a task: a user of several turns, and a tool that answers."""

import time
from collections.abc import Iterator, Sequence

from ifeval.records import CheckResult, Response, Sample, Score, ToolCall
from ifeval.task import ConversationTask

ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Add to the total.",
        "parameters": {"type": "object", "properties": {"by": {"type": "integer"}}, "required": ["by"]},
    },
}


class Talk(ConversationTask):
    """The user says a word a turn, and wants all words so far said back."""

    name = "talk"
    version = "1"
    family = "format"
    primary = "all_turns"
    description = "repeat all words so far, over one to four turns"
    size = 24
    max_tokens = 16
    max_turns = 4

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        for number in range(self.size if limit is None else limit):
            words = [f"word{seed}x{number}x{turn}" for turn in range(1 + number % 4)]
            yield Sample(str(number), [{"role": "user", "content": f"Say: {words[0]}"}], target=words, oracle=words[0])

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        words = sample.target
        if len(turns) == len(words):
            return None
        messages = list(sample.messages)
        for turn, word in zip(turns, words[1:], strict=False):
            messages.append({"role": "assistant", "content": turn.answer})
            messages.append({"role": "user", "content": f"And: {word}"})
        return Sample(sample.id, messages, target=words, oracle=" ".join(words[: len(turns) + 1]))

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        checks = []
        for number in range(len(sample.target)):
            said = turns[number].answer if number < len(turns) else ""
            wanted = " ".join(sample.target[: number + 1])
            checks.append(
                CheckResult(said == wanted, f"said {said[:60]!r}, wanted {wanted!r}", f"turn {number + 1}: words")
            )
        ok = [check.ok for check in checks]
        return Score(tuple(checks), {"all_turns": float(all(ok))}, {"turns": (sum(ok), len(ok))})


class SlowTalk(Talk):
    """Takes its time over every reply, so that a run can be killed within a conversation."""

    name = "talk-slow"
    size = 60

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        time.sleep(0.002)
        return super().follow(sample, turns)


class Counter(ConversationTask):
    """A tool that counts: the model adds until the total is reached, then says it."""

    name = "talk-counter"
    version = "1"
    family = "structured"
    primary = "reached"
    description = "add up with a tool that knows the total"
    size = 12
    max_tokens = 32
    max_steps = 6
    offers_tools = True

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        for number in range(self.size if limit is None else limit):
            goal = number % 5 + 1
            asked = [{"role": "user", "content": f"Add 1 until the total is {goal} (case {seed}-{number})."}]
            yield Sample(str(number), asked, [ADD], target=goal, oracle=(ToolCall("add", {"by": 1}),))

    def follow(self, sample: Sample, turns: Sequence[Response]) -> Sample | None:
        messages = list(sample.messages)
        total = 0
        for turn in turns:
            if not turn.tool_calls:
                return None
            calls = [{"function": {"name": call.name, "arguments": dict(call.arguments)}} for call in turn.tool_calls]
            messages.append({"role": "assistant", "content": "", "tool_calls": calls})
            for call in turn.tool_calls:
                total += int(call.arguments.get("by", 0))
                messages.append({"role": "tool", "name": call.name, "content": str(total)})
        done = total >= sample.target
        return Sample(sample.id, messages, [ADD], oracle=f"The total is {total}." if done else sample.oracle)

    def score_turns(self, sample: Sample, turns: Sequence[Response]) -> Score:
        total = sum(int(call.arguments.get("by", 0)) for turn in turns for call in turn.tool_calls or ())
        reached = total == sample.target and turns[-1].answer == f"The total is {total}."
        return Score((CheckResult(reached, f"total {total}, wanted {sample.target}", "total"),), {"reached": reached})
