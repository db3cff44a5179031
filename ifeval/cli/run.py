"""`ifeval run`: probe a checkpoint with tasks and print the score card."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.arguments import Cases, Data, TaskPath, chosen_tasks, data_paths, pairs, parallel_sizes, reply_seconds
from ifeval.util.lists import names


def run(
    model: Annotated[
        str,
        typer.Option(
            help="Checkpoint directory, hub id, .gguf file, package:NAME, scripted:NAME, replay:PATH, or a server's model name."
        ),
    ],
    tasks: Annotated[
        str | None,
        typer.Option(
            help="Tasks and suites, separated by commas; a .toml file of your own suites. [default: core, or none with --cases]"
        ),
    ] = None,
    cases: Cases = None,
    out: Annotated[Path | None, typer.Option(help="Run directory. [default: runs/<model>-<hash>]")] = None,
    limit: Annotated[int | None, typer.Option(help="At most this many samples per task.")] = None,
    shard: Annotated[
        str | None, typer.Option(help="i/n: only this share of the samples; `ifeval merge` puts shards together.")
    ] = None,
    repeat: Annotated[int, typer.Option(help="Replies per sample.")] = 1,
    seed: Annotated[int | None, typer.Option(help="Seed of samples and sampling. [default: each task's own]")] = None,
    data: Data = None,
    task_path: TaskPath = None,
    max_tokens: Annotated[
        int | None, typer.Option(help="At most this many new tokens per reply. [default: each task's own]")
    ] = None,
    sampling: Annotated[
        str,
        typer.Option(
            help="model (the values of its generation config), greedy, or auto: model if it thinks, else greedy."
        ),
    ] = "auto",
    temperature: Annotated[float, typer.Option(help="Sampling temperature; 0 is greedy.")] = 0.0,
    top_p: Annotated[
        float, typer.Option(help="Sample among the likeliest tokens that make up this probability.")
    ] = 1.0,
    top_k: Annotated[int, typer.Option(help="Sample among the k likeliest tokens; 0 for all.")] = 0,
    system: Annotated[str | None, typer.Option(help="A system prompt for every sample.")] = None,
    chat_template: Annotated[
        str | None, typer.Option(help="A template in place of the model's own: plain, chatml, or a file.")
    ] = None,
    thinking_budget: Annotated[
        int | None,
        typer.Option(
            help="Tokens for thinking, in addition to the answer's; 0 turns thinking off. [default: 4096 if the model thinks]"
        ),
    ] = None,
    template_arg: Annotated[list[str] | None, typer.Option(help="k=v for the chat template. Repeatable.")] = None,
    reasoning: Annotated[
        str, typer.Option(help="auto (from the chat template), none, or one of vLLM's reasoning parsers.")
    ] = "auto",
    tool_dialect: Annotated[
        str | None, typer.Option(help="How tool calls are written. [default: from the chat template]")
    ] = None,
    constrain: Annotated[
        bool, typer.Option(help="Ask each sample that has a schema again with constrained decoding.")
    ] = False,
    seen: Annotated[
        str | None, typer.Option(help="Task clusters the model was trained on. [default: the checkpoint's record]")
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, vllm, transformers, ray, or package.module:Class.")] = "auto",
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
    request_timeout: Annotated[
        float | None, typer.Option(help="Seconds a server may take for one reply. [default: 600]")
    ] = None,
    log: Annotated[
        list[str] | None,
        typer.Option(help="Write the scores into wandb, mlflow or trackio too, where it is installed. Repeatable."),
    ] = None,
    cache: Annotated[bool, typer.Option(help="Reuse replies of earlier runs of the same content.")] = True,
    trust_remote_code: Annotated[bool, typer.Option(help="Let the checkpoint run code of its own.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, nothing else.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show the first prompt as the model sees it.")
    ] = False,
) -> None:
    """Probe a checkpoint with tasks; the same command resumes what was interrupted."""
    from ifeval.cli.progress import observer
    from ifeval.cli.scorecard import print_run
    from ifeval.interop.export_trackers import log_run
    from ifeval.runs.options import RunOptions
    from ifeval.runs.pipeline import run as run_pipeline
    from ifeval.runs.run import load_run, require_answered
    from ifeval.runs.shards import parse_shard
    from ifeval.runs.trackers import require_trackers

    trackers = names(*log or ())
    require_trackers("--log", trackers)
    options = RunOptions(
        model=model,
        tasks=chosen_tasks(tasks, cases),
        cases=tuple(cases or ()),
        out=out,
        engine=engine,
        adapter=adapter,
        base_urls=names(*base_url or ()),
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
        chat_template=chat_template,
        sampling=sampling,
        thinking_budget=thinking_budget,
        template_args=pairs("--template-arg", template_arg or []),
        tool_dialect=tool_dialect,
        reasoning=reasoning,
        constrain=constrain,
        seen=names(seen),
        cache=cache,
        trust_remote_code=trust_remote_code,
        engine_args=pairs("--engine-arg", engine_arg or [])
        | parallel_sizes(tp, pp, dp)
        | reply_seconds(request_timeout, base_url),
        ray_address=ray_address,
    )
    with observer(quiet=json, verbose=verbose) as watching:
        directory = run_pipeline(options, watching)
    print_run(directory, json=json)
    finished = load_run(directory)
    log_run(finished, trackers)
    require_answered(finished)
