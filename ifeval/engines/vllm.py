"""vLLM in this process: batched inference, every reply handed on as it finishes.

On CUDA vLLM's own defaults apply (engine core in its own process, CUDA graphs). On a CPU they cost a core, so the
engine runs in process with a thread on every core, and eager or compiled is chosen from the size of the run
(docs/engines.md has the measurements).
"""

import contextlib
import gc
import os
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from ifeval.engines.base import Workload, failed, take
from ifeval.engines.engine_death import wake_when_it_dies
from ifeval.engines.loops import LARGEST, SMALLEST, TIMES
from ifeval.engines.machine import SOME_WORK, available_memory, busy_cores, cores, gpu_memory, has_cuda
from ifeval.engines.parallel import USABLE_SHARE, Devices, footprint, require_fit, smallest_tensor_size
from ifeval.engines.parent_death import ended_with_us
from ifeval.engines.vllm_versions import refusals, require_supported, vllm_version
from ifeval.errors import UserError
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.resolve import Model
from ifeval.models.tokenizer_files import read_json
from ifeval.records import Request, Response
from ifeval.util.jsonio import dumps

SUBMIT_AT_ONCE = 64
"""Requests tokenised between two steps: few enough that the first step is not kept waiting."""

CPU_SEQUENCES = 256
PREFILL_TOKENS = 2048
"""Prompt tokens of one step: what a server's default is on a CPU."""

COMPILE_FROM_TOKENS = 500_000
"""On a CPU, compiling (two minutes) pays from here on; see docs/engines.md."""

EXPECTED_SHARE = 0.5
"""Replies use about this share of their token limits; only the choice of eager or compiled rests on it."""


@dataclass(frozen=True, slots=True)
class InFlight:
    request: Request
    submitted: float


class VllmEngine:
    """One `vllm.LLMEngine`, stepped by `generate`."""

    name = "vllm"

    def __init__(
        self, model: Model, chat: Chat, engine_args: Mapping[str, Any] | None = None, trust_remote_code: bool = False
    ) -> None:
        self.version = vllm_version()
        self.tokens = 0
        self._model = model
        self._chat = chat
        self._arguments: dict[str, Any] = {"trust_remote_code": trust_remote_code, **(engine_args or {})}
        self._engine: Any = None
        self._settings: dict[str, Any] = {}
        self._sequences = 1  # until loaded; a run whose replies are all cached never loads

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._settings

    def load(self, workload: Workload) -> None:
        require_supported()
        cuda = has_cuda()
        self._settings = {
            **common_settings(self._model, workload),
            **({} if cuda else cpu_settings(self._model, workload)),
            **(thinking_settings(self._chat) if workload.thinking else {}),
            **self._arguments,
        }
        self._settings |= parallel_settings(self._model, self._settings, cuda)
        os.environ.update(quiet_environment())
        if not cuda:
            os.environ.update(cpu_environment())
        try:
            with collector_at_rest(), ended_with_us():
                self._engine = start_engine(str(self._model.path), self._settings)
        except (ValueError, TypeError, RuntimeError, OSError) as error:
            raise UserError(f"vLLM cannot serve {self._model.name}: {reason(error)}") from error
        wake_when_it_dies(self._engine.engine_core)
        self._writer = PromptWriter(self._engine.renderer.tokenizer, self._chat)
        self._sequences = self._engine.vllm_config.scheduler_config.max_num_seqs

    def preview(self, request: Request) -> str:
        return self._writer.text(request.sample)

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        try:
            yield from self._replies(requests)
        except Exception as error:
            if type(error).__name__ != "EngineDeadError":
                raise
            raise UserError(f"vLLM ended while {self._model.name} replied: {reason(error)}") from error

    def _replies(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        waiting = iter(requests)
        in_flight: dict[str, InFlight] = {}
        exact = self.tokens
        try:
            while True:
                asked = take(waiting, min(SUBMIT_AT_ONCE, 2 * self._sequences - len(in_flight)))
                for request in asked:
                    refused = self._submit(request)
                    if refused is None:
                        in_flight[request.key] = InFlight(request, time.monotonic())
                    else:
                        yield refused
                if not in_flight:
                    if asked:  # all were refused, and the refusals may lead to more
                        continue
                    return
                self.tokens += min(len(in_flight), self._sequences)
                for output in self._engine.step():
                    if output.finished:
                        response = _response(output, in_flight.pop(output.request_id))
                        exact += response.completion_tokens
                        yield response
        finally:
            self.tokens = exact
            if in_flight and self._engine is not None:
                self._engine.abort_request(list(in_flight))

    def close(self) -> None:
        if self._engine is not None:
            with contextlib.suppress(Exception):
                self._engine.engine_core.shutdown()
            self._engine = None

    def _submit(self, request: Request) -> Response | None:
        """Hand one request to the engine; a response where it was refused (a prompt too long, a bad schema)."""
        refusal: tuple[type[Exception], ...] = (UserError, *refusals())
        try:
            ids = self._writer.ids(request.sample)
            (prompt,) = self._engine.renderer.render_cmpl([{"prompt_token_ids": ids}])
            self._engine.add_request(request.key, prompt, self._parameters(request), lora_request=self._lora())
        except refusal as error:
            return failed(request, first_line(error))
        return None

    def _parameters(self, request: Request) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        schema = enforced_schema(request)
        return SamplingParams(
            **sampling_arguments(request, self._chat),
            **self._thinking_budget(request),
            **self._loop_detection(request),
            structured_outputs=StructuredOutputsParams(json=schema) if schema else None,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )

    def _thinking_budget(self, request: Request) -> dict[str, Any]:
        """The limit of a thought, where this engine knows the marks around one."""
        budget = request.sampling.thinking
        return {"thinking_token_budget": budget} if budget and "reasoning_config" in self._settings else {}

    def _loop_detection(self, request: Request) -> dict[str, Any]:
        """Replies that say the same over and over end, on a CPU (see `ifeval.engines.loops`)."""
        if not request.sampling.ends_loops or has_cuda():
            return {}
        from vllm.sampling_params import RepetitionDetectionParams

        sizes = {"min_pattern_size": SMALLEST, "max_pattern_size": LARGEST}
        return {"repetition_detection": RepetitionDetectionParams(**sizes, min_count=TIMES)}

    def _lora(self) -> Any:
        if self._model.adapter is None:
            return None
        from vllm.lora.request import LoRARequest

        return LoRARequest("adapter", 1, str(self._model.adapter))


def start_engine(path: str, settings: Mapping[str, Any]) -> Any:
    """Import vLLM and start its engine, with the sizes of batches that vLLM chooses for offline use."""
    from vllm.engine.arg_utils import EngineArgs
    from vllm.usage.usage_lib import UsageContext
    from vllm.v1.engine.llm_engine import LLMEngine

    gc.freeze()
    arguments = EngineArgs(model=path, disable_log_stats=True, **settings)
    return LLMEngine.from_engine_args(arguments, UsageContext.LLM_CLASS)


@contextlib.contextmanager
def collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile, and what exists at the end is never looked at again.

    Importing vLLM makes millions of objects that live as long as the process; collecting between them costs a
    quarter of the import.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def sampling_arguments(request: Request, chat: Chat) -> dict[str, Any]:
    """Arguments of vLLM's `SamplingParams`, but for the schema; each repeat draws with a seed of its own."""
    sampling = request.sampling
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "seed": None if sampling.seed is None or sampling.temperature == 0 else sampling.seed + request.repeat,
        "max_tokens": sampling.room,
        "stop": stop_texts(request, chat) or None,
        "skip_special_tokens": False,
    }


