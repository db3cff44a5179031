"""The leaderboard: rows, rank ranges, files."""

import csv
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.comparison.baselines import Published, published
from ifeval.errors import UserError
from ifeval.report.leaderboard import Entry, Filter, build, find_runs, rank_ranges
from ifeval.report.leaderboard_formats import stale, to_csv, to_latex, to_markdown, write
from ifeval.util.jsonio import dumps, loads
from tests.made_runs import make_run

PAPER = Published("Qwen", "a", "prompt_strict", 0.592, "arXiv 2505.09388", "thinking mode")


def score(share, n=200):
    return [1] * round(share * n) + [0] * (n - round(share * n))


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    tmp_path = tmp_path_factory.mktemp("results")
    for name, share in (("good", 0.9), ("close", 0.88), ("poor", 0.3)):
        make_run(tmp_path / name, {"a": score(share), "b": score(0.5)}, model=name)
    make_run(tmp_path / "deep" / "floor", {"a": score(0.05)}, model="scripted:empty")
    make_run(tmp_path / "ceiling", {"a": score(1.0)}, model="scripted:oracle")
    make_run(tmp_path / "short", {"a": score(1.0, 20)}, model="short", limit=20)
    make_run(tmp_path / "stopped", {"a": score(1.0)}, model="stopped", status="stopped")
    return tmp_path


def entries(folder, **kwargs) -> list[Entry]:
    return build(find_runs([folder]), **kwargs)


def test_rows_and_rank_ranges(results):
    rows = {(entry.task, entry.model): entry for entry in entries(results, published=[PAPER])}
    assert rows["a", "good"].rank == rows["a", "close"].rank == (1, 2)
    assert rows["a", "poor"].rank == (3, 3)
    assert rows["b", "poor"].rank == (1, 3)
    assert rows["a", "scripted:empty"].kind == "floor"
    assert rows["a", "scripted:oracle"].kind == "ceiling"
    assert rows["a", "Qwen"].kind == "published"
    assert rows["a", "short"].note == "only the first 20 samples per task"
    unranked = {model for (_, model), entry in rows.items() if entry.rank is None}
    assert unranked == {"scripted:empty", "scripted:oracle", "Qwen", "short"}
    assert ("a", "stopped") not in rows
    assert rows["format, all tasks", "good"].value == pytest.approx(0.7)
    assert (rows["a", "good"].low, rows["a", "good"].n) == (pytest.approx(0.851, abs=0.001), 200)


def test_order_is_best_first_and_published_last(results):
    models = [entry.model for entry in entries(results, published=[PAPER]) if entry.task == "a"]
    assert models == ["scripted:oracle", "short", "good", "close", "poor", "scripted:empty", "Qwen"]


def test_the_files_are_deterministic_and_checked(results, tmp_path):
    out = tmp_path / "out"
    first = {path.name: path.read_bytes() for path in write(entries(results, published=[PAPER]), out)}
    again = {path.name: path.read_bytes() for path in write(build(reversed(find_runs([results])), [PAPER]), out)}
    assert first == again
    assert stale(entries(results, published=[PAPER]), out) == []
    assert stale(entries(results), out) == ["leaderboard.md", "leaderboard.csv", "leaderboard.json"]
    (out / "leaderboard.csv").unlink()
    assert stale(entries(results, published=[PAPER]), out) == ["leaderboard.csv"]


