"""`ifeval sft`: fine-tune a checkpoint on instruction data."""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifeval.cli.sft_progress import watcher
from ifeval.errors import Exit, UserError

if TYPE_CHECKING:
    from ifeval.finetuning.options import SftOptions

CONFIG_CANNOT = ("config", "json", "show_mask", "more")
"""Flags that say what to do, not how to train."""

SPINS = "10000"
"""How often a thread of GNU's OpenMP, torch's on Linux, looks for work before it sleeps, where nothing else runs. A step has
thousands of short parallel loops, and waking a thread takes as long as some of them (docs/sft.md)."""


def _settings(context: typer.Context, file: Path | None) -> Path | None:
    """Take the settings of `--config` as the defaults of the other flags, so that a flag given overrides them."""
    if file is not None:
        from ifeval.finetuning.config import read_config

        flags = {str(flag.name): flag for flag in context.command.params if flag.name not in CONFIG_CANNOT}
        found = read_config(file, set(flags))
        lists = {name: [value] for name, value in found.items() if flags[name].multiple and isinstance(value, str)}
        context.default_map = {**(context.default_map or {}), **found, **lists}
    return file


def sft(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="Checkpoint directory, hub id, .gguf file, or package:NAME.")],
    data: Annotated[
        list[str],
        typer.Option(help="A file, folder, pattern or data set's hub id, as PATH or PATH:WEIGHT. Repeatable."),
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            help="Settings in TOML or YAML, by the names of these flags; flags override.",
            callback=_settings,
            is_eager=True,
        ),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(help="Further data files.", metavar="[DATA]...")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the checkpoint.")] = None,
    method: Annotated[str, typer.Option(help="sft, orpo or dpo on preference pairs, kto on labelled replies.")] = "sft",
    beta: Annotated[float, typer.Option(help="Weight of ORPO's odds ratio, or of DPO's and KTO's divergence.")] = 0.1,
    desirable_weight: Annotated[float, typer.Option(help="Weight of wanted replies, with --method kto.")] = 1.0,
    undesirable_weight: Annotated[float, typer.Option(help="Weight of unwanted replies, with --method kto.")] = 1.0,
    chat_template: Annotated[
        str | None, typer.Option(help="chatml, plain, or a file. [default: the model's, else by its vocabulary]")
    ] = None,
    template_arg: Annotated[
        list[str] | None, typer.Option(help="k=v for the chat template, as in `ifeval run`. Repeatable.")
    ] = None,
    epochs: Annotated[float, typer.Option(help="Passes over the mix; a fraction counts.")] = 1,
    max_steps: Annotated[int | None, typer.Option(help="Optimiser steps, instead of --epochs.")] = None,
    max_length: Annotated[int, typer.Option(help="Tokens per row.")] = 1024,
    batch: Annotated[int, typer.Option(help="Examples per optimiser step, however they are packed.")] = 8,
    batch_tokens: Annotated[
        int | None, typer.Option(help="About how many tokens an optimiser step has, instead of --batch.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Rows of --max-length tokens per forward pass.")] = 1,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Peak learning rate. [default: 1e-4, from 1B parameters on 2e-5, adapters 2e-4]"),
    ] = None,
    warmup: Annotated[float, typer.Option(help="Share of the steps over which the learning rate rises.")] = 0.03,
    lr_scheduler_type: Annotated[
        str, typer.Option(help="How the learning rate goes after that: cosine, linear or constant.")
    ] = "cosine",
    weight_decay: Annotated[float, typer.Option(help="AdamW's weight decay.")] = 0.0,
    clip: Annotated[float, typer.Option(help="Largest gradient norm.")] = 1.0,
    neftune: Annotated[float, typer.Option(help="Noise on embeddings; 5 is usual.")] = 0.0,
    lora: Annotated[int, typer.Option(help="Rank of LoRA adapters; 0 trains all weights.")] = 0,
    lora_alpha: Annotated[
        int | None, typer.Option(help="Adapters count alpha / rank. [default: twice the rank]")
    ] = None,
    lora_dropout: Annotated[float, typer.Option(help="Dropout before the adapters.")] = 0.0,
    lora_target_modules: Annotated[
        str, typer.Option(help="Modules that get adapters, such as q_proj,v_proj.")
    ] = "all-linear",
    keep_adapter: Annotated[bool, typer.Option(help="Write the adapter alone instead of merging it.")] = False,
    precision: Annotated[str, typer.Option(help="auto, fp32, or bf16 (autocast over fp32 weights).")] = "auto",
    weights: Annotated[
        str,
        typer.Option(
            help="fp32, bf16 (half the memory, rounded stochastically), 4bit (a base under adapters), or auto: what fits."
        ),
    ] = "auto",
    gradient_checkpointing: Annotated[bool, typer.Option(help="Use less memory, a third slower.")] = False,
    compile: Annotated[bool, typer.Option(help="Compile the model's layers: faster steps after a minute.")] = False,
    liger: Annotated[
        bool, typer.Option(help="Compute the loss with Liger's fused kernel: a GPU, and pip install liger-kernel.")
    ] = False,
    packing: Annotated[
        bool | None,
        typer.Option(
            help="Pack several documents into a row, isolated from each other. [default: where it is faster]",
            show_default=False,
        ),
    ] = None,
    last_turn_only: Annotated[
        bool, typer.Option(help="Train the last reply of each conversation; earlier ones are context.")
    ] = False,
    most_repeats: Annotated[int, typer.Option(help="How often mixing by weight may repeat an example.")] = 4,
    max_bad: Annotated[
        float, typer.Option(help="Leave out malformed rows up to this share; stop if there are more.")
    ] = 0.01,
    max_dropped: Annotated[
        float, typer.Option(help="Do not start if more than this share of the examples would be dropped.")
    ] = 0.1,
    ignore_column: Annotated[
        list[str] | None, typer.Option(help="A column with text that is not to be trained. Repeatable.")
    ] = None,
    map: Annotated[
        list[str] | None, typer.Option(help="COLUMN=MEANING: what a column is, e.g. passage=context. Repeatable.")
    ] = None,
    save_every: Annotated[int, typer.Option(help="Steps between saved states; 0 for none.")] = 50,
    save_epochs: Annotated[
        bool, typer.Option(help="Write a checkpoint after each epoch, training/epoch-N below --out.")
    ] = False,
    validation: Annotated[
        str | None,
        typer.Option(help="Rows whose loss is taken and that are not trained on: a file, or a share of the data."),
    ] = None,
    eval_tasks: Annotated[
        str, typer.Option(help="Evaluate checkpoints with these tasks, as in `ifeval run --tasks`, and keep the best.")
    ] = "",
    eval_every: Annotated[
        int,
        typer.Option(
            help="Steps between evaluations and validations; before the first and after the last is always one."
        ),
    ] = 50,
    eval_args: Annotated[str, typer.Option(help="More flags of `ifeval run` for these evaluations, as one text.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of order, mixing and noise.")] = 0,
    log: Annotated[
        list[str] | None,
        typer.Option(help="Draw the curves in wandb, mlflow or trackio too, where it is installed. Repeatable."),
    ] = None,
    push_to_hub: Annotated[
        str | None,
        typer.Option(help="USER/NAME on the Hugging Face hub that gets the checkpoint; made private if new."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            help="Continue from the newest state in --out; `--resume auto` starts afresh where there is none."
        ),
    ] = False,
    show_mask: Annotated[
        int | None, typer.Option(help="Print the N-th training document with what is trained marked, and stop.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the record as JSON, nothing else.")] = False,
) -> None:
    """Fine-tune a checkpoint: response-only loss, packed rows, the model's own chat template."""
    options = sft_options(context.params)
    prepare_process()
    if show_mask is not None:
        print_mask(options, show_mask)
        return
    from ifeval.finetuning.training.export import RECORD
    from ifeval.finetuning.training.loop import STATE, train
    from ifeval.finetuning.training.state import newest

    leads = os.environ.get("RANK", "0") == "0"
    with watcher(quiet=json or not leads) as watch:
        try:
            folder = train(options, watch)
        except KeyboardInterrupt:
            if not leads:
                raise typer.Exit(Exit.INTERRUPTED) from None
            saved = (
                f"its state is saved, --resume --out {options.out} goes on"
                if newest(options.out / STATE)
                else "at once"
            )
            print(f"ifeval: training stopped, {saved}", file=sys.stderr)
            raise typer.Exit(Exit.INTERRUPTED) from None
    if not leads:
        return
    record = (folder / RECORD).read_bytes()
    sys.stdout.write(record.decode() if json else summary(record, folder))


