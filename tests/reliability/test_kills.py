"""SIGKILL at random points of every verb that writes: what was there is whole, and the same command makes the rest.

8 kills by default, 500 as a slow test, `IFEVAL_KILLS=N` as often as you like. `-s` prints how many hit a running verb.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ifeval.runs.run import load_run
from ifeval.util.jsonio import dumps, loads, read_jsonl
from tests.conftest import ROOT
from tests.interop.samples import PROMPTFOO
from tests.made_runs import make_run
from tests.reliability.forked import count, figures, kill_at_random, run_whole

PLUGINS = ROOT / "tests" / "plugins"


@dataclass(frozen=True)
class Verb:
    """`arguments` of one that works on a folder; `whole` fails where the folder holds half of something; `result` is
    what must be the same at the end, however often it was killed before.
    """

    arguments: Callable[[Path], list[object]]
    whole: Callable[[Path], None]
    result: Callable[[Path], Any]
    starts_anew: Callable[[Path], None] = lambda _: None


def rows(run: Path) -> Any:
    """What a run found, without what differs from time to time."""
    found = {(row["task"], row["sample_id"], row["repeat"]): row["score"] for row in read_jsonl(run / "samples.jsonl")}
    assert len(found) == sum(1 for _ in read_jsonl(run / "samples.jsonl"))
    return found, loads((run / "summary.json").read_bytes())["tasks"], len(load_run(run).samples)


def readable(run: Path) -> None:
    """Every file that is there can be read, and a run that says it is complete is."""
    if (run / "run.json").exists() and load_run(run).manifest["status"] == "complete":
        rows(run)


def json_files(folder: Path) -> None:
    for file in folder.glob("*.json"):
        loads(file.read_bytes())


def tables(folder: Path) -> None:
    for file in folder.glob("tables/*"):
        assert file.read_bytes().endswith(b"\n") or file.name.startswith("."), file


def page(folder: Path) -> None:
    if (folder / "report.html").exists():
        assert (folder / "report.html").read_text().rstrip().endswith("</html>")


VERBS = {
    "run": Verb(
        lambda f: ["run", "--model", "scripted:oracle", "--tasks", "tiny-copy", "--repeat", 20, "--out", f / "new",
                   "--task-path", PLUGINS, "--no-cache", "--json"],
        lambda f: readable(f / "new"), lambda f: rows(f / "new"), lambda f: shutil.rmtree(f / "new", ignore_errors=True)),
    "rescore": Verb(lambda f: ["rescore", f / "run", "--task-path", PLUGINS], lambda f: readable(f / "run"), lambda f: rows(f / "run")),
    "merge": Verb(
        lambda f: ["merge", f / "shard0", f / "shard1", "--out", f / "merged", "--task-path", PLUGINS],
        lambda f: readable(f / "merged"), lambda f: rows(f / "merged"), lambda f: shutil.rmtree(f / "merged", ignore_errors=True)),
    "baseline add": Verb(
        lambda f: ["baseline", "add", f / "run", "--name", "b", "--yes", "--baselines", f / "baselines"],
        lambda f: json_files(f / "baselines"), lambda f: loads((f / "baselines" / "b.json").read_bytes())["tasks"]),
    "leaderboard": Verb(lambda f: ["leaderboard", f / "run", f / "made", "--out", f / "tables"], tables,
                        lambda f: (f / "tables" / "leaderboard.json").read_bytes()),
    "report": Verb(lambda f: ["report", f / "made", "-o", f / "report.html"], page, lambda f: (f / "report.html").read_bytes()),
    "import": Verb(
        lambda f: ["import", f / "foreign.json", "--out", f / "imported"],
        lambda f: readable(f / "imported"), lambda f: rows(f / "imported"), lambda f: shutil.rmtree(f / "imported", ignore_errors=True)),
    "export": Verb(lambda f: ["export", f / "run", "--out", f / "exported"], lambda f: json_files(f / "exported"),
                   lambda f: sorted(len(file.read_bytes()) for file in (f / "exported").iterdir() if not file.name.startswith("."))),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("kills")
    run = ["run", "--model", "scripted:oracle", "--tasks", "tiny-copy", "--task-path", PLUGINS, "--no-cache", "--json"]
    for name, more in (("run", ()), ("shard0", ("--shard", "0/2")), ("shard1", ("--shard", "1/2"))):
        run_whole([*run, *more, "--out", place / name], place / "log")
    make_run(place / "made", {"t": [1.0, 0.0] * 100})
    (place / "foreign.json").write_bytes(dumps(PROMPTFOO))
    return place


@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_killed_verb_leaves_nothing_half_done(folder: Path, slow: bool) -> None:
    draw, kills, log = random.Random(19), count("KILLS", 8, 500, slow), folder / "log"
    seconds, expected, hits = {}, {}, dict.fromkeys(VERBS, 0)
    for name, verb in VERBS.items():
        verb.starts_anew(folder)
        seconds[name] = run_whole(verb.arguments(folder), log)
        expected[name] = verb.result(folder)
    for number in range(kills):
        name, verb = list(VERBS.items())[number % len(VERBS)]
        if draw.random() < 0.5:  # else it goes on from where it was killed the last time
            verb.starts_anew(folder)
        hits[name] += kill_at_random(verb.arguments(folder), log, 1.1 * seconds[name], draw)
        verb.whole(folder)
        if name == "import":  # it never writes into a folder that is not empty
            verb.starts_anew(folder)
        run_whole(verb.arguments(folder), log)
        assert verb.result(folder) == expected[name], name
    by_verb = ", ".join(f"{name} {hit}" for name, hit in hits.items())
    figures(
        "SIGKILL", f"{kills} tries", f"{sum(hits.values())} on a running verb ({by_verb})", "nothing lost or halved"
    )
    assert sum(hits.values()) > (kills / 4 if kills > len(VERBS) else 0)
