"""A Hugging Face checkpoint directory, read without loading it: is it whole, what is in it, can anything serve it.

Only headers and small JSON files are read; torch and transformers are not imported.
"""

import importlib.util
import math
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.models.tokenizer_files import read_json
from ifeval.util import jsonio

Shapes = Mapping[str, tuple[int, ...]]
HEADER_LIMIT = 100_000_000  # bytes; the safetensors format's own bound
LARGEST = 1 << 60
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "spiece.model", "tekken.json", "vocab.json", "vocab.txt")
CONTEXT_LENGTHS = ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length", "seq_length")
KNOWN_NAMES = {  # files in which installed engines list what they can load
    "transformers": (
        "models/auto/auto_mappings.py",
        "models/auto/configuration_auto.py",
        "models/auto/modeling_auto.py",
    ),
    "vllm": ("model_executor/models/registry.py", "transformers_utils/config.py"),
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Facts of a checkpoint directory. `shapes` has no entries where the weights are not in safetensors."""

    architecture: str | None
    context_length: int | None
    shapes: Shapes

    @property
    def parameters(self) -> int | None:
        """Number of stored weights; a tied output layer counts once, packed quantised weights count as stored."""
        return sum(math.prod(shape) for shape in self.shapes.values()) or None


def inspect(folder: Path, trust_remote_code: bool = False) -> Checkpoint:
    """Check that `folder` is a whole checkpoint and read its facts.

    Raises UserError for: no config.json, no or truncated or missing weights, no tokenizer, and an architecture that
    neither transformers nor vLLM (as installed) knows, unless its own code may be run.
    """
    config = _config(folder)
    _check_architecture(folder, config, trust_remote_code)
    shapes = weight_shapes(folder)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES) and not list(folder.glob("*.tiktoken")):
        raise UserError(f"{folder} has no tokenizer ({', '.join(TOKENIZER_FILES[:2])}, ...); copy the model's there.")
    text: dict[str, Any] = config["text_config"] if isinstance(config.get("text_config"), dict) else config
    lengths = [section[key] for section in (text, config) for key in CONTEXT_LENGTHS if _is_size(section.get(key))]
    return Checkpoint(
        architecture=next(iter(_names(config)), None),
        context_length=next(iter(lengths), None),
        shapes=shapes,
    )


def weight_shapes(folder: Path) -> Shapes:
    """Shape by tensor name over all safetensors files that count; empty for older formats.

    Raises UserError where there are no weights, an index names a missing shard, or a file is cut.
    """
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = read_json(index).get("weight_map", {})
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            raise UserError(f"{index} is damaged: its weight_map does not name the files of weights; copy it again.")
        there = {file.name for file in folder.iterdir() if file.is_file()}
        shards = sorted({folder / name for name in names.values()})
        missing = sorted(set(names.values()) - there)
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise UserError(f"{index} names {missing[0]}{more}, which {folder} does not hold; copy the missing shards.")
    else:
        shards = sorted(folder.glob("*.safetensors"))
    if not shards and not any(folder.glob("*.bin")):
        raise UserError(f"{folder} holds no weights (*.safetensors); copy them there or name another directory.")
    return {name: shape for shard in shards for name, shape in _header(shard)}


def check_adapter(folder: Path, base_facts: Checkpoint, base: str) -> None:
    """Raise UserError unless `folder` is a whole LoRA adapter whose matrices fit the weights of the base model.

    Weights are matched from their layer number on, since wrappers name what precedes it differently.
    """
    if not (folder / "adapter_config.json").is_file():
        raise UserError(f"--adapter {folder} has no adapter_config.json, so it is not a PEFT adapter.")
    config = read_json(folder / "adapter_config.json")
    if config.get("peft_type") != "LORA":
        raise UserError(f"--adapter {folder} is of type {config.get('peft_type')}; only LORA adapters can be served.")
    shapes = weight_shapes(folder)
    base_shapes: dict[str, set[tuple[int, ...]]] = {}
    for name, shape in base_facts.shapes.items():
        base_shapes.setdefault(_from_layer(name), set()).add(shape)
    for name, shape in shapes.items() if base_shapes else ():
        module, _, matrix = name.partition(".lora_")
        axis = {"A.weight": 1, "B.weight": 0}.get(matrix)
        if axis is None or "layers." not in module:
            continue
        candidates = base_shapes.get(_from_layer(f"{module}.weight"), set())
        if len(shape) != 2 or not any(len(weight) == 2 and weight[axis] == shape[axis] for weight in candidates):
            raise UserError(
                f"--adapter {folder} does not fit {base} (at {module}); it was trained on "
                f"{config.get('base_model_name_or_path') or 'another model'}: give that as --model."
            )


def _from_layer(name: str) -> str:
    return name[max(name.find("layers."), 0) :]


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / "config.json").is_file():
        if (folder / "adapter_config.json").is_file():
            raise UserError(f"{folder} is a PEFT adapter: give its base model with --model and it with --adapter.")
        raise UserError(
            f"{folder} has no config.json, so it is not a Hugging Face checkpoint; name the folder that has."
        )
    return read_json(folder / "config.json")


def _names(config: dict[str, Any]) -> list[str]:
    """What the checkpoint calls its architecture, the most specific name first."""
    names = config.get("architectures")
    listed = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return listed or [name for name in [config.get("model_type")] if isinstance(name, str)]


def _check_architecture(folder: Path, config: dict[str, Any], trust_remote_code: bool) -> None:
    names = _names(config)
    if not names:
        raise UserError(f"{folder}/config.json names neither architectures nor a model_type; copy the model's own.")
    known = _known_names()
    if trust_remote_code or not known or any(name in known for name in names):
        return
    if config.get("auto_map"):
        raise UserError(f"{folder} needs its own code ({names[0]}): read it, then allow it with --trust-remote-code.")
    raise UserError(
        f"{folder} has the architecture {names[0]!r}, which neither the installed transformers nor vLLM knows; "
        "check config.json or upgrade them."
    )


def _known_names() -> set[str]:
    """Architectures and model types that installed engines list, read from their source: importing takes seconds."""
    found: set[str] = set()
    for package, files in KNOWN_NAMES.items():
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations if spec else None) or ():
            for file in files:
                if Path(root, file).is_file():
                    found.update(re.findall(r'"([\w.-]+)"', Path(root, file).read_text(encoding="utf-8")))
    return found


def _is_size(value: Any) -> bool:
    """A number of something that a machine can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _header(file: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes in a safetensors file, its size checked against what its header promises."""
    size = file.stat().st_size
    with file.open("rb") as handle:
        start = handle.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else HEADER_LIMIT + 1
        if length > HEADER_LIMIT or 8 + length > size:
            raise UserError(f"{file} is truncated or not a safetensors file ({size:,} bytes); copy it again.")
        try:
            header = {
                name: entry for name, entry in jsonio.loads(handle.read(length)).items() if name != "__metadata__"
            }
            if not all(
                _is_size(size) for entry in header.values() for size in (*entry["shape"], *entry["data_offsets"])
            ):
                raise ValueError("sizes that are none")
            promised = 8 + length + max((entry["data_offsets"][1] for entry in header.values()), default=0)
            shapes = [(name, tuple(entry["shape"])) for name, entry in header.items()]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise UserError(f"{file} has a damaged safetensors header; copy it again.") from None
    if size != promised:
        problem = "is truncated" if size < promised else "has surplus bytes"
        raise UserError(f"{file} {problem}: {size:,} bytes where its header promises {promised:,}; copy it again.")
    yield from shapes
