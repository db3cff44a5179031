"""Which tool wrote these files, and what they hold."""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ifeval.errors import UserError
from ifeval.interop import lm_eval
from ifeval.interop.foreign import ForeignRun
from ifeval.interop.reading import guarded
from ifeval.interop.writing import announcement, write_run
from ifeval.runs.directory import MANIFEST

Reader = Callable[[Sequence[Path]], ForeignRun]
READERS: dict[str, Reader] = {"lm-eval": lm_eval.read}


def read(paths: Sequence[Path], kind: str | None = None) -> ForeignRun:
    """The evaluation in these files. Raises UserError where the kind is unknown or a file cannot be read."""
    for path in paths:
        if not path.exists():
            raise UserError(f"There is no {path}.")
    if kind is not None and kind not in READERS:
        raise UserError(f"--from {kind}: give one of {', '.join(READERS)}.")
    chosen = kind or kind_of(paths[0])
    if chosen is None:
        raise UserError(
            f"{paths[0]} is of no kind that is known by its look; name it with --from ({', '.join(READERS)})."
        )
    return guarded(paths[0], chosen, lambda: READERS[chosen](paths))


def kind_of(path: Path) -> str | None:
    """The kind of a file or folder; None where it is none of a foreign tool (a model, a run, a baseline of ours)."""
    return "lm-eval" if any(lm_eval.find([path])) else None


@contextmanager
def as_runs(*references: str) -> Iterator[list[str]]:
    """The references, those to foreign files replaced by run directories that last as long as the context.

    Each import is announced in one line on stderr. Raises UserError where a foreign file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="ifeval-import-") as folder:
        yield [_as_run(reference, Path(folder) / str(place)) for place, reference in enumerate(references)]


def _as_run(reference: str, folder: Path) -> str:
    path = Path(reference)
    if not path.exists() or (path / MANIFEST).exists() or kind_of(path) is None:
        return reference
    found = read([path])
    write_run(found, folder / path.name)
    print(announcement(found), file=sys.stderr)
    return str(folder / path.name)