def stop_texts(request: Request, chat: Chat) -> list[str]:
    """The texts that end a reply, those of turns without a template among them."""
    return [*request.sampling.stop, *chat.stops]


def enforced_schema(request: Request) -> str | None:
    """The JSON Schema that decoding is held to, None where it is free."""
    return dumps(request.sample.schema).decode() if request.sample.constrain else None


def thinking_settings(chat: Chat) -> dict[str, Any]:
    """The marks by which vLLM knows a thought and ends it, where this vLLM has budgets and the template shows marks."""
    from dataclasses import fields

    from vllm import SamplingParams
    from vllm.engine.arg_utils import EngineArgs

    profile = chat.profile
    able = hasattr(SamplingParams(), "thinking_token_budget") and "reasoning_config" in {
        f.name for f in fields(EngineArgs)
    }
    if not able or profile.framed or not profile.open_mark:
        return {}
    marks = {"reasoning_start_str": profile.open_mark.strip(), "reasoning_end_str": profile.close_mark}
    return {"reasoning_config": marks}


def common_settings(model: Model, workload: Workload) -> dict[str, Any]:
    """Settings on every device: a context no longer than the run can need, the adapter, a fixed seed.

    Conversations repeat their beginning with each turn, so that it is read from the cache.
    """
    settings: dict[str, Any] = {"seed": 0, "generation_config": "vllm"}
    if workload.conversations:
        settings["enable_prefix_caching"] = True
    if (needed := longest_context(model, workload)) != model.context_length:
        settings["max_model_len"] = needed
    if model.adapter is not None:
        settings |= {"enable_lora": True, "max_lora_rank": lora_rank(model.adapter)}
    return settings


def longest_context(model: Model, workload: Workload) -> int:
    """Tokens of the longest prompt and reply the run can have, within what the model was made for."""
    needed = workload.longest_prompt + workload.longest_reply + 512
    return needed if model.context_length is None else min(needed, model.context_length)


def cpu_settings(model: Model, workload: Workload) -> dict[str, Any]:
    """In process, KV cache from free memory, compiled only where the run is long enough to pay for it.

    Seeded prompts are never cut in two: vLLM then draws once too often and takes it back, which no CPU generator can.
    """
    expected = workload.max_new_tokens * EXPECTED_SHARE
    whole = max(PREFILL_TOKENS, longest_context(model, workload))
    return {
        **({"enable_chunked_prefill": False} if workload.seeded else {}),
        "max_num_batched_tokens": whole if workload.seeded else PREFILL_TOKENS,
        "dtype": "bfloat16",
        "distributed_executor_backend": "uni",
        "enforce_eager": expected < COMPILE_FROM_TOKENS,
        "max_num_seqs": min(CPU_SEQUENCES, max(1, workload.requests)),
        "kv_cache_memory_bytes": kv_cache_bytes(model, workload, available_memory()),
    }


