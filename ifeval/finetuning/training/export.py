"""The trained model as a checkpoint that any engine serves, and `ifeval_sft.json`, which says where it comes from."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.prepare import Prepared
from ifeval.finetuning.training.merging import merged
from ifeval.models.prompts import PromptWriter
from ifeval.models.tokenizer_files import chat_templates
from ifeval.records import Sample
from ifeval.util.files import write_atomically
from ifeval.util.jsonio import dumps

RECORD = "ifeval_sft.json"
CONFIG = "ifeval_sft.toml"


def write_checkpoint(network: Any, data: Prepared, options: SftOptions, folder: Path) -> float | None:
    """Write `network` to a fresh `folder` in bf16 (adapters merged, or alone with `keep_adapter`), tokenizer and template.

    The network is changed on the way. A tied head is not stored twice, and generation stops at the end-of-turn token.
    Returns the largest relative difference that merging made to a layer's output, None without adapters to merge. Raises
    UserError where it cannot be written, where merging changes the model, and where the written tokenizer makes other
    prompts than training saw.
    """
    merge_error = None
    if options.lora and not options.keep_adapter:
        network, merge_error = merged(network)
    mend_generation(network.generation_config)
    network.generation_config.eos_token_id = stop_ids(network, data)
    data.tokenizer.chat_template = data.template
    shutil.rmtree(folder, ignore_errors=True)
    try:
        network.to(torch.bfloat16).save_pretrained(folder)
        data.tokenizer.save_pretrained(folder)
        copy_processor(data.base, folder)
        check_prompts(folder, data)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise unwritable(folder, error) from error
    return merge_error


def write_epoch(network: Any, data: Prepared, options: SftOptions, folder: Path, epoch: int) -> None:
    """Write the checkpoint after `epoch` epochs (from 1) to `folder`/epoch-N, whole or not at all.

    network: a copy that may be changed, None where this process does not lead. Raises as `write_checkpoint`.
    """
    if network is None:
        return
    partial, target = folder / "epoch.partial", folder / f"epoch-{epoch}"
    write_checkpoint(network, data, options, partial)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


PROCESSOR = ("preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json")


def copy_processor(base: Path | None, folder: Path) -> None:
    """The files that a multimodal base reads pictures by: without them the checkpoint cannot be served."""
    for name in PROCESSOR:
        if base is not None and (base / name).is_file() and not (folder / name).exists():
            write_atomically(folder / name, (base / name).read_bytes())


SAMPLING = ("temperature", "top_p", "top_k", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff")


def mend_generation(config: Any) -> None:
    """Take out what only sampling reads where the config says not to sample: such a config cannot be saved."""
    for name in SAMPLING if not config.do_sample else ():
        if getattr(config, name, None) is not None:
            setattr(config, name, None)


def publish(folder: Path, data: Prepared, out: Path, config: str) -> None:
    """Move the checkpoint in `folder` to `out`, the record last, with the settings `config` as a file that can be run again.

    Raises UserError where that fails.
    """
    try:
        write_atomically(folder / CONFIG, config.encode("utf-8", "replace"))
        write_atomically(folder / RECORD, dumps(data.record, pretty=True) + b"\n")
        for file in sorted(folder.iterdir(), key=lambda file: file.name == RECORD):
            file.replace(out / file.name)
        folder.rmdir()
    except OSError as error:
        raise unwritable(out, error) from error


def unwritable(folder: Path, error: OSError) -> UserError:
    """What the user is told about a folder that could not be written to."""
    return UserError(f"The checkpoint cannot be written to {folder}: {error.strerror or error}.")


def stop_ids(network: Any, data: Prepared) -> list[int]:
    """The ids that end generation: the model's own and the template's end of turn."""
    own = network.generation_config.eos_token_id
    return sorted({data.encoder.end_id, *([own] if isinstance(own, int) else own or [])})


def check_prompts(folder: Path, data: Prepared) -> None:
    """Raise UserError unless the written tokenizer and template make the ids that training saw."""
    from transformers import AutoTokenizer

    template = chat_templates(folder).get("default")
    probe = Sample("probe", [{"role": "user", "content": "Name three  things:\n- 日本\n"}])
    chat = replace(data.encoder.chat, template=template)
    written = PromptWriter(AutoTokenizer.from_pretrained(str(folder)), chat).ids(chat.prepare(probe))
    if template != data.template or written != data.encoder.prompt_ids(probe):
        raise UserError(f"The tokenizer written to {folder} makes other prompts than training used; it was not kept.")
