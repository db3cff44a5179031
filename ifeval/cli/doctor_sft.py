"""`ifeval doctor --sft`: what a training would take on this machine, before anything is loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ifeval.errors import UserError

if TYPE_CHECKING:
    from ifeval.finetuning.options import SftOptions
    from ifeval.finetuning.training.arithmetic import Architecture

GIB = 2**30
REACHED = {"cuda": 0.4, "bf16": 0.15, "fp32": 0.5}
"""Share of a large matrix product's speed that a training reaches: on a GPU, and on a CPU in either precision.

Of one H100 in bf16, from published rates of LoRA on 8B models; of a CPU, measured on SmolLM2-135M (docs/sft.md)."""


def options_from(arguments: Sequence[str]) -> "SftOptions":
    """The options that `ifeval sft` would have with these arguments; it needs no --data and no --out here."""
    import typer

    from ifeval.cli import sft
    from ifeval.cli.sft import sft_options

    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command("sft")(sft.sft)
    given = list(arguments)
    needed = [] if any(one.partition("=")[0] in ("--data", "--config") for one in given) else ["--data", "none"]
    try:
        context = typer.main.get_command(app).make_context("ifeval sft", [*given, *needed])
    except Exception as error:
        words = getattr(error, "format_message", error.__str__)()
        raise UserError(f"ifeval sft: {words}") from None
    options = sft_options({**context.params, "out": context.params["out"] or "none"})
    options.check()
    return options


def sft_lines(arguments: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """What the training takes and whether that fits; what would fit where it does not; how fast it may be."""
    from ifeval.cli.sft import prepare_process

    prepare_process()
    import torch

    from ifeval.finetuning.training.arithmetic import operations
    from ifeval.finetuning.training.memory import free_memory
    from ifeval.finetuning.training.network import asked_precision, choose_precision, device_of_machine

    options = options_from(arguments)
    device = device_of_machine()
    computing = choose_precision(asked_precision(options), device)
    free = free_memory(device)
    architecture = architecture_of(options.model)
    kept, needed = needs(architecture, options, computing is torch.bfloat16, free, device.type == "cuda")
    yield (
        True,
        f"training {options.model}: {architecture.parameters / 1e9:.2f}B parameters, weights in {kept}, computed in "
        f"{'bf16' if computing else 'fp32'}, rows of {options.max_length} tokens, {options.rows} at once",
    )
    parts = ", ".join(f"{name} {size / GIB:.1f}" for name, size in needed.parts())
    yield needed.total <= free, f"memory: {needed.total / GIB:.1f} GiB of {free / GIB:.1f} free ({parts})"
    if needed.total > free:
        yield True, remedy(architecture, options, computing is torch.bfloat16, free, device.type == "cuda")
    speed = matrix_speed(device, computing or torch.float32)
    share = REACHED["cuda" if device.type == "cuda" else "bf16" if computing else "fp32"]
    rate = share * speed / operations(architecture, options)
    yield (
        True,
        f"speed: about {rate:,.0f} tokens per second ({share:.0%} of this machine's matrix products; an estimate)",
    )


def architecture_of(model: str) -> "Architecture":
    """From the config of a checkpoint. Raises UserError where there is none that transformers knows."""
    from transformers import AutoConfig

    from ifeval.finetuning.training.arithmetic import Architecture
    from ifeval.models.resolve import resolve

    path = Path(model) if (Path(model) / "config.json").is_file() else resolve(model).path
    try:
        return Architecture.of(AutoConfig.from_pretrained(str(path)))
    except (ValueError, OSError, KeyError) as error:
        raise UserError(f"transformers cannot read the config of {model}: {str(error).splitlines()[0]}") from None


def needs(architecture: "Architecture", options: "SftOptions", lower: bool, free: int, gpu: bool) -> tuple[str, Any]:
    """The dtype that weights are kept in, and the memory that the training takes."""
    import torch

    from ifeval.finetuning.training.arithmetic import memory
    from ifeval.finetuning.training.loss import CHUNK, GPU_CHUNK
    from ifeval.finetuning.training.memory import choose_kept
    from ifeval.finetuning.training.rounding import CHUNK as UPDATED

    computing = torch.bfloat16 if lower else None
    kept: Any = choose_kept(options.weights, architecture.parameters, bool(options.lora), computing, free)
    update = 40 * UPDATED if kept == "bf16" and not options.lora else 0
    return kept, memory(architecture, options, kept, lower, GPU_CHUNK if gpu else CHUNK, update)


def remedy(architecture: "Architecture", options: "SftOptions", lower: bool, free: int, gpu: bool) -> str:
    """The mildest change of the settings that fits."""
    fewer: list[tuple[str, str, dict[str, Any]]] = [
        ("--weights", " bf16", {"weights": "bf16"}),
        ("--lora", " 16", {"lora": 16, "weights": "auto"}),
    ]
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("--gradient-checkpointing", "", {"gradient_checkpointing": True}),
        ("--rows", " 1", {"rows": 1}),
        *([] if options.lora else fewer),
        ("--weights", " 4bit", {"weights": "4bit"}),
    ]
    flags: dict[str, str] = {}
    for flag, value, change in steps:
        changed = replace(options, **change)
        if changed == options or (flag == "--weights" and not lower):
            continue
        options = changed
        flags[flag] = value
        needed = needs(architecture, options, lower, free, gpu)[1].total
        said = " ".join(name + given for name, given in flags.items())
        if needed <= free:
            return f"it fits with {said} ({needed / GIB:.1f} GiB)"
    return f"it does not fit with {said} either; take a smaller --max-length or a larger device"


def matrix_speed(device: Any, dtype: Any) -> float:
    """Floating-point operations per second of a large matrix product."""
    import torch

    from ifeval.finetuning.training.network import multiply_seconds

    if device.type != "cuda":
        return 2 * 1024**3 / multiply_seconds(dtype)
    size, times = 8192, 5
    left = torch.randn(size, size, device=device, dtype=dtype)
    left @ left
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(times):
        left @ left
    end.record()
    torch.cuda.synchronize()
    return times * 2 * size**3 / (begin.elapsed_time(end) / 1000)
