"""Where the harness keeps what it fetched or computed, how processes that share it stay out of each other's way, and
how a file is written so that no reader ever sees half of it."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

NEW_FILE = 0o666
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system without locks answers (some NFS and FUSE mounts)."""


def cache_root() -> Path:
    """The cache folder: `IFEVAL_CACHE`, else `$XDG_CACHE_HOME/ifeval`, else `~/.cache/ifeval`. Not created here."""
    named = os.environ.get("IFEVAL_CACHE")
    if named:
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ifeval"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock named after `path` (the file `path`.lock); it falls with the process that holds it.

    On a file system without locks nothing is held: what is guarded appears whole or not at all anyway.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
        yield


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write a whole file or leave the old one (see `written_atomically`); text is UTF-8.

    What is no file (/dev/stdout, a pipe) is simply written to. Raises OSError.
    """
    content = data.encode() if isinstance(data, str) else data
    if path.exists() and not (path.is_file() or path.is_dir()):
        path.write_bytes(content)
        return
    with written_atomically(path) as file:
        file.write(content)


@contextmanager
def written_atomically(path: Path) -> Iterator[BinaryIO]:
    """A file to write into that takes the name `path` when the block ends, flushed to disk; until then the old one stays.

    Parent folders are made. An existing file keeps its permissions, and a link stays a link: the file it points to is
    replaced. Whatever ends the block with an error leaves nothing behind. Raises OSError.
    """
    path = Path(os.path.realpath(path))  # of links in a circle it leaves one, which mkstemp or replace then refuses
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o7777 if path.exists() else NEW_FILE & ~_umask())
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """New and changed names in a folder reach the disk; file systems that cannot flush folders are let be."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
