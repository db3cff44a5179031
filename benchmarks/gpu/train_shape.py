"""`ifeval sft` on a model that exists as a shape alone: random weights are made where it trains, nothing is written.

    python benchmarks/gpu/train_shape.py FOLDER ROWS_JSONL OUT_FOLDER FLAG=VALUE...

FLAG is a field of `SftOptions`. Prints the steps, the choices made and the peak memory as JSON.
"""

import dataclasses
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
import transformers

from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training import loop, setup

STEPS: list[dict[str, Any]] = []
CHOICES: dict[str, Any] = {}


class Trained(Exception):
    """The steps are done; what would follow is writing the checkpoint."""


class Counting:
    """Keeps the steps, and ends the training after the last."""

    def note(self, text: str) -> None: ...

    def phase(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)
        if text.startswith("writing"):
            raise Trained

    def step(self, step: Any) -> None:
        STEPS.append(dataclasses.asdict(step))
        print(
            f"{step.step}: loss {step.loss:.3f}, {step.tokens / step.seconds:,.0f} tokens/s",
            file=sys.stderr,
            flush=True,
        )


def made(path: str, dtype: torch.dtype) -> Any:
    """In place of `from_pretrained`."""
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        return transformers.AutoModelForCausalLM.from_config(transformers.AutoConfig.from_pretrained(path), dtype=dtype)


def noted(*arguments: Any) -> Any:
    ready = setup.set_up(*arguments)
    CHOICES.update(ready.record)
    return ready


def main() -> None:
    model, rows, out, *flags = sys.argv[1:]
    fields = {field.name: field.default for field in dataclasses.fields(SftOptions)}
    given = {name: type_of(fields[name], value) for name, value in (flag.split("=", 1) for flag in flags)}
    transformers.AutoModelForCausalLM.from_pretrained = made
    loop.set_up = noted
    with suppress(Trained):
        loop.train(SftOptions(model=model, data=(rows,), out=Path(out), save_every=0, **given), Counting())
    found: dict[str, Any] = {"steps": STEPS, **CHOICES}
    if torch.cuda.is_available():
        found |= {"peak_bytes": torch.cuda.max_memory_allocated(), "reserved_bytes": torch.cuda.max_memory_reserved()}
    print(json.dumps(found))


def type_of(default: Any, value: str) -> Any:
    """A flag's text as the type of its default."""
    if isinstance(default, bool):
        return value == "true"
    return int(value) if default is None or isinstance(default, int) else type(default)(value)


if __name__ == "__main__":
    main()
