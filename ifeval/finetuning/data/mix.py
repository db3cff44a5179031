"""Instruction data from files: every source brought to `Example`, bad rows named, sources mixed by weight.

JSONL, JSON (one array) and Parquet. A malformed row is left out and reported by file and line; too many stop the run.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.data.formats import Example, Malformed, examples_of
from ifeval.util import jsonio

MOST_BAD = 0.01
"""Share of malformed rows from which on loading stops."""

MOST_REPEATS = 4
"""How often mixing may repeat an example in one epoch."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file and its weight in the mix (> 0), None where the sources are taken as they are."""

    path: Path
    weight: float | None = None

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
    """All examples of some sources in file order, the rows left out, and the number of rows read a source."""

    examples: Sequence[Example]
    problems: Sequence[Problem]
    rows: Mapping[str, int]


def parse_source(text: str) -> Source:
    """`PATH` or `PATH:WEIGHT`. Raises UserError where there is no such file or the weight is no positive number."""
    path, colon, weight = text.rpartition(":")
    if Path(text).exists() or not colon:
        path, weight = text, ""
    if not Path(path).is_file():
        raise UserError(f"--data {text}: there is no file {path}.")
    try:
        value = float(weight) if weight else None
    except ValueError:
        raise UserError(f"--data {text}: the weight {weight!r} is not a number.") from None
    if value is not None and not 0 < value < float("inf"):
        raise UserError(f"--data {text}: a weight is a positive number.")
    return Source(Path(path), value)


def load(sources: Sequence[Source], most_bad: float = MOST_BAD) -> Loaded:
    """Read all sources. most_bad: the share of malformed rows, in [0, 1], that is still left out silently enough.

    Raises UserError where a file cannot be read, holds no usable row, or more than `most_bad` of all rows are malformed.
    """
    names = Counter(source.name for source in sources)
    examples: list[Example] = []
    problems: list[Problem] = []
    read: dict[str, int] = {}
    for source in sources:
        name = source.name if names[source.name] == 1 else str(source.path)
        if name in read:
            raise UserError(f"--data {source.path} is given twice; give it once, with a weight.")
        read[name] = 0
        for line, row in rows(source.path):
            read[name] += 1
            place = f"{source.path}:{line}"
            try:
                if isinstance(row, Malformed):
                    raise row
                examples += examples_of(row, place, name)
            except Malformed as problem:
                problems.append(Problem(place, str(problem)))
    total = sum(read.values())
    if len(problems) > most_bad * total:
        shown = "; ".join(f"{problem.place}: {problem.reason}" for problem in problems[:3])
        raise UserError(
            f"{len(problems)} of {total} rows are malformed ({shown}); mend them or allow more with --max-bad."
        )
    if not examples:
        raise UserError(f"There is no row in {', '.join(str(source.path) for source in sources)}.")
    return Loaded(examples, problems, read)


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


def rows(path: Path) -> Iterator[tuple[int, Any]]:
    """(line, row) of a data file; a line that is no JSON yields a `Malformed` in the row's place.

    In a Parquet file the "line" counts rows. Raises UserError where the file itself cannot be read.
    """
    try:
        if path.suffix == ".parquet":
            yield from _parquet(path)
        elif path.suffix == ".json":
            yield from _array(path)
        else:
            yield from _lines(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from None


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, jsonio.loads(line)
                except ValueError as error:
                    yield number, Malformed(f"not valid JSON ({error})")


_BETWEEN = re.compile(r"[\s,]*")


def _array(path: Path) -> Iterator[tuple[int, Any]]:
    """The items of a JSON array, each with the line it begins on; a file of JSON lines under the wrong name, too."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape").removeprefix("\ufeff")
    position = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    if text[position : position + 1] != "[":
        yield from _lines(path)
        return
    decoder, line, counted = json.JSONDecoder(), 1, 0
    position += 1
    while True:
        position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]
        if text[position : position + 1] == "]":
            return
        line, counted = line + text.count("\n", counted, position), position
        try:
            row, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path}, line {line}: not valid JSON ({error}); no row after it can be read.") from None
        yield line, row


def _parquet(path: Path) -> Iterator[tuple[int, Any]]:
    from pyarrow import ArrowInvalid, parquet

    try:
        file = parquet.ParquetFile(path)
        number = 0
        for batch in file.iter_batches(batch_size=256):
            for row in batch.to_pylist():
                number += 1
                yield number, without_nulls(row)
    except ArrowInvalid as error:
        raise UserError(f"{path} is not a readable Parquet file ({error}).") from None


def without_nulls(value: Any) -> Any:
    """Keys with null left out, at every depth: Arrow gives each struct the keys of all its cousins."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
