"""vLLM on a Ray cluster: Ray Data's own LLM processor, one engine per replica, replies handed on batch by batch.

Ray places the replicas, restarts one that died and gives its rows to the others. Ray Data has no checkpoint that would
protect a run; the journal of the run does, as for every engine.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, redirect_stdout
from importlib.metadata import version
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any, Literal

from ifeval.engines.base import Workload, failed, take
from ifeval.engines.machine import available_memory, cores
from ifeval.engines.parent_death import OWNER
from ifeval.engines.vllm import (
    common_settings,
    cpu_settings,
    enforced_schema,
    first_line,
    kv_cache_bytes,
    parallel_settings,
    quiet_environment,
    sampling_arguments,
    stop_texts,
)
from ifeval.engines.vllm_versions import require_supported, vllm_version
from ifeval.errors import UserError
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.resolve import Model
from ifeval.records import Request, Response
from ifeval.util.jsonio import loads

ROWS = 16
"""Rows of a batch. A batch comes back when its last reply is done, and is what a replica that dies has to do again."""

GPU_SEQUENCES = 1024
"""The most sequences vLLM runs at once by its own defaults (on an H100)."""

REPLY = ("key", "generated_text", "generated_tokens", "num_input_tokens", "time_taken_llm", "__inference_error__")


class RayEngine:
    """`--dp` replicas of a model, each over `--tp` times `--pp` GPUs of a Ray cluster, or on CPU cores without one.

    address: of a running cluster, "auto" for the one of this machine; None starts one here for this run alone.
    """

    name = "ray"

    def __init__(
        self,
        model: Model,
        chat: Chat,
        engine_args: Mapping[str, Any] | None = None,
        trust_remote_code: bool = False,
        address: str | None = None,
    ) -> None:
        self.version = f"{vllm_version()}, ray {version('ray')}"
        self.tokens = 0
        self._model = model
        self._chat = chat
        self._arguments: dict[str, Any] = {"trust_remote_code": trust_remote_code, **(engine_args or {})}
        self._address = address or os.environ.get("RAY_ADDRESS")
        self._open = ExitStack()
        self._settings: dict[str, Any] = {}

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._settings

    def load(self, workload: Workload) -> None:
        """Join or start the cluster and plan the replicas. They load while the first replies are waited for."""
        require_supported()
        for name, value in ray_environment(self._address).items():
            os.environ.setdefault(name, value)
        import ray
        from transformers import AutoTokenizer

        if not ray.is_initialized():
            join(self._address)
            self._open.callback(ray.shutdown)
            self._open.enter_context(redirect_stdout(sys.stderr))  # where Ray tells of workers that died
        resources = ray.cluster_resources()
        self._settings = replica_settings(self._model, workload, self._arguments, resources)
        tokenizer = AutoTokenizer.from_pretrained(
            str(self._model.path), trust_remote_code=self._arguments["trust_remote_code"]
        )
        self._writer = PromptWriter(tokenizer, self._chat)
        self._ends = {tokenizer.eos_token_id, *end_tokens(self._model)}
        self._processor = processor(str(self._model.path), self._settings, resources)

    def preview(self, request: Request) -> str:
        return self._writer.text(request.sample)

    def generate(self, requests: Iterable[Request | None]) -> Generator[Response, None, None]:
        """In rounds: all that can be asked at present, then what the replies to it have led to."""
        source = iter(requests)
        while asked := take(source, sys.maxsize):
            yield from self._round(asked)

    def _round(self, requests: list[Request]) -> Iterator[Response]:
        """All prompts are rendered first: Ray Data needs its rows at the start. They wait in Ray's object store."""
        waiting: dict[str, Request] = {}
        refused: list[Response] = []
        rows = self._rows(requests, waiting, refused)
        blocks = [_stored(block) for block in iter(lambda: list(islice(rows, ROWS)), [])]
        yield from refused
        if blocks:
            for row in self._processed(blocks):
                if request := waiting.pop(row["key"], None):
                    response = self._response(request, row)
                    self.tokens += response.completion_tokens
                    yield response
        for request in waiting.values():
            yield failed(request, "Ray ended without a reply to this request")

    def close(self) -> None:
        self._open.close()

    def _rows(
        self, requests: Iterable[Request], waiting: dict[str, Request], refused: list[Response]
    ) -> Iterator[dict[str, Any]]:
        """A row for every request; those that cannot be rendered go to `refused`, the others to `waiting`."""
        for request in requests:
            try:
                ids = self._writer.ids(request.sample)
            except UserError as error:
                refused.append(failed(request, str(error)))
                continue
            waiting[request.key] = request
            schema = enforced_schema(request)
            row = {
                "key": request.key,
                "tokenized_prompt": ids,
                "sampling_params": {
                    **sampling_arguments(request, self._chat),
                    "structured_outputs": {"json": schema} if schema else None,
                },
            }
            yield row if self._model.adapter is None else {**row, "model": str(self._model.adapter)}

    def _processed(self, blocks: list[Any]) -> Iterator[dict[str, Any]]:
        """The rows of the processor, as their batches finish. Raises UserError where Ray gives up."""
        import ray

        try:
            done = self._processor(ray.data.from_arrow_refs(blocks))
            for batch in done.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                yield from batch.select(REPLY).to_pylist()
        except ray.exceptions.RayError as error:
            raise UserError(f"Ray cannot serve {self._model.name}: {cause(error)}") from error

    def _response(self, request: Request, row: Mapping[str, Any]) -> Response:
        if row["__inference_error__"]:
            return failed(request, first_line(row["__inference_error__"]))
        tokens = row["generated_tokens"]
        stops = stop_texts(request, self._chat)
        return Response(
            key=request.key,
            raw=row["generated_text"],
            finish_reason=finish_reason(tokens, self._ends, stops, self._writer.tokenizer.decode),
            prompt_tokens=row["num_input_tokens"],
            completion_tokens=len(tokens),
            latency=row["time_taken_llm"],
        )