def sft_options(given: Mapping[str, Any]) -> "SftOptions":
    """The options of a training from the parameters of this verb. Raises UserError where --out is missing."""
    from ifeval.cli.arguments import pairs
    from ifeval.finetuning.options import SftOptions

    if given["out"] is None and given["show_mask"] is None:
        raise UserError("--out is missing: say where the checkpoint goes.")
    more = list(given["more"] or ())
    auto = given["resume"] and "auto" in more  # the flag takes no value, so this one stands among the arguments
    if auto:
        more.remove("auto")
    values = {entry.name: given[entry.name] for entry in fields(SftOptions) if entry.name in given}
    values |= {name: tuple(values[name] or ()) for name in ("ignore_column", "map", "log")}
    values |= {
        "data": (*given["data"], *more),
        "out": Path(given["out"] or ""),
        "template_args": pairs("--template-arg", list(given["template_arg"] or ())),
        "eval_args": tuple(shlex.split(given["eval_args"])),
        "resume": "auto" if auto else given["resume"],
    }
    return SftOptions(**values)


def prepare_process() -> None:
    """Settings that count only before torch is imported; raises UserError where it is not installed."""
    from ifeval.engines.machine import SOME_WORK, busy_cores, cores, installed
    from ifeval.finetuning.options import KERNEL_CACHES

    for package in ("torch", "transformers"):
        if not installed(package):
            raise UserError(f"Fine-tuning needs {package}: pip install 'ifeval-harness[sft]'")
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # threads that spin for long starve their neighbours
        if (busy_cores() or 0.0) < SOME_WORK:
            os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    os.environ.setdefault("OMP_NUM_THREADS", str(len(cores())))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for cache in KERNEL_CACHES:
        os.environ.setdefault(cache, "128")


