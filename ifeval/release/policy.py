"""The gate's policy: what a release is held to, as a preset or in a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.runs.summary import EFFORTS
from ifeval.util import tomlio

MEAN, EACH, REGRESSION = RULES = ("mean", "non-inferiority", "regression")
RISES = ("truncated", "empty", "unclosed_reasoning", "unparsable")
"""Rates that may have a limit; a run with more than 1 % errors is never comparable."""
MOST_EFFORT = 100.0
DEPLOYMENT = ("engine", "template", "tool_dialect", "tools_in_words", "reasoning")
"""What may differ between two deployments of one checkpoint: a server shows no template, a parser is part of it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one family or task is judged. None: `margin` is not asked of it by itself, `blocking` depends on its size."""

    margin: float | None = None
    blocking: bool | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a release is held to.

    rule: "mean" asks that the mean over families is not worse by `margin`, "non-inferiority" that no family is,
    "regression" for no margin at all. Under each, a family or task that is significantly worse fails, unless the loss
    is shown to be smaller than `margin` and than the share `relative` of the baseline's score.
    fewest: families with fewer independent samples have no part in the mean and no margin, unless all are so small or
    the policy says otherwise; they fail where they are significantly worse. rises: by how much a rate may exceed the
    baseline's, task by task. efforts: of conversations, by what share of the baseline's mean the replies, calls, tokens
    or seconds of one may exceed it; nothing is asked of those not named. allow: settings in which the runs may differ.
    same_model: both runs should be of one checkpoint.
    """

    alpha: float = 0.05
    margin: float = 0.03
    rule: str = MEAN
    relative: float = 0.25
    fewest: int = 100
    families: Mapping[str, Endpoint] = field(default_factory=dict)
    tasks: Mapping[str, Endpoint] = field(default_factory=dict)
    rises: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(RISES, 0.05))
    efforts: Mapping[str, float] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    same_model: bool = False
    preset: str = "release"


PRESETS = {
    policy.preset: policy
    for policy in (
        Policy(),
        Policy(margin=0.05, rule=EACH, preset="strict"),
        Policy(rises=dict.fromkeys(RISES, 0.02), allow=DEPLOYMENT, same_model=True, preset="deployment"),
        Policy(rule=REGRESSION, fewest=1, rises=dict.fromkeys(RISES, 0.1), preset="smoke"),
    )
}
"""release: may it be shipped? strict: every family by itself. deployment: one checkpoint, served in two ways.
smoke: a few samples, to catch what is broken."""


def preset_policy(name: str) -> Policy:
    """A policy by the name of its preset. Raises UserError for an unknown one."""
    if name not in PRESETS:
        raise UserError(f"--preset {name}: give one of {', '.join(PRESETS)}.")
    return PRESETS[name]


def chosen_policy(path: Path | None, preset: str | None) -> Policy:
    """The policy of a file or of a preset; that of a release without either. Raises UserError where both are given."""
    if path is not None and preset is not None:
        raise UserError(f"Give --policy {path} or --preset {preset}; the file may name the preset it starts from.")
    return read_policy(path) if path is not None else preset_policy(preset or "release")


def read_policy(path: Path) -> Policy:
    """The policy of a TOML file (`ifeval gate --init` writes one). Raises UserError naming the file and the key."""
    try:
        return parse_policy(tomlio.loads(path.read_text()))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} is not TOML: {error}.") from error
    except ValueError as error:
        raise UserError(f"{path}: {error}.") from error


def parse_policy(table: Mapping[str, Any]) -> Policy:
    """A policy from its table, over the preset it names. Raises ValueError naming the key that is out of range."""
    known = {"preset", "alpha", "margin", "rule", "relative", "fewest", "allow", "same_model"}
    _only(table, known | {"families", "tasks", "rises", "efforts"}, "")
    preset = table.get("preset", "release")
    base = PRESETS.get(preset) if isinstance(preset, str) else None
    if base is None:
        raise ValueError(f"preset is {preset!r}; it can be {', '.join(PRESETS)}")
    given: dict[str, Any] = {name: _share(table[name], name) for name in ("alpha", "margin") if name in table}
    for name, read in (
        ("rule", _rule),
        ("relative", _relative),
        ("fewest", _count),
        ("allow", _names),
        ("rises", _rises),
        ("efforts", _efforts),
    ):
        if name in table:
            given[name] = read(table[name])
    if "same_model" in table:
        given["same_model"] = _truth(table["same_model"], "same_model")
    return replace(base, **given, families=_endpoints(table, "families"), tasks=_endpoints(table, "tasks"))


def _endpoints(table: Mapping[str, Any], section: str) -> dict[str, Endpoint]:
    endpoints = {}
    for name, given in _table(table.get(section, {}), section).items():
        where = f"{section}.{name}"
        _only(_table(given, where), {"margin", "blocking"}, f"{where}.")
        endpoints[name] = Endpoint(
            _share(given["margin"], f"{where}.margin") if "margin" in given else None,
            _truth(given["blocking"], f"{where}.blocking") if "blocking" in given else None,
        )
    return endpoints


def _rule(value: Any) -> str:
    if value not in RULES:
        raise ValueError(f"rule is {value!r}; it can be {', '.join(RULES[:-1])} or {RULES[-1]}")
    return str(value)


def _relative(value: Any) -> float:
    return 1.0 if value == 1 and not isinstance(value, bool) else _share(value, "relative")


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"fewest must be a whole number of samples, 1 or more, not {value!r}")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("allow must be a list of settings, such as ['template']")
    return tuple(value)


def _rises(given: Any) -> dict[str, float]:
    _only(_table(given, "rises"), set(RISES), "rises.")
    return {name: _share(value, f"rises.{name}") for name, value in given.items()}


def _efforts(given: Any) -> dict[str, float]:
    _only(_table(given, "efforts"), set(EFFORTS), "efforts.")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MOST_EFFORT:
            raise ValueError(f"efforts.{name} must be a number above 0 (0.25 is a quarter more), not {value!r}")
    return {name: float(value) for name, value in given.items()}


def _truth(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be a table")
    return value


def _only(table: Mapping[str, Any], known: set[str], prefix: str) -> None:
    if unknown := sorted(table.keys() - known):
        raise ValueError(f"{prefix}{unknown[0]} is unknown; known here are {', '.join(sorted(known))}")


def _share(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise ValueError(f"{name} must be a number between 0 and 1 (0.05 is five points), not {value!r}")
    return float(value)
