"""Which tool wrote these files, and what they hold."""

import shutil
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.interop import every_eval_ever, helm, inspect_log, lm_eval, lm_eval_files, openai_evals, plain, promptfoo
from ifeval.interop.foreign import ForeignRun
from ifeval.interop.reading import first_row, guarded, read_json
from ifeval.interop.writing import announcement, write_run
from ifeval.runs.directory import MANIFEST
from ifeval.runs.run import Run, load_run


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may say of files: the model's and task's name, the metric that counts, and a table's columns."""

    model: str | None = None
    task: str | None = None
    metric: str | None = None
    columns: plain.Columns = field(default_factory=plain.Columns)


Reader = Callable[[Sequence[Path], Choices], ForeignRun]
READERS: dict[str, Reader] = {
    "lm-eval": lambda paths, _: lm_eval.read(paths),
    "inspect": lambda paths, _: inspect_log.read(paths),
    "every-eval-ever": lambda paths, _: every_eval_ever.read(paths),
    "helm": lambda paths, _: helm.read(paths),
    "promptfoo": lambda paths, choices: promptfoo.read(paths, choices.model),
    "openai-evals": lambda paths, _: openai_evals.read(paths),
    "table": lambda paths, choices: plain.read(paths, choices.columns, choices.model),
}
DOCUMENTS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "inspect": inspect_log.is_log,
    "lm-eval": lm_eval.is_results,
    "every-eval-ever": every_eval_ever.is_aggregate,
    "promptfoo": promptfoo.is_output,
}
ROWS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "openai-evals": openai_evals.is_log,
    "promptfoo": promptfoo.is_result,
    "lm-eval": lm_eval.is_sample,
    "every-eval-ever": every_eval_ever.is_sample,
}


def read(paths: Sequence[Path], kind: str | None = None, choices: Choices | None = None) -> ForeignRun:
    """The evaluation in these files. Raises UserError where the kind is unknown or a file cannot be read."""
    for path in paths:
        if not path.exists():
            raise UserError(f"There is no {path}.")
    if kind is not None and kind not in READERS:
        raise UserError(f"--from {kind}: give one of {', '.join(READERS)}.")
    chosen, said = kind or kind_of(paths[0]), choices or Choices()
    if chosen is None:
        known = ", ".join(READERS)
        raise UserError(f"{paths[0]} is of no kind that can be recognised; name it with --from ({known}).")
    run = guarded(paths[0], chosen, lambda: READERS[chosen](paths, said))
    if said.model is not None:
        run.model = said.model
    if said.task is not None:
        run.rename_task(said.task)
    if said.metric is not None:
        run.judge_by(said.metric)
    return run


def kind_of(path: Path) -> str | None:
    """The kind of a file or folder; None where it is none of a foreign tool (a model, a run, a baseline of ours).

    Raises UserError for a file whose beginning cannot be read.
    """
    if lm_eval_files.is_named(path):
        return "lm-eval"
    if inspect_log.find([path]):
        return "inspect"
    if helm.find([path]):
        return "helm"
    if path.is_dir():
        kinds = (_kind_of_file(file) for file in [*sorted(path.glob("*.json")), *sorted(path.glob("*.jsonl"))])
        return next((kind for kind in kinds if kind not in (None, "table")), None)
    return _kind_of_file(path)


def _kind_of_file(path: Path) -> str | None:
    if path.suffix == ".json":
        document = read_json(path)
        if not isinstance(document, Mapping):
            return None
        return next((kind for kind, fits in DOCUMENTS.items() if fits(document)), None)
    if path.suffix in (".jsonl", ".ndjson"):
        row = first_row(path)
        return next((kind for kind, fits in ROWS.items() if fits(row)), "table")
    return "table" if path.suffix.lower() in plain.ENDINGS else None


@contextmanager
def as_runs(*references: str) -> Iterator[list[str]]:
    """The references, those to foreign files replaced by run directories that last as long as the context.

    Each import is announced in one line on stderr. Raises UserError where a foreign file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="ifeval-import-") as folder:
        yield [_as_run(reference, Path(folder) / str(place)) for place, reference in enumerate(references)]


def _as_run(reference: str, folder: Path) -> str:
    path = Path(reference)
    if not is_foreign(path):
        return reference
    found = read([path])
    write_run(found, folder / path.name)
    print(announcement(found), file=sys.stderr)
    return str(folder / path.name)


def load_any(path: Path) -> Run:
    """The run in a directory, or another tool's results as a run whose directory lasts as long as the run does.

    Nothing is written beside the source. Raises UserError where it is neither, or cannot be read.
    """
    if not is_foreign(path):
        return load_run(path)
    folder = Path(tempfile.mkdtemp(prefix="ifeval-import-"))
    try:
        run = load_run(_as_run(str(path), folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(run, shutil.rmtree, folder, ignore_errors=True)
    return run


def is_foreign(path: Path) -> bool:
    """Whether a path is of another tool. Raises UserError for a file whose beginning cannot be read."""
    return _may_be_foreign(path) and kind_of(path) is not None


def _may_be_foreign(path: Path) -> bool:
    """Neither a run, nor a checkpoint: those are not searched for results."""
    with suppress(OSError):
        return path.exists() and not any((path / name).exists() for name in (MANIFEST, "config.json"))
    return False
