"""What writing the checkpoint needs, tried before the first step: a training must not end in an error known at its start."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.prepare import Prepared
from ifeval.finetuning.training.export import check_prompts, copy_processor, mend_generation, stop_ids, unwritable


def rehearse(
    network: Any, data: Prepared, options: SftOptions, place: Path, parameters: int | None, epochs: int = 0
) -> None:
    """Write everything but the weights to a folder in `place`, and see that the weights have room there.

    A generation config that contradicts itself is fixed (see `mend_generation`). Raises UserError where the checkpoint
    could not be written or would not be read again as it was.
    """
    mend_generation(network.generation_config)
    network.generation_config.eos_token_id = stop_ids(network, data)
    data.tokenizer.chat_template = data.template
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place, prefix="rehearsal-") as name:
            folder = Path(name)
            network.config.save_pretrained(folder)
            network.generation_config.save_pretrained(folder)
            data.tokenizer.save_pretrained(folder)
            copy_processor(data.base, folder)
            check_prompts(folder, data)
    except OSError as error:
        raise unwritable(place, error) from error
    except ValueError as error:
        words = " ".join(str(error).split())[:300]
        raise UserError(
            f"The checkpoint could not be written at the end: {words}; fix the files of {options.model}."
        ) from None
    check_room(options, place, parameters, epochs)


def check_room(options: SftOptions, place: Path, parameters: int | None, epochs: int = 0) -> None:
    """Raise UserError where the disk has no room for the checkpoint in bf16, and for the states of a full training and the checkpoints of `epochs`.

    A state holds weights and two moments in fp32, and the one before it goes only when it is whole.
    """
    if not parameters:
        return
    states = 2 * 12 * parameters if options.save_every and not options.lora else 0
    checkpoints = 2 * parameters * ((2 if options.eval_tasks else 1) + (epochs if options.save_epochs else 0))
    free = shutil.disk_usage(place).free
    if free < states + checkpoints:
        raise UserError(
            f"{place} has {free / 2**30:.1f} GiB free, the checkpoint takes {checkpoints / 2**30:.1f} and the saved states "
            f"up to {states / 2**30:.1f}; make room, or save no states with --save-every 0."
        )
