"""Where a run can go: the formats of other tools, and the trackers."""

from collections.abc import Callable
from pathlib import Path

from ifeval.errors import UserError
from ifeval.interop import (
    export_every_eval_ever,
    export_hugging_face,
    export_inspect,
    export_lm_eval,
    export_trackers,
)
from ifeval.runs.run import Run
from ifeval.runs.trackers import TRACKERS

FORMATS: dict[str, Callable[[Run, Path], list[Path]]] = {
    "inspect": export_inspect.export,
    "lm-eval": export_lm_eval.export,
    "every-eval-ever": export_every_eval_ever.export,
    "hf": export_hugging_face.export,
}
TARGETS = (*FORMATS, *TRACKERS)


def export(run: Run, to: str, out: Path | None) -> list[Path]:
    """Write the run in the format, or into the tracker, `to`; returns what was written.

    Raises UserError where `to` is not known, `out` is missing or is a file, or the run cannot be written so.
    """
    if to not in TARGETS:
        raise UserError(f"--to {to}: give one of {', '.join(TARGETS)}.")
    if out is not None and out.exists() and not out.is_dir():
        raise UserError(f"--out {out} is a file; give a folder.")
    if to in TRACKERS:
        return export_trackers.export(run, to, out)
    if out is None:
        raise UserError(f"--out is missing: say in which folder the files for {to} go.")
    return FORMATS[to](run, out)
