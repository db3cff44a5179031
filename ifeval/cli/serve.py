"""`ifeval serve`: one warm engine that several runs share."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ifeval.cli.arguments import pairs, parallel_sizes

if TYPE_CHECKING:
    from ifeval.models.resolve import Model


def serve(
    model: Annotated[str, typer.Option(help="Checkpoint directory, hub id, .gguf file or package:NAME.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    adapter: Annotated[str | None, typer.Option(help="A PEFT LoRA adapter on top of --model.")] = None,
    tp: Annotated[str | None, typer.Option(help="GPUs that share each layer: a number, or auto.")] = None,
    pp: Annotated[int | None, typer.Option(help="GPUs the layers are spread over.")] = None,
    dp: Annotated[int | None, typer.Option(help="Replicas of the model (data parallel).")] = None,
    chat_template: Annotated[
        str | None, typer.Option(help="A template in place of the model's own: plain, chatml, or a file.")
    ] = None,
    engine_arg: Annotated[list[str] | None, typer.Option(help="k=v for vLLM's engine. Repeatable.")] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the checkpoint run code of its own.")] = False,
    log: Annotated[Path | None, typer.Option(help="The server's output. [default: in the cache folder]")] = None,
) -> None:
    """Serve a checkpoint with vLLM until interrupted, and print the URL once the server is healthy."""
    from ifeval.engines.vllm_server import free_port, serving
    from ifeval.models.resolve import resolve
    from ifeval.util.files import cache_root

    found = resolve(model, adapter=adapter, trust_remote_code=trust_remote_code, chat_template=chat_template)
    port = port or free_port()
    arguments = pairs("--engine-arg", engine_arg or []) | parallel_sizes(tp, pp, dp)
    if trust_remote_code:
        arguments["trust_remote_code"] = True
    with serving(found, port, log or cache_root() / f"serve-{port}.log", arguments) as server:
        print(f"{found.name} is served at {server.url}", flush=True)
        print(f"ifeval run --model {found.name} --base-url {server.url}{words(found)}", flush=True)
        with suppress(KeyboardInterrupt):  # the usual way to end it
            server.wait()


def words(model: "Model") -> str:
    """A template that knows no tools would hide them: the run has to describe them."""
    from ifeval.models.probe import profile_of

    profile = profile_of(model.chat_template, model.tokens, model.special, model.tool_template)
    return "" if profile.tools else " --tool-dialect hermes"