def kv_cache_bytes(model: Model, workload: Workload, free: int) -> int:
    """Room for as many prompts of mean length and replies at their longest as run at once.

    Within half of the memory that the weights leave free, and at least 1 GiB. More would only be zeroed.
    """
    weights = 2 * (model.parameters or 0)
    wanted = (
        min(CPU_SEQUENCES, workload.requests)
        * (workload.mean_prompt // 3 + 128 + workload.longest_reply)
        * (footprint(model.path).kv_per_token if model.path else 0)
    )
    return int(max(1 << 30, min(wanted, (free - weights) // 2)))


def parallel_settings(model: Model, settings: Mapping[str, Any], cuda: bool) -> dict[str, Any]:
    """The number of devices, with "auto" resolved. Raises UserError in one line where the model will not fit.

    Weights that are quantised while loading have a size nobody knows beforehand; nothing is checked for them.
    """
    tensor, pipeline = settings.get("tensor_parallel_size", 1), settings.get("pipeline_parallel_size", 1)
    if settings.get("data_parallel_size", 1) != 1:
        raise UserError(
            "--dp: vLLM runs no replicas inside one process; give --engine ray, or ifeval serve --dp and then --base-url."
        )
    if model.path is None or "quantization" in settings:
        return {}
    share = settings.get("gpu_memory_utilization", USABLE_SHARE)
    devices = usable_gpus(share) if cuda else Devices(1, available_memory(), "machine")
    context = settings.get("max_model_len") or model.context_length or 1
    if tensor == "auto":
        tensor = smallest_tensor_size(footprint(model.path), devices, context, pipeline)
    require_fit(footprint(model.path), devices, tensor, pipeline, context)
    return {"tensor_parallel_size": tensor} if tensor > 1 or "tensor_parallel_size" in settings else {}


def usable_gpus(share: float) -> Devices:
    """The visible GPUs, as alike as the smallest of them."""
    memories = gpu_memory()
    return Devices(len(memories), int(share * min(memories, default=0)))


def lora_rank(adapter: Path) -> int:
    """The smallest rank vLLM has kernels for that holds the adapter's."""
    rank = read_json(adapter / "adapter_config.json").get("r")
    if not isinstance(rank, int) or not 0 < rank < 1 << 16:
        raise UserError(f"{adapter / 'adapter_config.json'} is damaged: r is not a rank; copy it again.")
    return next((size for size in (8, 16, 32, 64, 128, 256, 320, 512) if size >= rank), rank)


def cpu_environment() -> dict[str, str]:
    """In process, one OpenMP thread bound to each core that nothing else keeps busy; a setting of the user's own is kept.

    Threads that wait for each other spin, which is fastest on cores of their own. Beside other work each wait can take a
    time slice: there they are fewer, at least one, and sleep (docs/engines.md has the measurements).
    """
    mine, busy = cores(), busy_cores() or 0.0
    free = mine[: max(1, len(mine) - ceil(busy - SOME_WORK))]
    wanted = {
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_CPU_OMP_THREADS_BIND": ",".join(str(core) for core in free),
        "OMP_NUM_THREADS": str(len(free)),
        **({"OMP_WAIT_POLICY": "passive"} if busy >= SOME_WORK else {}),
    }
    return {name: os.environ.get(name, value) for name, value in wanted.items()}


def quiet_environment() -> dict[str, str]:
    """No telemetry, no banners; a setting of the user's own is kept."""
    wanted = {"VLLM_NO_USAGE_STATS": "1", "TOKENIZERS_PARALLELISM": "false"}
    return {name: os.environ.get(name, value) for name, value in wanted.items()}


def _response(output: Any, sent: InFlight) -> Response:
    reply = output.outputs[0]
    reasons = {"stop": "stop", "length": "length", "repetition": "repetition"}
    finish = reasons.get(reply.finish_reason)
    return Response(
        key=sent.request.key,
        raw=reply.text,
        finish_reason=finish or "error",  # type: ignore[arg-type]
        prompt_tokens=len(output.prompt_token_ids or ()),
        completion_tokens=len(reply.token_ids),
        latency=time.monotonic() - sent.submitted,
        error=None if finish else f"the engine ended this request with {reply.finish_reason!r}",
    )


def reason(error: object) -> str:
    """What is wrong, or where that can be read: of an engine in a process of its own vLLM only says that it failed."""
    if "root cause" in (text := first_line(error)):
        return "its engine process failed, and engine.log in the run's directory says why."
    return text


def first_line(error: object) -> str:
    """The sentence of an error, or of its text: pydantic and vLLM put theirs on the first or second line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return lines[1] if len(lines) > 1 and "validation error" in lines[0] else lines[0]
