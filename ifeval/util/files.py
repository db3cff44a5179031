"""Where the harness keeps what it fetched or computed, and how processes that share it stay out of each other's way."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_root() -> Path:
    """The cache folder: `IFEVAL_CACHE`, else `$XDG_CACHE_HOME/ifeval`, else `~/.cache/ifeval`. Not created here."""
    named = os.environ.get("IFEVAL_CACHE")
    if named:
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ifeval"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock named after `path` (the file `path`.lock); it falls with the process that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
