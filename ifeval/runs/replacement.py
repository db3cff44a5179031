"""Several files of a run replaced together or not at all, whatever happens in between.

The new files are written and flushed in a folder beside the old ones. Renaming that folder is the one step that
decides; from then on whoever opens the run finishes the moves (`finish`), so that no mixture of old and new is ever read.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from ifeval.errors import UserError

STAGED, DECIDED = ".staged", ".replacing"


@contextmanager
def replaced_together(run: Path) -> Iterator[Path]:
    """A folder to write the new files into; when the block ends without an error they take the old ones' places."""
    finish(run)
    staged = run / STAGED
    try:
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        yield staged
        for file in staged.iterdir():
            _flush(file)
        _flush(staged)
        staged.rename(run / DECIDED)
        _flush(run)
    except OSError as error:
        raise UserError(f"{run} cannot be written: {error.strerror or error}; it is as it was.") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    finish(run)


def finish(run: Path) -> None:
    """Finish a replacement that was decided and then interrupted; nothing to do for any other run."""
    decided = run / DECIDED
    if not decided.is_dir():
        return
    try:
        for file in decided.iterdir():
            file.replace(run / file.name)
        decided.rmdir()
    except OSError as error:
        raise UserError(f"{run} was being rewritten and cannot be finished: {error.strerror or error}.") from error


def _flush(place: Path) -> None:
    """What was written there reaches the disk; folders of file systems that cannot flush them are let be."""
    handle = os.open(place, os.O_RDONLY)
    try:
        with suppress(OSError) if place.is_dir() else nullcontext():
            os.fsync(handle)
    finally:
        os.close(handle)
