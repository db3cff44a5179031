"""Two commands on one run directory at the same time: each sample is asked once, and the second is told who writes."""

import random
import shutil
import time
from pathlib import Path

import pytest

from ifeval.util.jsonio import read_jsonl
from tests.conftest import ROOT
from tests.reliability.forked import count, ended, figures, started

PLUGINS = ROOT / "tests" / "plugins"


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_two_writers_on_one_directory(tmp_path: Path, slow: bool) -> None:
    draw, tries, refused = random.Random(19), count("RACES", 4, 100, slow), 0
    run = tmp_path / "run"
    command = ["run", "--model", "scripted:oracle", "--tasks", "tiny-copy", "--repeat", 20, "--out", run, "--no-cache"]
    command += ["--task-path", PLUGINS, "--json"]
    for number in range(tries):
        shutil.rmtree(run, ignore_errors=True)
        logs = [tmp_path / f"log{place}" for place in range(2)]
        first = started(command, logs[0])
        time.sleep(draw.uniform(0, 0.02))
        second = started(command, logs[1])
        codes = [ended(first), ended(second)]
        assert sorted(codes) in ([0, 0], [0, 2]), (number, codes, [log.read_text()[-500:] for log in logs])
        for code, log in zip(codes, logs, strict=True):
            if code:
                refused += 1
                assert "is being written by process" in log.read_text()
        asked = [(row["task"], row["sample_id"], row["repeat"]) for row in read_jsonl(run / "samples.jsonl")]
        assert len(asked) == len(set(asked)) == 800
    figures("two writers", f"{tries} tries", f"{refused} refused by name", "each sample asked once")
