"""Conversations as `ifeval show` and the report tell them."""

from pathlib import Path

from ifeval.cli.show import describe
from ifeval.report.failures import collect
from ifeval.report.html import write_report
from ifeval.report.panels import score_card
from ifeval.runs.run import load_run
from tests.conversations.played import Late, cut, rows_of, run_with


def test_a_conversation_is_shown_turn_by_turn_with_what_failed_where(tmp_path: Path) -> None:
    run = load_run(run_with(Late(reply=cut(2, raw="something else\x1b[2J")), tmp_path / "run", "talk", "talk-counter"))
    rows = rows_of(run.path)
    for row in rows.values():
        for response in (row["response"], *(turn["response"] for turn in row["turns"])):
            response["latency"] = 0.0
    shown = list(describe(rows["talk", "3", 0]))
    assert shown[1:6] == [
        "1 user: Say: word0x3x0",
        "1 assistant (1 token, 0.0 s): word0x3x0",
        "  ok   turn 1: words: said 'word0x3x0', wanted 'word0x3x0'",
        "2 user: And: word0x3x1",
        "2 assistant (0 tokens, 0.0 s): something else\\x1b[2J",
    ]
    assert shown[6].startswith("  FAIL turn 2: words: ")
    assert "ended   done; 4 replies, 0 calls" in "\n".join(shown)
    counted = list(describe(rows["talk-counter", "1", 0]))
    assert [line.split(" (")[0].split(":")[0] for line in counted[1:7]] == [
        "1 user", "1 assistant", "1 tool", "1 assistant", "1 tool", "1 assistant",
    ]  # fmt: skip
    assert "ended   done; 3 replies, 2 calls" in "\n".join(counted)
    assert counted[-1] == "  ok   total: total 2, wanted 2"


def test_the_report_reads_a_conversation_from_its_first_reply_on(tmp_path: Path) -> None:
    run = load_run(run_with(Late(reply=cut(2)), tmp_path / "run", "talk"))
    (item,) = collect([run], 10).items
    assert [turn["role"] for turn in item["turns"]] == ["user"]
    (side,) = item["sides"]
    assert [said["role"] for said in side["talk"]] == [
        f"{turn} {who}" for turn in (1, 2, 3, 4) for who in ("user", "assistant")
    ][1:]
    assert [len(said["failed"]) for said in side["talk"]] == [0, 0, 1, 0, 0, 0, 0]
    assert (side["ended"], side["replies"]) == ("done", 4)


def test_the_report_says_beside_the_score_what_conversations_took_and_how_they_ended(tmp_path: Path) -> None:
    names = ("talk", "talk-counter", "tiny-copy")
    calm = load_run(run_with(Late(), tmp_path / "calm", *names, cache=False))
    spoilt = load_run(run_with(Late(reply=cut(2, finish_reason="length")), tmp_path / "run", *names, cache=False))
    talk, counter, copy = (panel.conversations for panel in score_card([calm.summary, spoilt.summary]))
    assert talk.startswith("One conversation on average: 2.5 / 2.4 replies, 0.0 / 0.0 calls, 5 / 5 tokens, ")
    assert talk.endswith(" seconds. Ended: done 24 / 23, cut 0 / 1.")
    assert "calls" in counter
    assert copy == ""
    write_report([calm, spoilt], tmp_path / "report.html")
    assert "Ended: done 24 / 23, cut 0 / 1." in (tmp_path / "report.html").read_text()
