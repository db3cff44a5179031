"""Shards of a run and their merging, on scripted engines."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ifeval
from ifeval.errors import UserError
from ifeval.runs.merge import merge
from ifeval.runs.run import Run, load_run
from ifeval.runs.shards import belongs, parse_shard, shard_of
from ifeval.util.jsonio import read_jsonl
from tests.reliability.forked import told

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


def evaluate(out: Path, shard: tuple[int, int] | None = None, **settings) -> Run:
    settings = {"model": "scripted:oracle", "tasks": ["tiny-copy", "tiny-broken"], **settings}
    return ifeval.evaluate(out=out, shard=shard, task_path=(PLUGINS,), **settings)


def rows(run: Path) -> list[dict]:
    return [{**row, "response": {**row["response"], "latency": 0}} for row in read_jsonl(run / "samples.jsonl")]


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    return [evaluate(tmp_path / f"shard{index}", (index, 3), repeat=2).path for index in range(3)]


def test_shards_merge_to_the_run_of_one_machine(tmp_path: Path, shards: list[Path]) -> None:
    whole = evaluate(tmp_path / "whole", repeat=2)
    merged = load_run(merge([shards[2], shards[0], shards[1]], tmp_path / "merged", {}))
    assert sum(len(rows(shard)) for shard in shards) == 160
    assert all(len(rows(shard)) > 20 for shard in shards)
    assert rows(merged.path) == rows(whole.path), "the same rows in the same order"
    assert merged.summary["tasks"] == whole.summary["tasks"]
    assert merged.summary["families"] == whole.summary["families"]
    assert merged.summary["rates"] == whole.summary["rates"]
    assert merged.summary["engine"]["generated_tokens"] == whole.summary["engine"]["generated_tokens"]
    assert merged.manifest["identity"] == whole.manifest["identity"]
    assert merged.manifest["settings"] == whole.manifest["settings"]
    assert sorted(part["shard"] for part in merged.manifest["merged"]) == [[0, 3], [1, 3], [2, 3]]
    assert merged.samples.drop(columns="latency").equals(whole.samples.drop(columns="latency"))


def test_overlaps_count_once(tmp_path: Path, shards: list[Path]) -> None:
    shutil.copytree(shards[1], tmp_path / "again")
    half = evaluate(tmp_path / "half", (0, 2), repeat=2).path
    merged = merge([half, *shards, tmp_path / "again"], tmp_path / "merged", {})
    counted = Counter((row["task"], row["sample_id"], row["repeat"]) for row in rows(merged))
    assert len(counted) == 160
    assert set(counted.values()) == {1}


def test_a_reply_is_preferred_to_an_error(tmp_path: Path) -> None:
    """The run that started first has errors where its replay knew no reply; the other's replies fill them."""
    replies = [{"prompt": f"Reply with nothing but this: word0x{n}", "response": f"word0x{n}"} for n in range(40)]
    script = tmp_path / "replies.jsonl"
    script.write_text("\n".join(map(json.dumps, replies[:20])))
    settings = {"model": f"replay:{script}", "tasks": ["tiny-copy"]}
    first = evaluate(tmp_path / "first", **settings)
    script.write_text("\n".join(map(json.dumps, replies[10:])))
    second = evaluate(tmp_path / "second", **settings)
    merged = load_run(merge([second.path, first.path], tmp_path / "merged", {}))
    assert merged.summary["rates"]["errors"] == 0
    assert merged.summary["tasks"]["tiny-copy"]["metrics"]["right"]["value"] == 1


def test_missing_shards_are_named_and_nothing_is_written(tmp_path: Path, shards: list[Path]) -> None:
    with pytest.raises(
        UserError, match=r"rows are in none of the 1 runs; missing --shard 0/3 \(\d+ rows\), --shard 2/3"
    ):
        merge([shards[1]], tmp_path / "merged", {})
    assert not (tmp_path / "merged").exists()


