"""What the fingerprint of a checkpoint stands for, and the memory that makes it cheap."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ifeval.models import fingerprint
from ifeval.models.resolve import resolve
from tests.checkpoints import checkpoint

pytestmark = pytest.mark.usefixtures("cache")


@pytest.mark.parametrize(
    "file", ["model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json", "config.json"]
)
def test_content_changes_the_fingerprint_even_with_size_and_times_restored(
    folder: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED", 0.0)
    target = folder / file
    before, stat = fingerprint.fingerprint(folder), target.stat()
    time.sleep(0.05)  # more than a tick of the file system's clock
    content = target.read_bytes()
    target.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(target, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert fingerprint.fingerprint(folder) != before


def test_a_new_template_file_changes_the_fingerprint(folder: Path) -> None:
    before = resolve(str(folder)).fingerprint
    (folder / "chat_template.jinja").write_text("other")
    assert resolve(str(folder)).fingerprint != before


def test_what_cannot_change_a_reply_leaves_the_fingerprint(folder: Path) -> None:
    before = resolve(str(folder)).fingerprint
    for name in ("README.md", "optimizer.pt", "trainer_state.json", "training_args.bin"):
        (folder / name).write_text("anything")
    moved = shutil.move(folder, folder.with_name("elsewhere"))
    assert resolve(str(moved)).fingerprint == before


def test_swapping_the_content_of_two_files_is_seen(folder: Path) -> None:
    before = fingerprint.fingerprint(folder)
    one, other = folder / "tokenizer.json", folder / "generation_config.json"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert fingerprint.fingerprint(folder) != before


def test_digests_are_remembered_once_settled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED", 0.0)
    before = fingerprint.fingerprint(folder)
    monkeypatch.setattr(fingerprint, "_digest", lambda file: pytest.fail(f"{file} was read again"))
    assert fingerprint.fingerprint(folder) == before


def test_a_file_just_written_is_not_trusted_to_its_times(folder: Path, cache: Path) -> None:
    fingerprint.fingerprint(folder)
    assert not (cache / "fingerprints.json").exists()


def test_a_torn_memory_is_forgotten(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED", 0.0)
    before = fingerprint.fingerprint(folder)
    (cache / "fingerprints.json").write_text('{"/a": [1, 2')
    assert fingerprint.fingerprint(folder) == before


def test_a_home_that_cannot_be_written_costs_nothing_but_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "SETTLED", 0.0)
    monkeypatch.setenv("IFEVAL_CACHE", "/proc/nowhere")
    assert len(fingerprint.fingerprint(folder)) == 64


def test_many_processes_share_the_memory(tmp_path: Path, cache: Path) -> None:
    folders = [checkpoint(tmp_path / f"m{number}") for number in range(6)]
    code = "import sys; from pathlib import Path; from ifeval.models import fingerprint as f; f.SETTLED = 0.0; f.fingerprint(Path(sys.argv[1]))"
    children = [subprocess.Popen([sys.executable, "-c", code, str(folder)]) for folder in folders]
    assert [child.wait(60) for child in children] == [0] * 6
    remembered = json.loads((cache / "fingerprints.json").read_text())
    assert len(remembered) == 6 * 5