def print_mask(options: "SftOptions", number: int) -> None:
    """The `number`-th document (from 1) on standard output: green on a terminal, between ⟦ and ⟧ elsewhere."""
    from rich.console import Console
    from rich.text import Text

    from ifeval.finetuning.data.mask import marked, runs
    from ifeval.finetuning.prepare import prepare
    from ifeval.models.resolve import resolve

    data = prepare(options, resolve(options.model))
    documents = sorted(data.batches.documents(), key=lambda document: document.place)
    if not 1 <= number <= len(documents):
        raise UserError(f"--show-mask {number}: there are {len(documents)} documents.")
    document = documents[number - 1]
    print(f"{document.place}: {document.trained} of {len(document.ids)} tokens are trained", file=sys.stderr)
    if not sys.stdout.isatty():
        print(marked(data.tokenizer, document))
        return
    coloured = Text()
    for text, trained in runs(data.tokenizer, document):
        coloured.append(text, style="black on green" if trained else "dim")
    Console().print(coloured)


def summary(record: bytes, folder: Path) -> str:
    """What was done, in a few lines."""
    from ifeval.util.jsonio import loads

    said = loads(record)
    counts, training = said["counts"], said["training"]
    lines = [
        f"{counts['documents']} documents, {counts['tokens']:,} tokens, {counts['trained_tokens']:,} of them trained",
        *(f"  left out: {n} x {reason}" for reason, n in counts["dropped"].items()),
        *([f"  shortened: {counts['shortened']}"] if counts["shortened"] else []),
        f"{training['steps']} steps in {training['seconds']:.0f} s, {training['tokens'] / training['seconds']:,.0f} tokens/s, "
        f"{training['precision']}, peak memory {training['peak_memory_bytes'] / 2**30:.1f} GiB",
        f"loss {training['loss'][0][1]:.3f} -> {training['loss'][-1][1]:.3f}",
        *validated(said.get("validation"), folder),
        *evaluated(said.get("evaluation")),
        f"checkpoint: {folder}",
    ]
    return "\n".join(lines) + "\n"


def validated(found: Any, folder: Path) -> Iterator[str]:
    """The validation loss, and where it was lowest: the step, and the checkpoint of the epoch that ends there if one does."""
    if found:
        losses = found["loss"]
        line = f"validation loss {losses[0][1]:.3f} -> {losses[-1][1]:.3f}"
        line += f", lowest {found['best_loss']:.3f} after step {found['best_step']}"
        yield line + (f" ({folder / found['best_checkpoint']})" if found["best_checkpoint"] else "")


def evaluated(found: Any) -> Iterator[str]:
    """The evaluated checkpoints, the kept one marked."""
    for row in found["checkpoints"] if found else ():
        kept = " (kept)" if row["step"] == found["kept_step"] else ""
        failed = "".join(f"; {reason}" for reason in row["failed"])
        yield (
            f"step {row['step']}{kept}: mean {100 * row['mean']:.1f}, stopped {100 * row['stopped']:.1f} %, "
            f"sound {100 * row['sound']:.1f} %{failed}"
        )
    if found and found["warning"]:
        yield f"warning: {found['warning']}"
