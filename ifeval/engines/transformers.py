"""transformers' `generate`, on any device: the fallback where vLLM cannot be installed, and slower than it."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib.metadata import version
from typing import Any

from ifeval.engines.base import Workload, failed, take
from ifeval.engines.loops import SMALLEST, is_loop
from ifeval.errors import UserError
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.resolve import Model
from ifeval.records import Request, Response

BATCH = 16
SORTED_BATCHES = 8
"""Prompts are sorted by length within this many batches, so that little of a batch is padding."""


class TransformersEngine:
    """Left-padded batches; replies come back a batch at a time."""

    name = "transformers"

    def __init__(self, model: Model, chat: Chat, trust_remote_code: bool = False) -> None:
        self.version = version("transformers")
        self.tokens = 0
        self.settings: Mapping[str, Any] = {}
        self._model = model
        self._chat = chat
        self._trust = trust_remote_code

    def load(self, workload: Workload) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if workload.constrained:
            raise UserError("--constrain needs vLLM or a server; the transformers engine has no constrained decoding.")
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        path = str(self._model.path)
        try:
            tokenizer = AutoTokenizer.from_pretrained(path, padding_side="left", trust_remote_code=self._trust)
            network: Any = AutoModelForCausalLM.from_pretrained(path, dtype="auto", trust_remote_code=self._trust)
        except (ValueError, OSError, KeyError) as error:
            raise UserError(f"transformers cannot load {self._model.name}: {str(error).splitlines()[0]}") from error
        if self._model.adapter is not None:
            from peft import PeftModel

            network = PeftModel.from_pretrained(network, str(self._model.adapter))
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        self._network = network.to(device).eval()
        self._writer = PromptWriter(tokenizer, self._chat)
        self.settings = {"device": device, "dtype": str(network.dtype), "batch": BATCH}

    def preview(self, request: Request) -> str:
        return self._writer.text(request.sample)

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        waiting = iter(requests)
        while block := take(waiting, BATCH * SORTED_BATCHES):
            prompts = []
            for request in block:
                try:
                    prompts.append((self._writer.ids(request.sample), request))
                except UserError as error:
                    yield failed(request, str(error))
            prompts.sort(key=lambda pair: (repr(pair[1].sampling), pair[1].repeat, len(pair[0])))
            for batch in batches(prompts):
                yield from self._answer(batch)

    def close(self) -> None:
        """Nothing outlives this process."""

    def _without_gradients(self) -> AbstractContextManager[None]:
        import torch

        return torch.inference_mode()

    def _answer(self, batch: list[tuple[list[int], Request]]) -> Iterator[Response]:
        import torch

        started = time.monotonic()
        tokenizer, sampling = self._writer.tokenizer, batch[0][1].sampling
        padded = tokenizer.pad({"input_ids": [ids for ids, _ in batch]}, return_tensors="pt").to(self._network.device)
        stops = [*sampling.stop, *self._chat.stops]
        drawn: dict[str, Any] = {"do_sample": False}
        if sampling.temperature > 0:
            torch.manual_seed((sampling.seed or 0) + batch[0][1].repeat)
            drawn = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p}
            drawn["top_k"] = sampling.top_k
            drawn |= {"min_p": sampling.min_p} if sampling.min_p else {}
        if sampling.repetition_penalty != 1:
            drawn["repetition_penalty"] = sampling.repetition_penalty
        ends = end_tokens(self._network.generation_config.eos_token_id)
        width = padded["input_ids"].shape[1]
        looping = loop_criterion(width, ends)
        with self._without_gradients():
            out = self._network.generate(
                **padded,
                **drawn,
                max_new_tokens=sampling.room,
                pad_token_id=tokenizer.pad_token_id,
                **({"stop_strings": stops, "tokenizer": tokenizer} if stops else {}),
                **({"stopping_criteria": [looping]} if sampling.ends_loops else {}),
            )
        for place, ((ids, request), row) in enumerate(zip(batch, out[:, width:].tolist(), strict=True)):
            looped = looping.found.get(place)
            new, stopped = (row[:looped], False) if looped else until_end(row, ends)
            text = tokenizer.decode(new, skip_special_tokens=False)
            cut = min((text.find(stop) for stop in stops if stop in text), default=None)
            self.tokens += len(new)
            yield Response(
                key=request.key,
                raw=text if cut is None else text[:cut],
                finish_reason="stop" if stopped or cut is not None else "repetition" if looped else "length",
                prompt_tokens=len(ids),
                completion_tokens=len(new),
                latency=time.monotonic() - started,
            )


def batches(prompts: list[tuple[list[int], Request]]) -> Iterator[list[tuple[list[int], Request]]]:
    """Runs of at most `BATCH` neighbours that share sampling settings and repeat."""
    batch: list[tuple[list[int], Request]] = []
    for ids, request in prompts:
        if batch and (
            len(batch) == BATCH or (request.sampling, request.repeat) != (batch[0][1].sampling, batch[0][1].repeat)
        ):
            yield batch
            batch = []
        batch.append((ids, request))
    if batch:
        yield batch


def loop_criterion(start: int, ends: frozenset[int]) -> Any:
    """A stopping criterion for `generate` that ends replies in a loop; `found` tells how long they were, by row.

    start: where the replies begin. Looked for every `SMALLEST` tokens, in rows that no token of `ends` has ended.
    """
    import torch
    from transformers import StoppingCriteria

    class Loops(StoppingCriteria):
        def __init__(self) -> None:
            self.found: dict[int, int] = {}

        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
            length = input_ids.shape[1] - start
            if length % SMALLEST == 0:
                for place, row in enumerate(input_ids[:, start:].tolist()):
                    if place not in self.found and is_loop(row) and not until_end(row, ends)[1]:
                        self.found[place] = length
            ended = [place in self.found for place in range(len(input_ids))]
            return torch.tensor(ended, device=input_ids.device)

    return Loops()


def end_tokens(eos: int | list[int] | None) -> frozenset[int]:
    """The generation config's end-of-sequence ids as a set."""
    return frozenset([eos] if isinstance(eos, int) else eos or ())


def until_end(row: list[int], ends: frozenset[int]) -> tuple[list[int], bool]:
    """The new tokens before the first end token, and whether there was one; padding follows it."""
    for position, token in enumerate(row):
        if token in ends:
            return row[:position], True
    return row, False
