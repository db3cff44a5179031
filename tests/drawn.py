"""The samples of tasks, drawn as far as they are asked for, and once per process: they are read and never changed."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, wraps
from inspect import unwrap
from itertools import islice
from typing import overload

import pytest

from ifeval.records import Sample
from ifeval.registry.plugins import discover
from ifeval.task import Task

Draw = Callable[..., Iterator[Sample]]


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
        kind = discover()[self.name]
        return _drawn(kind, unwrap(kind.samples)).first(self.limit)


class _Growing:
    """The samples drawn so far, and the others where they are asked for."""

    def __init__(self, samples: Iterator[Sample]) -> None:
        self._made: list[Sample] = []
        self._rest = samples

    def first(self, limit: int | None) -> list[Sample]:
        missing = None if limit is None else max(0, limit - len(self._made))
        self._made.extend(islice(self._rest, missing))
        return self._made[:limit]


@cache
def _drawn(kind: type[Task], draw: Draw) -> _Growing:
    return _Growing(draw(kind(), kind.default_seed))


def share(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From now on the task gives the samples of its default seed as they were drawn once."""
    kind = discover()[name]
    draw = kind.samples

    @wraps(draw)
    def samples(self: Task, seed: int, limit: int | None = None) -> Iterator[Sample]:
        beyond = limit is not None and kind.size is not None and limit > kind.size
        if type(self) is kind and seed == kind.default_seed and not beyond:
            return iter(_drawn(kind, draw).first(limit))
        return draw(self, seed, limit)

    monkeypatch.setattr(kind, "samples", samples)
