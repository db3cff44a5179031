"""A run has one writer; rescoring replaces all of its files or none, and refuses what is not whole."""

from pathlib import Path

import pytest

import ifeval
import ifeval.util.jsonio
from ifeval.errors import UserError
from ifeval.runs.lock import RunLock
from ifeval.runs.replacement import DECIDED, STAGED, finish, replaced_together
from ifeval.runs.rescore import rescore
from ifeval.util.jsonio import loads, read_jsonl
from tests.conftest import ROOT
from tests.reliability.forked import ended, started

PLUGINS = ROOT / "tests" / "plugins"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return ifeval.evaluate("scripted:oracle", "tiny-copy", task_path=PLUGINS, out=tmp_path / "run", progress=False).path


def _files(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.iterdir() if path.is_file() and not path.name.startswith(".")}


def test_two_commands_on_one_directory_pay_once(tmp_path: Path) -> None:
    command = ["run", "--model", "scripted:oracle", "--tasks", "tiny-slow", "--no-cache", "--task-path", PLUGINS]
    logs = [tmp_path / name for name in ("one", "other")]
    both = [started([*command, "--out", tmp_path / "run"], log) for log in logs]
    codes = [ended(child) for child in both]
    rows = [(row["task"], row["sample_id"], row["repeat"]) for row in read_jsonl(tmp_path / "run" / "samples.jsonl")]
    assert len(rows) == len(set(rows))
    assert sorted(codes) in ([0, 2], [0, 0])  # the slower one may find it finished
    assert all("is being written by process" in log.read_text() for log, code in zip(logs, codes, strict=True) if code)


def test_a_run_that_cannot_close_its_files_lets_go_of_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk in a notebook, whose process goes on and repeats the command."""
    from ifeval.runs.journal import ResponseLog

    def full(_: ResponseLog) -> None:
        raise UserError("no room")

    def repeated() -> int:
        run = ifeval.evaluate("scripted:oracle", "tiny-copy", task_path=PLUGINS, out=tmp_path / "run", progress=False)
        return len(run.samples)

    with monkeypatch.context() as broken:
        broken.setattr(ResponseLog, "close", full)
        with pytest.raises(UserError, match="no room"):
            repeated()
    assert repeated() == 40


def test_an_import_has_one_writer_too(run: Path, tmp_path: Path) -> None:
    from ifeval.interop.importing import read
    from ifeval.interop.writing import only_writer, write_run
    from tests.interop.samples import PROMPTFOO

    (tmp_path / "o.json").write_bytes(ifeval.util.jsonio.dumps(PROMPTFOO))
    found = read([tmp_path / "o.json"], "promptfoo")
    with only_writer(tmp_path / "imported"), pytest.raises(UserError, match="is being written by process"):
        write_run(found, tmp_path / "imported")
    write_run(found, tmp_path / "imported")
    with pytest.raises(UserError, match="is not empty"):
        write_run(found, tmp_path / "imported")


def test_a_journal_that_two_writers_left_counts_each_sample_once(run: Path) -> None:
    journal = run / "samples.jsonl"
    journal.write_bytes(journal.read_bytes() * 2)
    manifest = loads((run / "run.json").read_bytes())
    (run / "run.json").write_bytes(ifeval.util.jsonio.dumps({**manifest, "status": "running"}))
    again = ifeval.evaluate("scripted:oracle", "tiny-copy", task_path=PLUGINS, out=run, progress=False)
    assert again.tasks["tiny-copy"].samples == again.tasks["tiny-copy"].primary.n == len(again.samples)


def test_rescoring_waits_for_no_writer_and_changes_nothing(run: Path) -> None:
    before = _files(run)
    lock = RunLock(run)
    with pytest.raises(UserError, match="is being written by process"):
        rescore(run, {}, (PLUGINS,))
    lock.release()
    assert _files(run) == before


@pytest.mark.parametrize("kept", [0, 1, 39])
def test_a_damaged_journal_is_not_rescored_over_good_tables(run: Path, kept: int) -> None:
    lines = (run / "samples.jsonl").read_bytes().splitlines(keepends=True)
    (run / "samples.jsonl").write_bytes(b"".join(lines[:kept]))
    before = _files(run)
    with pytest.raises(UserError, match=rf"samples.jsonl holds {kept} of 40 samples"):
        rescore(run, {}, (PLUGINS,))
    assert _files(run) == before


def test_a_run_that_is_not_complete_is_not_rescored(run: Path) -> None:
    manifest = loads((run / "run.json").read_bytes())
    (run / "run.json").write_bytes(ifeval.util.jsonio.dumps({**manifest, "status": "running"}))
    with pytest.raises(UserError, match="is not complete: repeat its command"):
        rescore(run, {}, (PLUGINS,))


def test_a_replacement_is_all_or_nothing(run: Path) -> None:
    before = _files(run)

    def fails_half_way() -> None:
        with replaced_together(run) as staged:
            (staged / "run.json").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert _files(run) == before
    assert not (run / STAGED).exists()
    # Killed after the decision, with some files moved: whoever opens the run next moves the others.
    (run / DECIDED).mkdir()
    summary = loads((run / "summary.json").read_bytes())
    (run / DECIDED / "summary.json").write_bytes(ifeval.util.jsonio.dumps({**summary, "new": True}))
    assert ifeval.load_run(run).summary["new"] is True
    finish(run)
    assert not (run / DECIDED).exists()


def test_scores_of_a_task_that_the_manifest_does_not_name(run: Path) -> None:
    manifest = loads((run / "run.json").read_bytes())
    manifest["settings"]["tasks"] = {}
    (run / "run.json").write_bytes(ifeval.util.jsonio.dumps(manifest))
    with pytest.raises(UserError, match="does not name"):
        _ = ifeval.load_run(run).summary
