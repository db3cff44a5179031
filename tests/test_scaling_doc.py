"""docs/scaling.md: the sizing table is what its benchmark prints, and every command is one that the program takes."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from ifeval.cli import app

ROOT = Path(__file__).resolve().parent.parent


def test_the_sizing_table_is_reproduced() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "sizing.py"], check=True, capture_output=True, text=True
    )
    totals, _, table = done.stdout.partition("\n\n")
    page = (ROOT / "docs" / "scaling.md").read_text()
    assert table.strip() in page
    requests, prompts, replies = (part.split()[0] for part in totals.split(", "))
    assert f"({requests} requests, {prompts} million prompt tokens, {replies} million" in " ".join(page.split())


def commands() -> list[str]:
    """The `ifeval ...` lines of the page's code, comments cut off and variables filled in."""
    page = (ROOT / "docs" / "scaling.md").read_text()
    found = re.findall(r"^(?:    |run: )?(ifeval .*)$", page, re.MULTILINE)
    return [re.sub(r"\$\w+", "1", line.partition(" #")[0]) for line in found]


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_page_is_understood(line: str) -> None:
    _, verb, *words = shlex.split(line)
    parse(verb, words)


def test_the_page_has_its_recipes() -> None:
    recipes = "\n".join(commands())
    assert all(flag in recipes for flag in ("--shard", "--dp", "--engine ray", "--ray-address", "merge", "watch"))


def parse(verb: str, words: list[str]) -> None:
    """Raises a usage error of typer's for a flag that `verb` lacks; what `watch` passes on has to be a flag of `run`."""
    program = typer.main.get_command(app)
    understood = program.commands[verb].make_context(verb, list(words))
    if understood.args:
        parse("run", ["--model", "any", *understood.args])
