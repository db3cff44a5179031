"""docs/coming-from.md: every command of ours is one that the program takes."""

import re
import shlex

import pytest

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
