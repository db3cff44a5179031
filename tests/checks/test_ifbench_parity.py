"""IFBench's checks against the official scorer: its unit cases, and its verdicts on 294 real replies."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifeval.checks import CHECKS
from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.checks.ifeval.data import Prompt, read_prompts
from ifeval.checks.verify import verify
from ifeval.records import Score

ALL_CHECKS = {**CHECKS, **IFBENCH_CHECKS}


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture(scope="module")
def scored(golden: Path) -> list[tuple[Prompt, Score, dict[str, Any]]]:
    """Each answered prompt with our score and the official verdicts."""
    folder = golden / "ifbench"
    replies = {row["prompt"].strip(): row["response"] for row in rows(folder / "sample_output.jsonl")}
    official = {row["key"]: row for row in rows(folder / "golden_sample_output.jsonl")}
    return [
        (prompt, verify(replies[prompt.text.strip()], prompt.instructions, IFBENCH_CHECKS), official[prompt.key])
        for prompt in read_prompts(folder / "IFBench_test.jsonl", IFBENCH_CHECKS)
        if prompt.text.strip() in replies
    ]


def test_there_are_58_instructions_and_the_data_uses_them_all(golden: Path) -> None:
    prompts = list(read_prompts(golden / "ifbench" / "IFBench_test.jsonl", IFBENCH_CHECKS))
    used = {name for prompt in prompts for name, _ in prompt.instructions}
    assert len(prompts) == 300
    assert used == set(IFBENCH_CHECKS)
    assert len(used) == 58


def test_unit_cases(golden: Path) -> None:
    cases = rows(golden / "ifbench" / "golden_unit_cases.jsonl")
    wrong = [
        (case, verdict.reason)
        for case in cases
        if (verdict := ALL_CHECKS[case["instruction_id"]](case["value"], **case["kwargs"])).ok != case["result"]
    ]
    assert len(cases) == 172
    assert not wrong


def test_every_verdict_equals_the_official_one(scored: list[tuple[Prompt, Score, dict[str, Any]]]) -> None:
    wrong = [
        (prompt.key, verdict.name, reading, verdict.reason)
        for prompt, score, official in scored
        for reading, ours in (("strict", score.strict), ("loose", score.loose))
        for verdict, own, theirs in zip(score.checks, ours, official[reading], strict=True)
        if theirs is not None and own != theirs
    ]
    assert not wrong


def test_aggregates(scored: list[tuple[Prompt, Score, dict[str, Any]]]) -> None:
    """Over the prompts, and the instructions, that the official scorer could judge without a part-of-speech tagger."""
    comparable = [score for _, score, official in scored if None not in official["strict"]]
    assert len(comparable) == 287
    assert sum(score.metrics["prompt_strict"] for score in comparable) == 73
    assert sum(score.metrics["prompt_loose"] for score in comparable) == 83
    verdicts = [
        pair
        for _, score, official in scored
        for *pair, theirs in zip(score.strict, score.loose, official["strict"], strict=True)
        if theirs is not None
    ]
    assert len(verdicts) == 328
    assert tuple(map(sum, zip(*verdicts, strict=True))) == (89, 104)


def test_reasons_read_well(scored: list[tuple[Prompt, Score, dict[str, Any]]]) -> None:
    for _, score, _ in scored:
        for verdict in score.checks:
            assert 0 < len(verdict.reason) < 300
            assert "\n" not in verdict.reason
