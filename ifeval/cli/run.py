"""`ifeval run`: probe a checkpoint with tasks and print the score card."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ifeval.errors import UserError


def run(
    model: Annotated[
        str,
        typer.Option(
            help="Checkpoint directory, hub id, .gguf file, package:NAME, scripted:NAME, replay:PATH, or a server's model name."
        ),
    ],
    tasks: Annotated[
        str, typer.Option(help="Tasks and suites, separated by commas; a .toml file of your own suites.")
    ] = "core",
    out: Annotated[Path | None, typer.Option(help="Run directory. [default: runs/<model>-<hash>]")] = None,
    limit: Annotated[int | None, typer.Option(help="At most this many samples a task.")] = None,
    shard: Annotated[
        str | None, typer.Option(help="i/n: only this share of the samples; `ifeval merge` puts shards together.")
    ] = None,
    repeat: Annotated[int, typer.Option(help="Replies to each sample.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Seed of samples and sampling. [default: each task's own]")] = None,
    data: Annotated[
        list[str] | None, typer.Option(help="Data of an external task: PATH, or TASK=PATH. Repeatable.")
    ] = None,
    task_path: Annotated[list[Path] | None, typer.Option(help="A folder of plug-ins of your own. Repeatable.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(help="New tokens a reply at most. [default: each task's own]")
    ] = None,
    temperature: Annotated[float, typer.Option(help="0 is greedy.")] = 0.0,
    top_p: Annotated[float, typer.Option(help="Nucleus sampling.")] = 1.0,
    top_k: Annotated[int, typer.Option(help="0 is all.")] = 0,
    system: Annotated[str | None, typer.Option(help="A system prompt put first.")] = None,
    template_arg: Annotated[list[str] | None, typer.Option(help="k=v for the chat template. Repeatable.")] = None,
    reasoning: Annotated[
        str, typer.Option(help="auto (<think> tags), none, or one of vLLM's reasoning parsers.")
    ] = "auto",
    tool_dialect: Annotated[
        str | None, typer.Option(help="How calls are written. [default: from the chat template]")
    ] = None,
    constrain: Annotated[
        bool, typer.Option(help="Ask each sample that has a schema again with constrained decoding.")
    ] = False,
    seen: Annotated[
        str | None, typer.Option(help="Task clusters the model was trained on. [default: the checkpoint's record]")
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, vllm, transformers or ray.")] = "auto",
    engine_arg: Annotated[list[str] | None, typer.Option(help="k=v for vLLM's engine. Repeatable.")] = None,
    tp: Annotated[
        str | None, typer.Option(help="GPUs that share each layer (tensor parallel): a number, or auto.")
    ] = None,
    pp: Annotated[int | None, typer.Option(help="GPUs the layers are spread over (pipeline parallel).")] = None,
    dp: Annotated[
        int | None, typer.Option(help="Replicas of the model (data parallel): with --engine ray, or ifeval serve.")
    ] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(help="The Ray cluster for --engine ray; auto finds this machine's. [default: a new one]"),
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="A PEFT LoRA adapter on top of --model.")] = None,
    base_url: Annotated[
        list[str] | None, typer.Option(help="OpenAI-compatible server; its key comes from OPENAI_API_KEY. Repeatable.")
    ] = None,
    cache: Annotated[bool, typer.Option(help="Reuse replies of earlier runs of the same content.")] = True,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the checkpoint bring code.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, nothing else.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show the first prompt as the model sees it.")
    ] = False,
) -> None:
    """Probe a checkpoint with tasks; the same command resumes what was interrupted."""
    from ifeval.cli.progress import observer
    from ifeval.cli.scorecard import print_run
    from ifeval.runs.options import RunOptions
    from ifeval.runs.pipeline import run as run_pipeline
    from ifeval.runs.shards import parse_shard

    options = RunOptions(
        model=model,
        tasks=tuple(name.strip() for name in tasks.split(",") if name.strip()),
        out=out,
        engine=engine,
        adapter=adapter,
        base_urls=tuple(url for value in base_url or () for url in value.split(",")),
        data=data_paths(data or []),
        task_paths=tuple(task_path or ()),
        limit=limit,
        shard=parse_shard(shard) if shard else None,
        seed=seed,
        repeats=repeat,
        max_tokens=max_tokens,
        temperature=temperature,
        top_p=top_p,
        top_k=top_k,
        system=system,
        template_args=pairs("--template-arg", template_arg or []),
        tool_dialect=tool_dialect,
        reasoning=reasoning,
        constrain=constrain,
        seen=tuple(name.strip() for name in (seen or "").split(",") if name.strip()),
        cache=cache,
        trust_remote_code=trust_remote_code,
        engine_args=pairs("--engine-arg", engine_arg or []) | parallel_sizes(tp, pp, dp),
        ray_address=ray_address,
    )
    with observer(quiet=json, verbose=verbose) as watching:
        directory = run_pipeline(options, watching)
    print_run(directory, json=json)


def data_paths(values: list[str]) -> dict[str, Path]:
    """`--data PATH` and `--data TASK=PATH` by task name; UserError where a path does not exist."""
    paths = {}
    for value in values:
        name, equals, path = value.partition("=")
        task, place = (name, Path(path)) if equals and not Path(value).exists() else ("", Path(value))
        if not place.exists():
            raise UserError(f"--data {value}: there is no {place}.")
        paths[task] = place
    return paths


def parallel_sizes(tp: str | None, pp: int | None, dp: int | None = None) -> dict[str, Any]:
    """vLLM's names for `--tp --pp --dp`; those not given are left out."""
    if tp not in (None, "auto") and not (tp.isdecimal() and int(tp) > 0):
        raise UserError(f"--tp {tp}: give a number of GPUs, or auto.")
    sizes = {"tensor": int(tp) if tp and tp != "auto" else tp, "pipeline": pp, "data": dp}
    for name, size in sizes.items():
        if isinstance(size, int) and size < 1:
            raise UserError(f"--{name[0]}p {size}: give 1 or more.")
    return {f"{name}_parallel_size": size for name, size in sizes.items() if size is not None}


def pairs(flag: str, values: list[str]) -> dict[str, Any]:
    """`k=v` flags as a dict; a value that reads as JSON (true, 3, [1, 2]) is taken as such."""
    from ifeval.util.jsonio import loads

    found: dict[str, Any] = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals or not key:
            raise UserError(f"{flag} {value}: write it as key=value.")
        try:
            found[key.replace("-", "_")] = loads(text)
        except ValueError:
            found[key.replace("-", "_")] = text
    return found