def test_an_unfinished_shard_is_named(tmp_path: Path, shards: list[Path]) -> None:
    journal = shards[0] / "samples.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:5]))
    manifest = json.loads((shards[0] / "run.json").read_text())
    (shards[0] / "run.json").write_text(json.dumps({**manifest, "status": "running"}))
    with pytest.raises(UserError, match="shard0 not finished: repeat the command"):
        merge(shards, tmp_path / "merged", {})


def test_parts_of_different_runs_are_refused(tmp_path: Path, shards: list[Path]) -> None:
    other = evaluate(tmp_path / "other", (0, 3), limit=5)
    with pytest.raises(UserError, match="are not parts of one run: their limit, repeats, tasks differ"):
        merge([*shards, other.path], tmp_path / "merged", {})


def test_a_second_shard_does_not_resume_the_first(tmp_path: Path, shards: list[Path]) -> None:
    with pytest.raises(UserError, match=r"holds another run \(its shard differ"):
        evaluate(shards[0], (1, 3), repeat=2)


def test_merging_twice_changes_nothing(tmp_path: Path, shards: list[Path]) -> None:
    merged = merge(shards, tmp_path / "merged", {})
    before = (merged / "samples.jsonl").read_bytes()
    merge(shards, tmp_path / "merged", {})
    assert (merged / "samples.jsonl").read_bytes() == before


def test_constrained_twins_stay_together_and_merge(tmp_path: Path) -> None:
    settings = {"tasks": ["structured"], "constrain": True, "limit": 6}
    whole = evaluate(tmp_path / "whole", **settings)
    parts = [evaluate(tmp_path / str(index), (index, 2), **settings).path for index in range(2)]
    assert rows(merge(parts, tmp_path / "merged", {})) == rows(whole.path)
    with pytest.raises(UserError, match="missing --shard 1/2"):
        merge(parts[:1], tmp_path / "half", {})


def test_on_the_command_line(tmp_path: Path) -> None:
    run = ["run", "--model", "scripted:oracle", "--tasks", "tiny-copy", "--task-path", PLUGINS, "--json"]
    for index in range(2):
        told([*run, "--shard", f"{index}/2", "--out", tmp_path / str(index)], tmp_path).check_returncode()
    done = told(["merge", tmp_path / "1", tmp_path / "0", "--out", tmp_path / "merged", "--json"], tmp_path)
    done.check_returncode()
    assert json.loads(done.stdout)["tasks"]["tiny-copy"]["metrics"]["right"]["n"] == 40


@pytest.mark.slow
@pytest.mark.engine
@pytest.mark.timeout(900)
def test_shards_of_a_real_model_merge_to_its_whole_run(tmp_path: Path) -> None:
    """One sequence at a time, so that no reply depends on which others are decoded beside it."""
    checkpoint = Path(__file__).resolve().parents[1] / "models" / "smollm2-135m-instruct"
    flags = ["--tasks", "format", "--limit", "8", "--max-tokens", "24", "--no-cache", "--engine-arg", "max_num_seqs=1"]
    command = [sys.executable, "-m", "ifeval", "run", "--model", str(checkpoint), *flags, "--json"]
    for name, shard in (("whole", []), ("0", ["--shard", "0/3"]), ("1", ["--shard", "1/3"]), ("2", ["--shard", "2/3"])):
        subprocess.run([*command, *shard, "--out", str(tmp_path / name)], check=True, capture_output=True)
    merged = merge([tmp_path / name for name in "201"], tmp_path / "merged", {})
    assert rows(merged) == rows(tmp_path / "whole")
    assert load_run(merged).manifest["identity"] == load_run(tmp_path / "whole").manifest["identity"]


@pytest.mark.parametrize("text", ["", "1", "3/3", "-1/3", "0/0", "a/b", "1/2/3", "1/²"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(UserError, match="write it as i/n"):
        parse_shard(text)


@given(st.text(), st.integers(1, 50))
def test_every_sample_is_in_exactly_one_shard(sample: str, count: int) -> None:
    home = [index for index in range(count) if belongs(sample, (index, count))]
    assert home == [shard_of(sample, count)]
    assert belongs(sample, None)
