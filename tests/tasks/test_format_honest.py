"""A hundred replies written by hand to obey, in a hurry and with whatever marks were at hand: nearly all must pass.

Each row of honest_replies.jsonl holds a prompt as seed 7 drew it, what it asks for, and the reply.
"""

import json
from pathlib import Path

from ifeval.records import Response, Sample
from ifeval.registry.plugins import discover

TASK = discover()["format"]()
ROWS = [json.loads(line) for line in Path(__file__).with_name("honest_replies.jsonl").read_text("utf-8").splitlines()]


def test_at_most_two_in_a_hundred_fail_and_fewer_are_called_inventors():
    assert len(ROWS) >= 100
    failed, accused = [], []
    for row in ROWS:
        sample = Sample(row["id"], [{"role": "user", "content": row["prompt"]}], target=row["target"])
        score = TASK.score(sample, Response(key="", raw=row["reply"], answer=row["reply"], finish_reason="stop"))
        if score.metrics["both"] != 1:
            failed.append((row["id"], [check.reason for check in score.checks if not check.ok], row["reply"]))
        if score.metrics["invented"]:
            accused.append((row["id"], row["reply"]))
    assert len(failed) <= 0.02 * len(ROWS), failed
    assert not accused
