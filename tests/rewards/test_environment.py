"""The rows as a task set of verifiers, found as verifiers finds it; skips where verifiers is not installed."""

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ifeval.errors import UserError
from ifeval.rewards import read_rows
from ifeval.rewards.judging import oracle_text
from tests.rewards.test_audit import BLOCKS

pytest.importorskip("verifiers.v1", reason="needs verifiers 0.4 or newer: pip install verifiers")


def test_verifiers_finds_and_rewards(rows_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from verifiers.v1.utils.loaders import load_taskset, taskset_config_type

    (module,) = [code for needs, code in BLOCKS if needs.strip() == "verifiers"]
    (rows_file.parent / "ifeval_rewards.py").write_text(module)
    monkeypatch.syspath_prepend(str(rows_file.parent))
    monkeypatch.delitem(sys.modules, "ifeval_rewards", raising=False)
    config = taskset_config_type("ifeval_rewards").model_validate({"id": "ifeval_rewards", "rows": rows_file})
    tasks = list(load_taskset(config))
    rows = read_rows(rows_file)
    assert len(tasks) == len(rows)
    assert tasks[0].data.prompt_text == rows[0].sample.messages[0]["content"]
    for reply, cut, earned in [
        (oracle_text(rows[0].sample), False, 1),
        (oracle_text(rows[0].sample), True, 0),
        ("No.", False, 0),
    ]:
        trace = SimpleNamespace(last_reply=reply, is_truncated=cut)
        (rewarded,) = tasks[0].hooks("reward")
        assert asyncio.run(rewarded(trace)) == earned
    rows_file.write_text('{"prompt": []}\n')
    with pytest.raises(UserError, match="row 1"):
        list(load_taskset(config))
