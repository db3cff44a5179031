"""The audit: decoys that earn something are found, and so are the signs of a training that learnt its reward."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.errors import Exit, UserError
from ifeval.rewards import read_rows
from ifeval.rewards.audit import audit
from ifeval.rewards.hacking import Reply, read_replies, signs
from ifeval.rewards.judging import oracle_text, question
from ifeval.rewards.row import RewardRow
from tests.conftest import ROOT
from tests.rewards.test_judging import Lenient


def test_honest_rewards_pass(written: list[dict]) -> None:
    for found in audit(read_rows(written)):
        assert not [fault for fault in found.faults if "random" not in fault]
        assert found.earned[0].name == "right reply"
        assert found.earned[0].mean == 1
        assert found.spread > 0.8
        kinds = {one.name: one.kind for one in found.earned}
        assert {"empty", "random", "blind", "stuffed", "prompt", "other", "generic 1"} <= kinds.keys()


def test_a_reward_that_pays_decoys_fails(written: list[dict]) -> None:
    cheap = [RewardRow(Lenient(), row.sample) for row in read_rows(written) if row.task.name == "format"]
    (found,) = audit(cheap)
    assert any("the decoy 'blind' earns" in fault for fault in found.faults)
    assert any("'one instruction broken' earns as much as the right reply" in fault for fault in found.faults)
    assert found.spread == 0


def test_the_verb_says_so_and_exits_1(rows_file: Path, tmp_path: Path) -> None:
    right = CliRunner().invoke(app, ["reward", "audit", str(rows_file), "--json"])
    told = json.loads(right.stdout)
    assert right.exit_code == (Exit.REGRESSION if told["faults"] else 0)
    assert [one["task"] for one in told["audit"]] == ["format", "tool_calls", "zero_shot", "structured"]
    shown = CliRunner().invoke(app, ["reward", "audit", str(rows_file), "--shape", "all"])
    assert re.search(r"right reply +8 +1\.000", shown.stdout)
    wrong = CliRunner().invoke(app, ["reward", "audit", str(rows_file), "--shape", "some"])
    assert isinstance(wrong.exception, UserError)


def reply(prompt: str, text: str, reward: float) -> Reply:
    return Reply(prompt, text, reward)


def test_length_that_is_paid_for_is_seen() -> None:
    found = signs([reply(f"p{p}", f"a{p} " + "b " * n, n) for p in range(5) for n in range(1, 5)])
    assert found.length == pytest.approx(1)
    assert any("longer" in sentence for sentence in found.suspicions)


def test_one_reply_to_all_is_seen() -> None:
    found = signs([reply(f"p{n}", "It is what it is, my friend.", 1) for n in range(8)] * 2)
    assert found.same == 1
    assert found.tied == 1
    assert found.opening == ("it is what it", 1.0)
    assert len(found.suspicions) >= 3


def test_narrowing_is_seen() -> None:
    varied = [reply(f"p{n}", " ".join(f"w{n * 20 + k}" for k in range(20)), n % 2) for n in range(24)]
    narrow = [reply(f"p{n}", " ".join(f"w{k}" for k in range(20)), n % 2) for n in range(8)]
    assert not any("narrow" in one for one in signs(varied).suspicions)
    assert any("narrow" in one for one in signs(varied + narrow).suspicions)


def test_replies_are_judged_by_the_rows(written: list[dict], tmp_path: Path) -> None:
    rows = read_rows(written[:2])
    lines = [
        {"prompt": written[0]["prompt"], "completion": oracle_text(rows[0].sample)},
        {
            "prompt": f"<|user|>{question(rows[1].sample)}<|end|>",
            "completion": [{"role": "assistant", "content": "No."}],
        },
        {"prompt": "another", "completion": "Yes.", "reward": 0.25},
        {"completion": oracle_text(rows[1].sample), "ground_truth": written[1]["ground_truth"], "prompt": None},
    ]
    file = tmp_path / "replies.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [one.reward for one in read_replies(file, rows)] == [1, 0, 0.25, 1]
    for broken in ({"prompt": "another", "completion": "Yes."}, {"prompt": "x"}):
        file.write_text(json.dumps(broken) + "\n")
        with pytest.raises(UserError, match=r"replies\.jsonl:1"):
            read_replies(file, rows)


BLOCKS = re.findall(
    r"^```python( \w+)?\n(.*?)^```", (ROOT / "docs" / "rewards.md").read_text(), re.MULTILINE | re.DOTALL
)


def test_the_examples_of_the_page_run(rows_file: Path) -> None:
    plain = [code for needs, code in BLOCKS if not needs]
    assert len(plain) == 4
    each = "import json, sys\nfor code in json.load(sys.stdin):\n    exec(code, {})\n    print('end of the example')"
    ran = subprocess.run(
        [sys.executable, "-c", each],
        input=json.dumps(plain),
        cwd=rows_file.parent,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stderr
    *printed, rest = ran.stdout.split("end of the example")
    assert [bool(text.strip()) for text in (*printed, rest)] == [True] * 4 + [False]
