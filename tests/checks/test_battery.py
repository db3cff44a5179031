"""The battery: replies that obey or not, collected where checks had misjudged them. Three may stay wrong, with a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifeval.checks.trying import catalogue, judge

ARGUABLE = {
    # An emoji is no word, so "desk" is the second to last word of a text that ends "desk too! 🙂".
    ("words:words_position", "A desk by the window helps a lot at your desk too! 🙂"),
}
"""Cases that we judge otherwise; docs/instructions.md says why."""


@pytest.fixture(scope="module")
def cases(golden: Path) -> list[dict[str, Any]]:
    file = golden / "checks" / "battery.jsonl"
    if not file.exists():
        pytest.skip("the battery of checks is not there")
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_the_battery(cases: list[dict[str, Any]]) -> None:
    checks, _ = catalogue()
    wrong = {}
    for case in cases:
        result = judge(case["id"], case["arguments"], case["reply"], checks)
        if result.ok != case["want"]:
            wrong[case["id"], case["reply"]] = (case["why"], result.reason)
    assert len(cases) >= 114
    assert wrong.keys() <= ARGUABLE, wrong
    assert len(ARGUABLE) <= 3
