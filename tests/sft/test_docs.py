"""The commands in docs/sft.md exist, with every flag they show."""

import shlex
from pathlib import Path

import pytest
import typer

from ifeval.cli import app

DOC = Path(__file__).parents[2] / "docs" / "sft.md"
COMMANDS = [line.strip() for line in DOC.read_text().splitlines() if line.strip().startswith(("ifeval ", "torchrun "))]


@pytest.mark.parametrize("line", COMMANDS)
def test_flags_exist(line: str) -> None:
    command = typer.main.get_command(app)
    parts = shlex.split(line.partition("ifeval ")[2])
    while parts and not parts[0].startswith("-") and hasattr(command, "commands"):
        command = command.commands[parts.pop(0)]  # type: ignore[attr-defined]
    known = {flag for parameter in command.params for flag in parameter.opts}
    assert {part for part in parts if part.startswith("--") and " " not in part} <= known
