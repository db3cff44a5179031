"""docs/coming-from.md: every command of ours is one that the program takes."""

import re
import shlex
from pathlib import Path

import pytest

from ifeval.records import Response
from tests.conftest import ROOT
from tests.test_scaling_doc import parse

PAGE = (ROOT / "docs" / "coming-from.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"^(ifeval .*?)(?: +#.*)?$|`(ifeval [^`]+)`", PAGE, re.MULTILINE)))


@pytest.mark.parametrize("line", [first or second for first, second in COMMANDS])
def test_a_command_of_the_page_is_understood(line: str) -> None:
    _, verb, *words = shlex.split(line)
    if verb in ("gate", "import", "compare", "show", "run", "export", "report", "leaderboard") and words:
        parse(verb, words)


def test_the_page_has_every_kind() -> None:
    from ifeval.interop.importing import READERS

    assert all(f"`{kind}`" in PAGE for kind in READERS)


def test_the_case_beside_a_promptfoo_test_can_be_used(tmp_path: Path) -> None:
    from ifeval.cases import cases_tasks

    case = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("- id"))
    (tmp_path / "page.yaml").write_text(case)
    task = cases_tasks([tmp_path / "page.yaml"])["page"]()
    sample = next(task.samples(0))
    replies = {"The desk closes at 10 pm.": 1.0, "At 22:00, as an AI told me.": 0.0, "Late.": 0.0}
    for reply, passed in replies.items():
        assert task.score(sample, Response("x", reply, "stop", answer=reply)).metrics["passed"] == passed
