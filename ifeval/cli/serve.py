"""`ifeval serve`: one warm engine that several runs share."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import pairs, parallel_sizes


def serve(
    model: Annotated[str, typer.Option(help="Checkpoint directory, hub id, .gguf file or package:NAME.")],
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8000,
    adapter: Annotated[str | None, typer.Option(help="A PEFT LoRA adapter on top of --model.")] = None,
    tp: Annotated[str | None, typer.Option(help="GPUs that share each layer: a number, or auto.")] = None,
    pp: Annotated[int | None, typer.Option(help="GPUs the layers are spread over.")] = None,
    dp: Annotated[int | None, typer.Option(help="Replicas of the model (data parallel).")] = None,
    engine_arg: Annotated[list[str] | None, typer.Option(help="k=v for vLLM's engine. Repeatable.")] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the checkpoint run code of its own.")] = False,
    log: Annotated[Path | None, typer.Option(help="The server's output. [default: in the cache folder]")] = None,
) -> None:
    """Serve a checkpoint with vLLM until interrupted; prints the URL once it is healthy."""
    from ifeval.engines.vllm_server import free_port, serving
    from ifeval.models.resolve import resolve
    from ifeval.util.files import cache_root

    found = resolve(model, adapter=adapter, trust_remote_code=trust_remote_code)
    port = port or free_port()
    arguments = pairs("--engine-arg", engine_arg or []) | parallel_sizes(tp, pp, dp)
    if trust_remote_code:
        arguments["trust_remote_code"] = True
    with serving(found, port, log or cache_root() / f"serve-{port}.log", arguments) as server:
        print(f"{found.name} is served at {server.url}", flush=True)
        print(f"ifeval run --model {found.name} --base-url {server.url}{words(found.chat_template)}", flush=True)
        with suppress(KeyboardInterrupt):  # the usual way to end it
            server.wait()


def words(chat_template: str | None) -> str:
    """A template that knows no tools would hide them: the run has to describe them."""
    return "" if chat_template and "tools" in chat_template else " --tool-dialect hermes"