def test_the_formats_say_the_same(results, tmp_path):
    rows = entries(results, published=[PAPER])
    write(rows, tmp_path / "out", latex=True)
    listed = json.loads((tmp_path / "out" / "leaderboard.json").read_text())
    with (tmp_path / "out" / "leaderboard.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["model"] for row in table] == [row["model"] for row in listed] == [row.model for row in rows]
    text = (tmp_path / "out" / "leaderboard.md").read_text()
    assert "| 1-2 | good | followed | 90.0 | 85.1 to 93.4 | 200 |" in text
    assert "published; arXiv 2505.09388; thinking mode" in text
    assert r"\begin{longtable}" in to_latex(rows)


def test_of_the_same_run_twice_the_latest_counts(tmp_path):
    for name, started in (("one", "2026-11-01"), ("two", "2026-11-02")):
        run = make_run(tmp_path / name, {"a": score(0.5)})
        manifest = loads((run / "run.json").read_bytes())
        (run / "run.json").write_bytes(dumps(manifest | {"identity": "same", "started": started}))
    (entry,) = entries(tmp_path)
    assert entry.date == "2026-11-02"


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Filter(), 1),
        (Filter(family="zero_shot"), 0),
        (Filter(parameters=10**8), 0),
        (Filter(parameters=10**9), 1),
        (Filter(since="2026-11-20"), 1),
        (Filter(since="2026-11-21"), 0),
    ],
)
def test_filters(tmp_path, wanted, count):
    make_run(tmp_path / "run", {"a": score(0.5)})
    assert len(entries(tmp_path, wanted=wanted)) == count


def test_hostile_names_stay_in_their_cell(tmp_path):
    make_run(tmp_path / "run", {"a": score(0.5)}, model="=cmd|' /C calc'!A0 | <script>alert(1)</script>\n# x")
    rows = entries(tmp_path)
    text = to_markdown(rows)
    assert "<script" not in text
    assert "\n# x" not in text
    assert list(csv.reader(to_csv(rows).splitlines()))[1][4].startswith("'=cmd")
    text = to_markdown([replace(rows[0], task="<img src=x> | a", family="[x](y)", model=" =1+1")])
    assert "## &lt;img src=x\\> \\| a (\\[x\\](y))" in text
    assert list(csv.reader(to_csv([replace(rows[0], model=" =1+1")]).splitlines()))[1][4] == "' =1+1"


def test_nothing_and_damage(tmp_path):
    assert build(find_runs([tmp_path / "nowhere"])) == []
    assert to_markdown([]).startswith("# Leaderboard")
    run = make_run(tmp_path / "run", {"a": score(0.5)})
    (run / "summary.json").write_text('{"tasks": {"a": 3}}')
    with pytest.raises(UserError, match="is damaged"):
        entries(tmp_path)


@pytest.mark.parametrize("value", [None, "high"])
def test_a_score_without_a_value_is_damage(tmp_path, value):
    run = make_run(tmp_path / "run", {"a": score(0.5)})
    summary = loads((run / "summary.json").read_bytes())
    task = summary["tasks"]["a"]
    task["metrics"][task["primary"]]["value"] = value
    (run / "summary.json").write_bytes(dumps(summary))
    with pytest.raises(UserError, match="is damaged"):
        entries(tmp_path)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted).map(tuple), max_size=30))
def test_rank_ranges_are_those_of_the_definition(intervals):
    for (low, high), (best, worst) in zip(intervals, rank_ranges(intervals), strict=True):
        assert best == 1 + sum(other > high for other, _ in intervals)
        assert worst == len(intervals) - sum(other < low for _, other in intervals)


def test_five_hundred_runs_are_quick(tmp_path):
    run = make_run(tmp_path / "0", {"a": score(0.5), "b": score(0.7)})
    manifest, summary = loads((run / "run.json").read_bytes()), (run / "summary.json").read_bytes()
    for number in range(1, 500):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "run.json").write_bytes(dumps(manifest | {"identity": str(number)}))
        (tmp_path / str(number) / "summary.json").write_bytes(summary)
    started = time.perf_counter()
    write(entries(tmp_path), tmp_path / "out")
    assert time.perf_counter() - started < 10


def test_the_committed_tables_are_those_of_the_committed_summaries():
    results = Path(__file__).resolve().parent.parent / "results"
    assert stale(build(find_runs([results]), published([results.parent / "baselines"])), results) == []
