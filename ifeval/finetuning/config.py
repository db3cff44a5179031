"""The settings of a training as a file, TOML or YAML: the flags of `ifeval sft` by name, without the dashes before it."""

import json
import shlex
from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.util import tomlio, yamlio

NOT_SETTINGS = ("out", "resume", "push_to_hub")
"""What belongs to one run of a training and not to its settings."""

MOST_BYTES = 1 << 20
"""A larger file is no config."""

MOST_DEPTH, MOST_VALUES = 8, 10_000
"""Levels and values of a YAML file, its aliases written out; a setting is a value or a list of them."""


def read_config(file: Path, known: Collection[str]) -> dict[str, Any]:
    """The settings in `file` by parameter name; a dash in a key is an underscore.

    known: the names that may be set. Raises UserError for a file that cannot be read, and a key that is not known.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UserError(f"--config {file}: a config has at most {MOST_BYTES >> 20} MiB.")
        text = file.read_text(encoding="utf-8")
        found = _parsed(text, file.suffix.lower())
    except OSError as error:
        raise UserError(f"--config {file} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # of either parser, and of the decoder
        raise UserError(f"--config {file}: {' '.join(str(error).split())}.") from None
    if not isinstance(found, Mapping):
        raise UserError(f"--config {file}: write `name = value` lines, one per flag.")
    settings: dict[str, Any] = {}
    for key, value in found.items():
        name = str(key).replace("-", "_")
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else "`ifeval sft --help` lists the flags."
            raise UserError(f"--config {file}: there is no setting {key!r}; {hint}")
        if isinstance(value, Mapping):
            raise UserError(f"--config {file}: {key} is a table; give it as on the command line.")
        if value is not None:
            settings[name] = value
    return settings


def to_toml(options: SftOptions) -> str:
    """The settings as a TOML file that `ifeval sft --config` reads; what is None is left out."""
    values: dict[str, Any] = {entry.name: getattr(options, entry.name) for entry in fields(options)}
    values["template_arg"] = [f"{name}={json.dumps(value)}" for name, value in values.pop("template_args").items()]
    values["eval_args"] = shlex.join(options.eval_args)
    lines = [
        f"{name.replace('_', '-')} = {_toml(value)}"
        for name, value in values.items()
        if name not in NOT_SETTINGS and value is not None
    ]
    return "# ifeval sft --config FILE --out FOLDER\n" + "\n".join(lines) + "\n"


def _parsed(text: str, suffix: str) -> Any:
    if suffix not in (".yaml", ".yml"):
        return tomlio.loads(text)
    return yamlio.loads(text, max_depth=MOST_DEPTH, max_values=MOST_VALUES)


def _toml(value: Any) -> str:
    """A value in TOML, whose strings, numbers and lists are written as in JSON; DEL alone must be escaped too."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
