"""Broken and hostile files: one sentence, exit 2, bounded memory."""

import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.interop import inspect_log, reading
from ifeval.interop.importing import kind_of, read
from ifeval.interop.writing import write_run
from tests.interop import samples

FORMATS: dict[str, tuple[str, Any]] = {
    "promptfoo": ("o.json", samples.PROMPTFOO),
    "openai-evals": ("o.jsonl", samples.OPENAI),
    "inspect": ("i.json", samples.INSPECT),
    "every-eval-ever": ("e_samples.jsonl", samples.EVERY_EVAL_EVER),
    "lm-eval": ("samples_toy_2026-11-27T11-00-02.270753.jsonl", samples.LM_EVAL),
    "table": ("t.jsonl", samples.TABLE),
}
STRANGE = st.sampled_from([None, True, -1, 1e308, "", "\ud800", "x" * 50, [], {}, [[]], {"a": {"b": None}}, [None, 1]])


def text_of(value: Any, name: str) -> str:
    return "\n".join(map(json.dumps, value)) + "\n" if name.endswith(".jsonl") else json.dumps(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: changed(one, path[1:], new) if key == path[0] else one for key, one in value.items()}
    return [changed(one, path[1:], new) if key == path[0] else one for key, one in enumerate(value)]


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_wrong_types_anywhere_are_read_or_refused(
    kind: str, tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    name, value = FORMATS[kind]
    folder = tmp_path_factory.mktemp("strange")
    path = data.draw(st.sampled_from(places(value)[1:]))
    (folder / name).write_text(text_of(changed(value, path, data.draw(STRANGE)), name))
    with suppress(UserError):
        write_run(read([folder / name], kind), folder / "run")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_file_is_one_sentence(kind: str, tmp_path: Path) -> None:
    name, value = FORMATS[kind]
    whole = text_of(value, name)
    (tmp_path / name).write_text(whole[: len(whole) * 2 // 3])
    with pytest.raises(UserError, match="copy or export it again"):
        read([tmp_path / name], kind)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_file_is_one_sentence(kind: str, tmp_path: Path) -> None:
    (tmp_path / FORMATS[kind][0]).write_text("")
    with pytest.raises(UserError):
        read([tmp_path / FORMATS[kind][0]], kind)


def test_nesting_and_strange_bytes(tmp_path: Path) -> None:
    for content in (b"[" * 200_000, b"\xff\xfe\x00{", b"{}", b"null", b"[]"):
        (tmp_path / "x.json").write_bytes(content)
        with pytest.raises(UserError):
            read([tmp_path / "x.json"])


def test_a_line_without_end_is_not_held(tmp_path: Path) -> None:
    """A sparse file of 1 GiB without a newline is never held whole (VmHWM: `ru_maxrss` would count the forking parent)."""
    source = tmp_path / "t.jsonl"
    with source.open("wb") as file:
        file.truncate(1 << 30)
    code = (
        "import atexit, re, sys; from pathlib import Path; from ifeval.cli import main; "
        "peak = lambda: re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]; "
        "atexit.register(lambda: print(peak())); sys.argv = ['ifeval', 'import', "
        f"{str(source)!r}, '--out', {str(tmp_path / 'run')!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "longer than 32 MiB" in done.stderr
    assert done.stderr.count("\n") == 1
    assert int(done.stdout.split()[-1]) < 900_000  # kilobytes


def test_a_document_too_large_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_DOCUMENT", 10)
    (tmp_path / "x.json").write_text(json.dumps(samples.INSPECT))
    with pytest.raises(UserError, match="so split it"):
        read([tmp_path / "x.json"])


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_log, "LARGEST_UNPACKED", 32 << 20)
    bomb = tmp_path / "bomb.eval"
    block = b"\0" * (1 << 20)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("header.json", "w") as member:
        for _ in range(33):
            member.write(block)
    assert bomb.stat().st_size < 1 << 17
    with pytest.raises(UserError, match="unpacks to 33 MiB, more than 32"):
        read([bomb])


def test_an_archive_that_is_cut_off(tmp_path: Path) -> None:
    (tmp_path / "cut.eval").write_bytes(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(UserError, match=r"is not a whole \.eval log"):
        read([tmp_path / "cut.eval"])


def test_neither_a_model_nor_a_baseline_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text('{"format": 1, "tasks": {}}')
    assert kind_of(tmp_path / "base.json") is None
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer.json").write_text('{"version": "1.0"}')
    assert kind_of(tmp_path / "model") is None