def join(address: str | None) -> None:
    """Connect this process to a cluster, or start one of its own. Raises UserError where none answers."""
    import ray

    quietly: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    at_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        if address:
            ray.init(address=address, **quietly)
        else:
            ray.init(address="local", num_cpus=len(cores()), include_dashboard=False, **quietly)
    except (ConnectionError, ValueError, RuntimeError) as error:
        where = f"--ray-address {address}" if address else "Ray"
        raise UserError(f"{where}: no cluster can be reached: {first_line(error)}") from error
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, at_sigterm)  # Ray's own would end the process without the run's good-bye
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # its errors are raised as well


def ray_environment(address: str | None) -> dict[str, str]:
    """Variables that Ray reads when it is imported.

    A token that the user holds is shown to a cluster from the first question on: Ray 2.60 turns tokens on by itself, but
    only after its connection was refused.
    """
    quiet = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
    named = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    has_token = named or (Path.home() / ".ray" / "auth_token").is_file()
    return {**quiet, "RAY_AUTH_MODE": "token"} if address and has_token else quiet


def replica_settings(
    model: Model, workload: Workload, arguments: Mapping[str, Any], resources: Mapping[str, float]
) -> dict[str, Any]:
    """Settings of one replica's engine, and under `data_parallel_size` how many there are.

    resources: what the cluster has in all. Raises UserError where it cannot hold the replicas.
    """
    gpus = int(resources.get("GPU", 0))
    settings = {**common_settings(model, workload), "disable_log_stats": True}
    replicas = arguments.get("data_parallel_size", 1)
    if not gpus:
        settings |= cpu_settings(model, workload)
        settings["distributed_executor_backend"] = "mp"
        settings["kv_cache_memory_bytes"] = kv_cache_bytes(model, workload, available_memory() // replicas)
    settings |= arguments
    if gpus:
        require_gpus(settings, replicas, gpus)
    else:
        settings |= parallel_settings(model, {**settings, "data_parallel_size": 1}, cuda=False)
    return {**settings, "data_parallel_size": replicas}


def require_gpus(settings: Mapping[str, Any], replicas: int, gpus: int) -> None:
    """Raises UserError where the cluster has too few GPUs: Ray would wait for more of them for ever."""
    tensor, pipeline = settings.get("tensor_parallel_size", 1), settings.get("pipeline_parallel_size", 1)
    if tensor == "auto":
        raise UserError("--tp auto: the GPUs of a Ray cluster are not known beforehand; give a number.")
    if replicas * tensor * pipeline > gpus:
        raise UserError(
            f"--dp {replicas} --tp {tensor} --pp {pipeline} needs {replicas * tensor * pipeline} GPUs; "
            f"the Ray cluster has {gpus}."
        )


def processor(path: str, settings: Mapping[str, Any], resources: Mapping[str, float]) -> Any:
    """Ray Data's processor for token ids, every row answered on its own: a failed one carries its error."""
    from ray.data.llm import build_processor, vLLMEngineProcessorConfig

    engine = dict(settings)
    replicas = engine.pop("data_parallel_size")
    on_cpu = not resources.get("GPU")
    environment = {**quiet_environment(), OWNER: "0"}
    if on_cpu:
        threads = max(1, int(resources["CPU"]) // replicas - 1)  # a core is left to Ray and the engine's own processes
        environment |= {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": str(threads)}
    config = vLLMEngineProcessorConfig(
        model_source=path,
        engine_kwargs=engine,
        concurrency=(replicas, replicas),
        batch_size=ROWS,
        max_concurrent_batches=max(8, ceil(2 * engine.get("max_num_seqs", GPU_SEQUENCES) / ROWS)),
        should_continue_on_error=True,
        log_engine_metrics=False,
        runtime_env={"env_vars": environment},
        placement_group_config={"bundles": [{"CPU": 0.5}]} if on_cpu else None,
        chat_template_stage=False,
        tokenize_stage=False,
        detokenize_stage=False,
    )
    little = {"num_cpus": 0.1}
    return build_processor(config, preprocess_map_kwargs=little, postprocess_map_kwargs=little)


def end_tokens(model: Model) -> set[int]:
    """The ids in `eos_token_id` of a checkpoint's generation_config.json, one or several; none where it has none."""
    assert model.path is not None
    file = model.path / "generation_config.json"
    ids = loads(file.read_bytes()).get("eos_token_id") if file.exists() else None
    return {ids} if isinstance(ids, int) else set(ids or ())


def finish_reason(
    tokens: list[int], ends: Collection[int], stops: Collection[str], decode: Callable[[list[int]], str]
) -> Literal["stop", "length"]:
    """Did a reply end by itself? Ray's processor drops what vLLM says of it, but the reply's tokens tell it too.

    ends: the tokens that end a turn; vLLM leaves the one it met at the end of `tokens`. stops: texts that end a reply,
    which vLLM cuts from its text but not from its tokens.
    """
    if tokens and tokens[-1] in ends:
        return "stop"
    text = decode(tokens) if stops else ""
    return "stop" if any(stop in text for stop in stops) else "length"


def cause(error: BaseException) -> str:
    """The sentence at the bottom of the tracebacks that Ray wraps around an error of a replica."""
    lines = str(error).splitlines()
    last = max((number for number, line in enumerate(lines) if "Error: " in line), default=0)
    return first_line("\n".join(lines[last:]))


def _stored(rows: list[dict[str, Any]]) -> Any:
    """A block of rows in Ray's object store."""
    import pyarrow
    import ray

    return ray.put(pyarrow.Table.from_pylist(rows))
