"""What replies that must earn nothing would earn, and whether the right ones earn all: asked before a training begins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from random import Random
from statistics import fmean
from typing import Any, Literal

from ifeval.decoys import decoys
from ifeval.rewards.judging import Shape, oracle_text, question
from ifeval.rewards.plain import score
from ifeval.rewards.row import RewardRow

MOST = 0.02
"""The share of the highest reward that a decoy may earn on average, beyond chance."""

LEAST = 0.99
"""What right replies earn at least on average."""

RANDOM_WORDS = 60
DEVIATIONS = 3
"""Standard deviations of pure chance that are no evidence against a reward."""

Kind = Literal["oracle", "near", "decoy"]
_WORD = re.compile(r"\w[\w'’-]*")


@dataclass(slots=True)
class Earned:
    """What one kind of reply earns over all rows it was tried on; `ties`: the share of them where the oracle earns no more."""

    name: str
    kind: Kind
    rewards: list[float] = field(default_factory=list)
    tied: int = 0
    chance: float = 0.0
    variance: float = 0.0

    @property
    def mean(self) -> float:
        return fmean(self.rewards)

    @property
    def ties(self) -> float:
        return self.tied / len(self.rewards)

    @property
    def beyond_chance(self) -> float:
        """The mean less what a guess among the candidates of a choice explains."""
        return self.mean - (self.chance + DEVIATIONS * sqrt(self.variance)) / len(self.rewards)

    @property
    def fault(self) -> str | None:
        """What is wrong with a reward that pays this, as a sentence; None where nothing is."""
        if self.kind == "oracle" and self.mean < LEAST:
            return f"the right replies earn {self.mean:.3f}, less than {LEAST}"
        lucky = sum(reward > MOST for reward in self.rewards) < 2  # one row says nothing
        if self.kind == "decoy" and self.beyond_chance > MOST and not lucky:
            return f"the decoy {self.name!r} earns {self.mean:.3f}, more than {MOST}"
        if self.kind == "near" and self.tied:
            return f"{self.name!r} earns as much as the right reply in {self.tied} of {len(self.rewards)} rows"
        return None


@dataclass(frozen=True, slots=True)
class Audit:
    """Of one task's rows: what every kind of reply earns, the oracle first. `free`: rows where any plain reply is right."""

    task: str
    rows: int
    free: int
    earned: Sequence[Earned]

    @property
    def spread(self) -> float:
        """What the right replies earn more than the best decoy; of rows without decoys, what they earn."""
        oracle = max((one.mean for one in self.earned if one.kind == "oracle"), default=0.0)
        return oracle - max((one.mean for one in self.earned if one.kind == "decoy"), default=0.0)

    @property
    def faults(self) -> list[str]:
        return [f"{self.task}: {fault}" for one in self.earned if (fault := one.fault)]

    def to_json(self) -> dict[str, Any]:
        shown = [
            {"name": one.name, "kind": one.kind, "rows": len(one.rewards), "mean": one.mean, "ties": one.ties}
            for one in self.earned
        ]
        return {"task": self.task, "rows": self.rows, "free": self.free, "spread": self.spread, "earned": shown}


def audit(rows: Sequence[RewardRow], shape: Shape = "parts", seed: int = 0) -> list[Audit]:
    """The audit of the rows of each task, in the order of the rows. seed: of the random replies."""
    names = dict.fromkeys(row.task.name for row in rows)
    return [_audit([row for row in rows if row.task.name == name], shape, seed) for name in names]


def _audit(rows: Sequence[RewardRow], shape: Shape, seed: int) -> Audit:
    found: dict[str, Earned] = {}
    free = 0
    vocabulary = sorted({word for row in rows for word in _WORD.findall(question(row.sample))})
    rng = Random(seed)
    for row, before in zip(rows, [rows[-1], *rows[:-1]], strict=True):
        top = 1.0
        if row.sample.oracle is not None:
            top = score(row, oracle_text(row.sample), shape=shape).value
            found.setdefault("right reply", Earned("right reply", "oracle")).rewards.append(top)
        known = row.task.decoys(row.sample)
        free += known is None
        for name, kind, reply in _replies(row, before, vocabulary, rng):
            one = found.setdefault(name, Earned(name, kind))
            value = score(row, reply, shape=shape).value
            chance = known.chance if known else 0.0
            one.rewards.append(value)
            one.tied += value >= top
            one.chance += chance
            one.variance += chance * (1 - chance)
    return Audit(rows[0].task.name, len(rows), free, sorted(found.values(), key=lambda one: one.kind != "oracle"))


def _replies(
    row: RewardRow, before: RewardRow, vocabulary: Sequence[str], rng: Random
) -> Iterator[tuple[str, Kind, str]]:
    """(name, kind, reply) of all replies but the oracle. Where any plain reply is right, only the empty one is wrong."""
    if not row.task.passes_blank(row.sample):
        yield "empty", "decoy", ""
    known = row.task.decoys(row.sample)
    if known is None:
        return
    words = [rng.choice(vocabulary) for _ in range(RANDOM_WORDS)] if vocabulary else []
    sentences = [" ".join(words[at : at + 12]).capitalize() for at in range(0, len(words), 12)]
    yield "random", "decoy", ". ".join(sentences) + "."
    other = None if before is row else oracle_text(before.sample)
    for name, reply in decoys(question(row.sample), replace(known, near={}), other or None):
        yield name, "decoy", reply
    for name, reply in known.near.items():
        yield name, "near", reply
