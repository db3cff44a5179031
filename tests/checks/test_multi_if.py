"""Multi-IF: every official verdict on replayed conversations, and what its reader takes."""

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from ifeval.checks.multi_if.checks import CHECKS
from ifeval.checks.multi_if.conversations import read_conversations
from ifeval.checks.multi_if.scoring import by_turn, verify_turn
from ifeval.errors import UserError
from ifeval.util.jsonio import read_jsonl

SUMS = {1: (194, 331, 216, 358), 2: (57, 398, 78, 457), 3: (16, 459, 20, 524)}
"""Of each turn: prompts and instructions followed strictly, then loosely; of 300, 300, 296 prompts."""


def test_every_official_verdict(golden: Path) -> None:
    folder = golden / "multi_if"
    conversations = {one.key: one for one in read_conversations(folder / "multi_if_en.jsonl")}
    assert len(conversations) == 909
    assert sum(len(one.turns) == 3 for one in conversations.values()) == 896
    replies = {row["key"]: row["responses"] for row in read_jsonl(folder / "responses_replayed.jsonl")}
    found: dict[int, list[tuple[list[bool], list[bool]]]] = defaultdict(list)
    for row in read_jsonl(folder / "golden_replayed.jsonl"):
        turns = conversations[row["key"]].turns
        for number, (turn, official) in enumerate(zip(turns, row["turns"], strict=True), start=1):
            score = verify_turn(replies[row["key"]][number - 1], turn.instructions)
            unstable = {int(index) for index in official.get("unstable", ())}
            ours = zip(score.strict, score.loose or (), strict=True)
            theirs = zip(official["strict"], official["loose"], strict=True)
            # A random verdict is taken as drawn there, so that the published sums can be compared.
            taken = [b if i in unstable else a for i, (a, b) in enumerate(zip(ours, theirs, strict=True))]
            strict, loose = ([pair[side] for pair in taken] for side in (0, 1))
            assert (strict, loose) == (official["strict"], official["loose"]), (row["key"], number)
            found[number].append((strict, loose))
    sums = {
        number: tuple(sum(kind(pair[side]) for pair in pairs) for side in (0, 1) for kind in (all, sum))
        for number, pairs in found.items()
    }
    assert sums == SUMS


def test_averages_are_those_of_the_turn() -> None:
    two = [("punctuation:no_comma", {}), ("startend:quotation", {})]
    scores = [(1, verify_turn("no comma", two[:1])), (1, verify_turn("a, b", two[:1])), (2, verify_turn("“a”", two))]
    averages = by_turn(scores)
    assert averages["turn_1"] == {
        "prompt_strict": 0.5, "prompt_loose": 0.5, "instruction_strict": 0.5, "instruction_loose": 0.5,
        "mean": 0.5, "conversations": 2,
    }  # fmt: skip
    assert averages["turn_2"]["mean"] == 1


@pytest.mark.parametrize(("reply", "strict"), [("", False), (" \n", True)])
def test_white_space_is_a_reply_and_nothing_is_none(reply: str, strict: bool) -> None:
    score = verify_turn(reply, [("punctuation:no_comma", {})])
    assert score.strict == (strict,)
    assert score.loose == (False,)


@pytest.mark.parametrize(
    ("name", "text", "arguments", "ok"),
    [
        ("startend:quotation", "「はい」", {}, True),
        ("startend:quotation", "“mixed」", {}, False),
        ("length_constraints:number_words", "今天天气很好，我们去公园。", {"num_words": 11, "relation": "at least"}, True),
        ("length_constraints:number_words", "今天天气很好，我们去公园。", {"num_words": 12, "relation": "at least"}, False),
        ("length_constraints:number_words", "one two 三", {"num_words": 3, "relation": "at least"}, True),
        ("length_constraints:number_sentences", "今天天气很好。我们去公园！好吗？", {"num_sentences": 3, "relation": "at least"}, True),
        ("length_constraints:number_sentences", "यह पहला वाक्य है। यह दूसरा वाक्य है।", {"num_sentences": 3, "relation": "less than"}, True),
        ("length_constraints:number_sentences", "यह पहला वाक्य है। यह दूसरा वाक्य है।", {"num_sentences": 2, "relation": "at least"}, True),
    ],
)  # fmt: skip
def test_other_scripts(name: str, text: str, arguments: dict, ok: bool) -> None:
    assert CHECKS[name](text, **arguments).ok is ok


HUB = {
    "key": "1:1:en",
    "language": "English",
    "turn_1_prompt": json.dumps({"role": "user", "content": "Say hello."}),
    "turn_1_instruction_id_list": json.dumps(["punctuation:no_comma"]),
    "turn_1_kwargs": json.dumps(["{}"]),
    "turn_2_prompt": json.dumps({"role": "user", "content": "At least 3 words."}),
    "turn_2_instruction_id_list": json.dumps(["punctuation:no_comma", "length_constraints:number_words"]),
    "turn_2_kwargs": json.dumps(["{}", json.dumps({"relation": "at least", "num_words": 3})]),
    "turn_3_prompt": "",
    "turn_3_instruction_id_list": "",
    "turn_3_kwargs": "",
}


def written(folder: Path, rows: list[dict], suffix: str) -> Path:
    file = folder / f"rows{suffix}"
    if suffix == ".csv":
        with file.open("w", newline="") as lines:
            table = csv.DictWriter(lines, fieldnames=list(HUB))
            table.writeheader()
            table.writerows(rows)
    else:
        file.write_text("\n".join(map(json.dumps, rows)))
    return file


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_the_hubs_file_is_read_as_it_is(tmp_path: Path, suffix: str) -> None:
    written(tmp_path, [HUB, {**HUB, "key": "1:1:fr", "language": "French"}], suffix)
    (conversation,) = read_conversations(tmp_path)
    assert [len(turn.instructions) for turn in conversation.turns] == [1, 2]
    assert conversation.messages([]) == [{"role": "user", "content": "Say hello."}]
    assert conversation.messages(["Hello"]) == [
        {"role": "user", "content": "Say hello."},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "At least 3 words."},
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**HUB, "turn_2_kwargs": "[{"}, "row 1: the columns of turn 2 must hold JSON"),
        ({"key": "a"}, "row 1: 'turns' must be a list"),
        (
            {"key": "a", "turns": [{"prompt": "x", "instruction_id_list": ["none"], "kwargs": [{}]}]},
            "unknown instruction",
        ),
        ({**HUB, "language": "French"}, "no English conversations"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, row: dict, said: str) -> None:
    with pytest.raises(UserError, match=said.replace("[", r"\[")):
        list(read_conversations(written(tmp_path, [row], ".jsonl")))
