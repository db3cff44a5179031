"""The task multi_if: replies fed back, each turn judged by all rules so far, the published averages."""

from pathlib import Path

import pytest

import ifeval
from ifeval.checks.multi_if.conversations import read_conversations
from ifeval.errors import UserError
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.runs.directory import to_row
from ifeval.util.jsonio import dumps, read_jsonl

KIND = discover()["multi_if"]
SUMS = {"turn_1": (194 / 300, 216 / 300), "turn_2": (57 / 300, 78 / 300), "turn_3": (16 / 296, 20 / 296)}
"""Official shares of prompts followed strictly and loosely; a random verdict may move one of them a little."""


def reply(text: str) -> Response:
    return Response("k", text, "stop", answer=text)


@pytest.fixture
def data(golden: Path) -> Path:
    return golden / "multi_if" / "multi_if_en.jsonl"


def test_the_models_own_replies_are_fed_back(data: Path) -> None:
    task = KIND(data)
    sample = next(task.samples(0))
    assert [message["role"] for message in sample.messages] == ["user"]
    second = task.follow(sample, [reply("one"), reply("")])
    assert [message["role"] for message in second.messages] == ["user", "assistant", "user", "assistant", "user"]
    assert [message["content"] for message in second.messages if message["role"] == "assistant"] == ["one", ""]
    assert task.follow(sample, [reply("one")] * 3) is None
    score = task.score_turns(sample, [reply("what are they doing?")])
    assert score.metrics["turn_1_prompt_strict"] == 1
    assert score.metrics["turn_2_prompt_strict"] == 0, "a turn that was never reached follows nothing"
    assert score.metrics["prompt_strict"] == pytest.approx(1 / 3)


def test_replayed_replies_get_the_official_averages(
    golden: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: replies of a script, fed back, journalled, scored and summed up."""
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    given = {row["key"]: row["responses"] for row in read_jsonl(golden / "multi_if" / "responses_replayed.jsonl")}
    conversations = [one for one in read_conversations(data) if one.key in given]
    chosen = tmp_path / "chosen.jsonl"
    chosen.write_bytes(b"\n".join(dumps(row) for row in read_jsonl(data) if row["key"] in given))
    stored = tmp_path / "stored"
    stored.mkdir()
    rows = [
        {
            "task": "multi_if",
            "sample_id": one.key,
            "repeat": 0,
            "messages": one.messages(given[one.key][: len(one.turns) - 1]),
            "turns": [
                {"at": 2 * turn + 1, "response": {"raw": text, "error": None}}
                for turn, text in enumerate(given[one.key][: len(one.turns)])
            ],
        }
        for one in conversations
    ]
    (stored / "samples.jsonl").write_bytes(b"\n".join(map(dumps, rows)))
    run = ifeval.evaluate(
        f"replay:{stored}", tasks="multi_if", data=chosen, out=tmp_path / "run", progress=False, reasoning="none"
    )
    report = run.summary["tasks"]["multi_if"]["report"]["multi_if"]
    assert [report[turn]["conversations"] for turn in SUMS] == [300, 300, 296]
    for turn, (strict, loose) in SUMS.items():
        assert report[turn]["prompt_strict"] == pytest.approx(strict, abs=0.02)
        assert report[turn]["prompt_loose"] == pytest.approx(loose, abs=0.02)
    assert run.summary["tasks"]["multi_if"]["metrics"]["turn_2_prompt_strict"]["value"] == pytest.approx(
        report["turn_2"]["prompt_strict"]
    )
    assert run.summary["tasks"]["multi_if"]["conversations"]["ended"] == {"done": 300}, "blank replies end nothing"
    assert len(to_row(next(iter(run.rows()))).turns) == 3


def test_without_data_it_says_where_to_get_it() -> None:
    with pytest.raises(UserError, match=r"non-commercial.*ifeval data fetch multi_if"):
        next(KIND().samples(0))
