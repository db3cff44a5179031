"""What a checkpoint directory *is*: one SHA-256 over the content of every file that can change a reply.

Hashing gigabytes on each run would be slow, so a file's digest is remembered by its path, size, inode and times.
The change time is among them: copying tools restore a file's modification time, nothing restores its change time.
"""

import fnmatch
import hashlib
import os
import re
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.util import jsonio
from ifeval.util.files import cache_root, locked, write_atomically

WEIGHTS = ("*.safetensors", "*.bin", "*.pt", "*.pth", "*.gguf")
OTHERS = (
    *("config.json", "generation_config.json", "params.json", "adapter_config.json", "*.index.json", "*.py"),
    *("tokenizer*", "vocab*", "merges.txt", "*.model", "*.tiktoken", "tekken.json"),
    *("special_tokens_map.json", "added_tokens.json", "chat_template*", "*.jinja"),
)
TRAINING_STATE = ("optimizer*", "scheduler*", "rng_state*", "training_args.bin")
DIGEST = re.compile(r"[0-9a-f]{64}")
SETTLED = 2.0  # seconds; a file changed later than this ago could change again within one tick of its clock


def fingerprint(*folders: Path) -> str:
    """The SHA-256 (64 hex digits) of the content and names of what `folders` (a checkpoint, its adapter) hold.

    Weights, tokenizer, chat template, configuration, generation configuration and model code count; training state,
    READMEs and the place on disk do not.
    """
    files = [(folder, file) for folder in folders for file in content_files(folder)]
    digests = file_digests([file for _, file in files])
    whole = hashlib.sha256()
    for folder, file in files:
        role = folders.index(folder)
        whole.update(f"{role}\0{file.relative_to(folder).as_posix()}\0{digests[file]}\n".encode())
    return whole.hexdigest()


def content_files(folder: Path) -> list[Path]:
    """The files of `folder` that can change a reply, sorted by name; templates in a sub-folder included."""
    candidates = [file for pattern in ("*", "additional_chat_templates/*") for file in folder.glob(pattern)]
    return sorted(file for file in candidates if file.is_file() and _counts(file.name))


def file_digests(files: Iterable[Path]) -> dict[Path, str]:
    """The SHA-256 of each file, remembered in the cache folder between runs. Safe in parallel and against kills."""
    store = cache_root() / "fingerprints.json"
    known = _read(store)
    identities = {file: _identity(file) for file in files}
    unknown = [file for file, identity in identities.items() if known.get(str(file.resolve()), [None])[:-1] != identity]
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        fresh = dict(zip(unknown, pool.map(_digest, unknown), strict=True))
    _remember(store, {file: [*identities[file], digest] for file, digest in fresh.items()})
    return {file: fresh.get(file) or known[str(file.resolve())][-1] for file in identities}


def _counts(name: str) -> bool:
    def matches(patterns: tuple[str, ...]) -> bool:
        return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)

    return matches(WEIGHTS + OTHERS) and not matches(TRAINING_STATE)


def _identity(file: Path) -> list[int]:
    stat = file.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _digest(file: Path) -> str:
    before = _identity(file)
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    if _identity(file) != before:
        raise UserError(f"{file} changed while it was read; wait until the checkpoint is written, then try again.")
    return digest


def _remember(store: Path, entries: dict[Path, list[Any]]) -> None:
    settled = {str(f.resolve()): e for f, e in entries.items() if max(e[1], e[2]) / 1e9 < time.time() - SETTLED}
    if not settled:
        return
    try:
        with locked(store):
            write_atomically(store, jsonio.dumps(_read(store) | settled))
    except OSError:  # a read-only or full home costs the next run some seconds, nothing else
        return


def _read(store: Path) -> dict[str, list[Any]]:
    try:
        known = jsonio.loads(store.read_bytes())
    except (OSError, ValueError):
        return {}
    return {file: entry for file, entry in known.items() if _is_entry(entry)} if isinstance(known, dict) else {}


def _is_entry(entry: Any) -> bool:
    """Numbers that tell a file, then its digest; what somebody else wrote there is not believed."""
    return isinstance(entry, list) and len(entry) == 5 and bool(DIGEST.fullmatch(str(entry[-1])))
