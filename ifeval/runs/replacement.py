"""Several files of a run replaced together or not at all, whatever happens in between.

The new files are written and flushed in a folder beside the old ones. Renaming that folder is the one step that
decides; from then on whoever opens the run finishes the moves (`finish`), so that no mixture of old and new is ever read.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ifeval.errors import UserError
from ifeval.util.files import flush_folder

STAGED, DECIDED = ".staged", ".replacing"


@contextmanager
def replaced_together(run: Path) -> Iterator[Path]:
    """A folder to write the new files into, each flushed (`written_atomically`); when the block ends without an error
    they take the old ones' places."""
    finish(run)
    staged = run / STAGED
    try:
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        yield staged
        flush_folder(staged)
        staged.rename(run / DECIDED)
        flush_folder(run)
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
