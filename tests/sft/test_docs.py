"""The commands in docs/sft.md exist, with every flag they show."""

import shlex
from pathlib import Path

import pytest
import typer

from ifeval.cli import app
from ifeval.finetuning.config import read_config

DOC = Path(__file__).parents[2] / "docs" / "sft.md"
COMMANDS = [line.strip() for line in DOC.read_text().splitlines() if line.strip().startswith(("ifeval ", "torchrun "))]


@pytest.mark.parametrize("line", COMMANDS)
def test_flags_exist(line: str) -> None:
    command = typer.main.get_command(app)
    if "doctor --sft" in line:  # takes the flags of sft too
        assert command.commands["doctor"].context_settings["ignore_unknown_options"]  # type: ignore[attr-defined]
        line = line.replace("doctor --sft", "sft")
    parts = shlex.split(line.partition("ifeval ")[2])
    while parts and not parts[0].startswith("-") and hasattr(command, "commands"):
        command = command.commands[parts.pop(0)]  # type: ignore[attr-defined]
    known = {flag for parameter in command.params for flag in parameter.opts}
    assert {part for part in parts if part.startswith("--") and " " not in part} <= known


def test_the_config_shown_is_one(tmp_path: Path) -> None:
    block = DOC.read_text().partition("## A file of settings")[2].partition("\n## ")[0]
    lines = [line.strip() for line in block.splitlines() if line.startswith("    ") and " = " in line]
    (tmp_path / "a.toml").write_text("\n".join(lines))
    flags = typer.main.get_command(app).commands["sft"].params  # type: ignore[attr-defined]
    assert len(read_config(tmp_path / "a.toml", {flag.name for flag in flags})) == len(lines) > 3
