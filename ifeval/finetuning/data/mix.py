"""Instruction data from files: every source brought to `Example`, bad rows named, sources mixed by weight.

A malformed row is left out and reported by file and line; too many stop the run, and so does a column with text that
nobody reads.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from ifeval.errors import UserError
from ifeval.finetuning.data.columns import Columns
from ifeval.finetuning.data.files import data_files, rows
from ifeval.finetuning.data.formats import Example, LeftOut, Malformed, read_row

MOST_BAD = 0.01
"""Share of malformed rows from which on loading stops."""

MOST_REPEATS = 4
"""How often mixing may repeat an example in one epoch."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, folder or pattern and its weight in the mix (> 0), None where the sources are taken as they are.

    shards: its files, found from the path where they are not given.
    """

    path: Path
    weight: float | None = None
    shards: tuple[Path, ...] = ()

    @property
    def files(self) -> Sequence[Path]:
        """The files to read. Raises UserError where there are none."""
        return self.shards or data_files(self.path)

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was left out: file and line, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """All examples of some sources in file order, and by source the number of rows read.

    problems: the rows that are malformed. left_out: by (source, reason), how many rows say themselves that they are not
    to be trained.
    """

    examples: Sequence[Example]
    problems: Sequence[Problem]
    rows: Mapping[str, int]
    left_out: Mapping[tuple[str, str], int] = field(default_factory=dict)


HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


def parse_source(text: str) -> Source:
    """`PATH` or `PATH:WEIGHT`, where PATH is a file, a folder, a pattern or a data set's hub id.

    Raises UserError where there is no such file or the weight is no positive number.
    """
    path, colon, weight = text.rpartition(":")
    if Path(text).exists() or not colon:
        path, weight = text, ""
    try:
        value = float(weight) if weight else None
    except ValueError:
        raise UserError(f"--data {text}: the weight {weight!r} is not a number.") from None
    if value is not None and not 0 < value < float("inf"):
        raise UserError(f"--data {text}: a weight is a positive number.")
    if not Path(path).exists() and HUB_ID.fullmatch(path) and not Path(path).parent.exists():
        return Source(Path(path), value, _from_hub(path))
    data_files(Path(path))
    return Source(Path(path), value)


def _from_hub(name: str) -> tuple[Path, ...]:
    """The Arrow files of a data set's training split, which the package `datasets` fetches and keeps."""
    try:
        from datasets import load_dataset
    except ImportError:
        raise UserError(
            f"--data {name}: there is no file {name}; to read a data set of that name from the hub, pip install datasets."
        ) from None
    try:
        files = load_dataset(name, split="train").cache_files
    except Exception as error:  # whatever the hub, the network or a loading script does
        raise UserError(
            f"--data {name}: there is no file {name}, and the hub gives none: {' '.join(str(error).split())[:300]}"
        ) from None
    return tuple(Path(file["filename"]) for file in files)


def load(sources: Sequence[Source], most_bad: float = MOST_BAD, columns: Columns | None = None) -> Loaded:
    """Read all sources. most_bad: the share of malformed rows, in [0, 1], that is still left out silently enough.

    Raises UserError where a file cannot be read, holds no usable row, has a column of text that is not understood, or
    more than `most_bad` of all rows are malformed.
    """
    names = Counter(source.name for source in sources)
    examples: list[Example] = []
    problems: list[Problem] = []
    read: dict[str, int] = {}
    left_out: Counter[tuple[str, str]] = Counter()
    unread: dict[str, str] = {}
    for source in sources:
        name = source.name if names[source.name] == 1 else str(source.path)
        if name in read:
            raise UserError(f"--data {source.path} is given twice; give it once, with a weight.")
        read[name] = 0
        for place, row in ((f"{file}:{line}", row) for file in source.files for line, row in rows(file)):
            read[name] += 1
            try:
                if isinstance(row, Malformed):
                    raise row
                found, lost = read_row(row, place, name, columns or Columns())
            except LeftOut as reason:
                left_out[name, str(reason)] += 1
            except Malformed as problem:
                problems.append(Problem(place, str(problem)))
            else:
                examples += found
                unread = dict.fromkeys(lost, place) | unread
    _check(sources, examples, problems, sum(read.values()), most_bad)
    if unread:
        shown = "; ".join(f"`{column}` ({place})" for column, place in unread.items())
        raise UserError(
            f"Text would be lost, or a mask, for nothing says what it is: {shown}. Say --map COLUMN=MEANING (context, input, "
            "reasoning, weight, label, ...) to have it read, or --ignore-column COLUMN."
        )
    return Loaded(examples, problems, read, left_out)


def _check(
    sources: Sequence[Source], examples: Sequence[Example], problems: Sequence[Problem], total: int, most_bad: float
) -> None:
    if len(problems) > most_bad * total:
        shown = "; ".join(f"{problem.place}: {problem.reason}" for problem in problems[:3])
        raise UserError(
            f"{len(problems)} of {total} rows are malformed ({shown}); fix them or allow more with --max-bad."
        )
    if not examples:
        raise UserError(f"There is no row to train on in {', '.join(str(source.path) for source in sources)}.")


def mix(
    examples: Sequence[Example], weights: Mapping[str, float | None], seed: int, most_repeats: int = MOST_REPEATS
) -> list[Example]:
    """One epoch's examples: all of them where no source has a weight, else drawn so that sources have those shares.

    weights: by source name. The mix is as large as the sources together; a source is drawn without replacement, and
    over again at most `most_repeats` times, so a small source with a large weight falls short of its share.
    Raises UserError where only some of the sources have a weight.
    """
    given = {name: weight for name, weight in weights.items() if weight is not None}
    if not given:
        return list(examples)
    if len(given) < len(weights):
        missing = next(name for name in weights if name not in given)
        raise UserError(f"--data {missing} has no weight, the others have; give each a weight or none.")
    mixed: list[Example] = []
    for name, weight in given.items():
        own = [example for example in examples if example.source == name]
        rng = Random(f"{seed}:{name}")
        wanted = min(round(weight / sum(given.values()) * len(examples)), most_repeats * len(own))
        while wanted > 0:
            mixed += rng.sample(own, min(wanted, len(own)))
            wanted -= len(own)
    return mixed
