"""Engines that need no model: the floors, the ceiling, and the replay of stored replies.

`scripted:oracle`, `scripted:echo`, `scripted:empty`, `scripted:constant` (or `scripted:constant=TEXT`),
`scripted:random`, the decoys `scripted:blind`, `scripted:stuffed` and `scripted:other` (`ifeval.decoys`), and
`replay:PATH`, where PATH is a JSONL of {prompt, response} or the directory of a run.
"""

import random
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.decoys import GENERIC, blind, stuffed
from ifeval.engines.base import Workload, failed
from ifeval.errors import UserError
from ifeval.records import Request, Response, Sample, ToolCall
from ifeval.tool_calls import Dialect
from ifeval.util.jsonio import read_jsonl

Script = Callable[[Request], str | None]
"""A request in, the reply out; None where there is none."""


class ScriptedEngine:
    """Answers each request by a pure function. Truncates nothing and counts words as tokens."""

    name = "scripted"
    version = "1"

    def __init__(self, script: Script, missing: str = "no reply for this request") -> None:
        self._script = script
        self._missing = missing
        self.tokens = 0
        self.settings: Mapping[str, Any] = {}

    def load(self, workload: Workload) -> None:
        """Nothing to load."""

    def preview(self, request: Request) -> str:
        return prompt_text(request.sample)

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        for request in requests:
            if request is None:  # no response is under way that could lead to more
                return
            reply = self._script(request)
            if reply is None:
                yield failed(request, self._missing)
                continue
            words = len(reply.split())
            self.tokens += words
            yield Response(request.key, reply, "stop", completion_tokens=words)

    def close(self) -> None:
        """Nothing to end."""


def scripted_engine(spec: str, dialect: Dialect) -> ScriptedEngine:
    """The engine of `scripted:NAME` or `replay:PATH`; UserError names the known ones for any other."""
    kind, _, argument = spec.partition(":")
    if kind == "replay":
        return ScriptedEngine(replay(Path(argument)), missing=f"no reply for this prompt in {argument}")
    name, _, text = argument.partition("=")
    scripts: dict[str, Script] = {
        "oracle": lambda request: oracle_text(request.sample, dialect),
        "echo": lambda request: prompt_text(request.sample),
        "empty": lambda request: "",
        "constant": lambda request: text or "Yes.",
        "random": lambda request: random_reply(request, dialect),
        "blind": lambda request: blind(request.sample.topic),
        "stuffed": lambda request: stuffed(prompt_text(request.sample)),
        "other": other_oracle(dialect),
    }
    if name not in scripts:
        raise UserError(f"--model {spec}: no such script; known are {', '.join(scripts)}.")
    return ScriptedEngine(scripts[name], missing="this sample has no oracle reply")


def prompt_text(sample: Sample) -> str:
    """The text of the last user message."""
    for message in reversed(sample.messages):
        if message["role"] == "user":
            return str(message["content"])
    return ""


def oracle_text(sample: Sample, dialect: Dialect) -> str | None:
    """The reply that must pass; calls are written out in the run's dialect."""
    if sample.oracle is None or isinstance(sample.oracle, str):
        return sample.oracle
    return dialect.render(tuple(sample.oracle))


def other_oracle(dialect: Dialect) -> Script:
    """The oracle last given to another sample of the task; its first sample gets a reply to nothing in particular.

    The earlier requests of a conversation belong to the same sample, and so does what opens with the same words: a twin
    under constrained decoding, an item asked again in another form.
    """
    last: dict[str, tuple[str, str, str]] = {}
    others: dict[str, str] = {}

    def script(request: Request) -> str:
        task, sample = request.task, request.sample
        opening = str(next((message["content"] for message in sample.messages if message["role"] == "user"), ""))
        if task in last and last[task][0] != sample.id and last[task][1] != opening:
            others[task] = last[task][2]
        last[task] = sample.id, opening, oracle_text(sample, dialect) or GENERIC[0]
        return others.get(task, GENERIC[0])

    return script


def random_reply(request: Request, dialect: Dialect) -> str:
    """A call of a random tool with arguments of the right type, else a few words of the prompt; seeded by the key."""
    rng = random.Random(request.key)
    if request.sample.tools:
        function = rng.choice(list(request.sample.tools)).get("function", {})
        properties = function.get("parameters", {}).get("properties", {})
        arguments = {name: _random_value(schema, rng) for name, schema in properties.items()}
        return dialect.render((ToolCall(function.get("name", ""), arguments),))
    words = prompt_text(request.sample).split() or ["nothing"]
    return " ".join(rng.choices(words, k=rng.randint(1, 12)))


def _random_value(schema: Mapping[str, Any], rng: random.Random) -> Any:
    if schema.get("enum"):
        return rng.choice(schema["enum"])
    simple = {"integer": rng.randint(0, 100), "number": rng.randint(0, 1000) / 10, "boolean": rng.random() < 0.5}
    return simple.get(str(schema.get("type")), rng.choice(("alpha", "beta", "gamma")))


def _before(messages: Sequence[Mapping[str, Any]]) -> int:
    """How many replies are in the messages."""
    return sum(message["role"] == "assistant" for message in messages)


def _turns(row: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, int, int], str]]:
    """The replies in a row of a run: of a conversation each turn's, those that failed left out."""
    for turn in row.get("turns") or [row]:
        response = turn["response"]
        if not response["error"]:
            place = row["task"], row["sample_id"], row["repeat"], _before(row["messages"][: turn.get("at")])
            yield place, response["raw"] + ""


def replay(path: Path) -> Script:
    """Stored replies: by task, sample id, repeat and turn from a run, by prompt from a JSONL.

    A turn is known by how many replies went before it. Prompts match without their outer white space; the replies to one
    prompt answer its repeats in file order.
    """
    if path.is_dir():
        stored: dict[tuple[str, str, int, int], str] = {}
        for number, row in enumerate(read_jsonl(path / "samples.jsonl"), start=1):
            try:
                stored |= dict(_turns(row))
            except (KeyError, TypeError, AttributeError) as error:
                place = path / "samples.jsonl"
                raise UserError(f"{place}, row {number}: no row of a run ({error!r}); copy the run again.") from None
        return lambda request: stored.get(
            (request.task, request.sample.id, request.repeat, _before(request.sample.messages))
        )
    replies: dict[str, list[str]] = {}
    for number, row in enumerate(read_jsonl(path), start=1):
        prompt, reply = row.get("prompt"), row.get("response")
        if not isinstance(prompt, str) or not isinstance(reply, str):
            raise UserError(f"{path}, row {number}: a replay needs the strings 'prompt' and 'response' in every row.")
        replies.setdefault(prompt.strip(), []).append(reply)

    def script(request: Request) -> str | None:
        known = replies.get(prompt_text(request.sample).strip())
        return known[min(request.repeat, len(known) - 1)] if known else None

    return script
