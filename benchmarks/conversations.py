"""Does vLLM stay as busy in conversations as with single prompts of the same lengths?

    python -m benchmarks.conversations models/smollm2-135m-instruct [conversations] [rounds] [max tokens]

Half of the conversations are `tool_loop`'s, half `dialogue`'s, with the oracle's replies as their history: the prompts
are the same in every round, whatever the model says. In one arm each prompt is asked when the reply before it has come,
in the other all of them at once. Arms alternate, the prefix cache is emptied before each; tokens are those generated.
"""

import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from statistics import median

from ifeval.engines import open_engine, open_model
from ifeval.models.prompts import Chat
from ifeval.models.replies import Reading, keep_all
from ifeval.records import Request, Response, Sample, Sampling
from ifeval.registry.plugins import discover
from ifeval.runs.conversation import play
from ifeval.runs.keys import request_key
from ifeval.runs.plan import Item, workload
from ifeval.runs.scoring import Scorer
from ifeval.runs.validation import oracle_text
from ifeval.task import Task
from ifeval.tool_calls import by_name

Talk = list[Request]


def main(model: str, conversations: int = 24, rounds: int = 5, max_tokens: int = 48) -> None:
    opened = open_model(model)
    chat = Chat(opened.chat_template, by_name("hermes"))
    sampling = Sampling(max_tokens=max_tokens)
    tasks = [discover()[name]() for name in ("tool_loop", "dialogue")]
    talks = [talk for task in tasks for talk in islice(_talks(task, chat, sampling), conversations // 2)]
    engine = open_engine(opened, chat)
    items = (
        Item(task, request.sample, request)
        for task, talk in zip(tasks, (talks[0], talks[-1]), strict=True)
        for request in talk[:1]
    )
    asked = workload(items)
    engine.load(replace(asked, requests=len(talks), longest_reply=max_tokens))
    speeds: dict[str, list[float]] = {"in turns": [], "at once": []}
    for _ in range(rounds):
        for arm, requests in (("in turns", talks), ("at once", [[request] for talk in talks for request in talk])):
            engine._engine.reset_prefix_cache()  # type: ignore[attr-defined]
            tokens, seconds = _answer(engine, requests)
            speeds[arm].append(tokens / seconds)
            print(f"{arm}: {tokens:,} tokens, {seconds:.1f} s, {tokens / seconds:,.0f} tokens/s", flush=True)
    engine.close()
    turns = sum(map(len, talks))
    ratio = median(speeds["in turns"]) / median(speeds["at once"])
    print(f"{len(talks)} conversations, {turns} replies; median in turns / at once: {ratio:.3f}")


def _talks(task: Task, chat: Chat, sampling: Sampling) -> Iterator[Talk]:
    """The requests of each conversation, one after the other, with the oracle's replies as history."""
    scorer = Scorer(Reading(keep_all, chat.dialect))
    for sample in task.samples(task.default_seed):
        asked: list[Sample] = []

        def reply(one: Sample, turn: int, asked: list[Sample] = asked) -> Response:
            asked.append(one)
            return Response("", oracle_text(one, chat.dialect) or "", "stop")

        play(scorer, task, sample, reply)
        prepared = [chat.prepare(one) for one in asked]
        yield [Request(request_key(one, sampling, 0, {}), task.name, one, sampling) for one in prepared]


def _answer(engine: object, talks: list[Talk]) -> tuple[int, float]:
    """Tokens generated and seconds taken for all requests, each talk's one after the other."""
    next_in = {request.key: following for talk in talks for request, following in pairwise(talk)}
    waiting, under_way, tokens = deque(talk[0] for talk in talks), set[str](), 0

    def requests() -> Iterator[Request | None]:
        while waiting or under_way:
            if waiting:
                under_way.add(waiting[0].key)
                yield waiting.popleft()
            else:
                yield None

    started = time.perf_counter()
    for response in engine.generate(requests()):  # type: ignore[attr-defined]
        under_way.remove(response.key)
        tokens += response.completion_tokens
        if response.key in next_in:
            waiting.appendleft(next_in[response.key])
    return tokens, time.perf_counter() - started


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
