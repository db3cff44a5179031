"""The one protocol every engine speaks. An engine knows nothing of tasks: requests in, responses out."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ifeval.records import Request, Response


@dataclass(frozen=True, slots=True)
class Workload:
    """What an engine may know before it loads, to choose its settings by.

    `requests` and `max_new_tokens` (the sum of their token limits) count only what is still to be generated;
    `longest_prompt` and `mean_prompt` are in bytes of text, `longest_reply` in tokens. `seeded`: replies are drawn, each
    with a seed of its own. `conversations`: prompts repeat earlier prompts and go on from there. `thinking`: some
    replies have a budget for their thoughts.
    """

    requests: int
    max_new_tokens: int
    longest_prompt: int
    longest_reply: int
    mean_prompt: int = 0
    constrained: bool = False
    seeded: bool = False
    conversations: bool = False
    thinking: bool = False


class Engine(Protocol):
    """Turns a stream of requests into a stream of responses, in the order they finish.

    `load` may take minutes and raises UserError where the model cannot be served. `generate` submits lazily and
    yields each response as it finishes; closing the generator cancels what is still decoding. A request that fails
    comes back as a response with `error` set; only a broken engine raises. `tokens` counts what was decoded so far.

    `requests` may give None: there is nothing to ask at present, but a response that is still to come may lead to more.
    An engine then goes on decoding and asks again after it has yielded a response; with nothing left to decode it ends.
    """

    name: str
    version: str
    tokens: int

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the manifest records: the choices made for this machine."""
        ...

    def load(self, workload: Workload) -> None: ...

    def preview(self, request: Request) -> str:
        """The prompt of a request as the model sees it; called after `load`."""
        ...

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]: ...

    def close(self) -> None:
        """End the engine and every process it started. May be called twice."""
        ...


def take(requests: Iterator[Request | None], most: int) -> list[Request]:
    """The next requests, at most `most` of them; fewer where there is nothing (more) to ask at present."""
    taken: list[Request] = []
    while len(taken) < most and (request := next(requests, None)) is not None:
        taken.append(request)
    return taken


def is_too_long(error: str) -> bool:
    """Whether an engine or a server refused a request because its prompt does not fit the model's context."""
    return any(sign in error for sign in ("maximum context length", "maximum model length", "context_length_exceeded"))


def failed(request: Request, error: str) -> Response:
    """The response of a request that could not be answered."""
    return Response(key=request.key, raw="", finish_reason="error", error=error)
