"""The samples of tasks, drawn as far as they are asked for, and whole ones once per session: they are read and never
changed.
"""

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import cache, wraps
from inspect import unwrap
from itertools import islice
from pathlib import Path
from typing import overload

import pytest

from ifeval.records import Sample
from ifeval.registry.plugins import Catalogue, discover
from ifeval.task import Task

Draw = Callable[..., Iterator[Sample]]


shared: list[Path] = []
"""The folder, if there is one, where workers side by side find the tasks that one of them has drawn whole."""


class Drawn(Sequence[Sample]):
    """The first `limit` samples of the task `name` under its default seed, or all; slices are lists.

    A module that holds one costs nothing to collect, in a worker that runs none of its tests either.
    """

    def __init__(self, name: str, limit: int | None = None) -> None:
        self.name, self.limit = name, limit

    @overload
    def __getitem__(self, place: int) -> Sample: ...

    @overload
    def __getitem__(self, place: slice) -> list[Sample]: ...

    def __getitem__(self, place: int | slice) -> Sample | list[Sample]:
        return self._samples()[place]

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._samples())

    def __len__(self) -> int:
        return len(self._samples())

    def _samples(self) -> list[Sample]:
        kind = _kinds()[self.name]
        return _drawn(kind, unwrap(kind.samples)).first(self.limit)


class _Growing:
    """The samples drawn so far, and the others where they are asked for."""

    def __init__(self, name: str, samples: Iterator[Sample]) -> None:
        self._name = name
        self._made: list[Sample] = []
        self._rest: Iterator[Sample] | None = samples

    def first(self, limit: int | None) -> list[Sample]:
        if self._rest is not None and (limit is None or limit > len(self._made)):
            self._draw(limit)
        return self._made[:limit]

    def _draw(self, limit: int | None) -> None:
        files = [folder / f"{self._name}.pickle" for folder in shared]
        if found := [file for file in files if file.exists()]:
            self._made, self._rest = pickle.loads(found[0].read_bytes()), None
            return
        assert self._rest is not None
        self._made.extend(islice(self._rest, None if limit is None else limit - len(self._made)))
        if limit is None:
            self._rest = None
            for file in files:
                own = file.with_suffix(f".{os.getpid()}")
                own.write_bytes(pickle.dumps(self._made))
                own.replace(file)


@cache
def _kinds() -> Catalogue:
    """Looked up once: `discover` reads what every installed package announces."""
    return discover()


@cache
def _drawn(kind: type[Task], draw: Draw) -> _Growing:
    return _Growing(f"{draw.__module__}.{draw.__qualname__}", draw(kind(), kind.default_seed))


def share(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From now on the task gives the samples of its default seed as they were drawn once."""
    kind = _kinds()[name]
    draw = kind.samples

    @wraps(draw)
    def samples(self: Task, seed: int, limit: int | None = None) -> Iterator[Sample]:
        beyond = limit is not None and kind.size is not None and limit > kind.size
        if type(self) is kind and seed == kind.default_seed and not beyond:
            return iter(_drawn(kind, draw).first(limit))
        return draw(self, seed, limit)

    monkeypatch.setattr(kind, "samples", samples)
