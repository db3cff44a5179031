"""The samples of tasks, drawn when the first is asked for, and once per process: they are read and never changed."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, wraps
from inspect import unwrap
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
        return _all(kind, unwrap(kind.samples))[: self.limit]


@cache
def _all(kind: type[Task], draw: Draw) -> list[Sample]:
    return list(draw(kind(), kind.default_seed))


def share(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From now on the task gives the samples of its default seed as they were drawn once."""
    kind = discover()[name]
    draw = kind.samples

    @wraps(draw)
    def samples(self: Task, seed: int, limit: int | None = None) -> Iterator[Sample]:
        if type(self) is kind and seed == kind.default_seed:
            return iter(_all(kind, draw)[:limit])
        return draw(self, seed, limit)

    monkeypatch.setattr(kind, "samples", samples)
