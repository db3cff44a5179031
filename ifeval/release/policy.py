"""The gate's policy: which families and tasks count, how much worse is too much, in a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ifeval.errors import UserError

RULES = ("non-inferiority", "regression")
RISES = ("truncated", "empty", "unclosed_reasoning", "unparsable")
"""Rates that may have a limit; a run with more than 1 % errors is never comparable."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one family or task is judged: worse by `margin` or more is too much; only a blocking one can fail."""

    margin: float = 0.05
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """What a release is held to. Families not named are blocking at `margin`; tasks count only where they are named.

    `rule` "regression" blocks on a significant loss alone: what "non-inferiority" calls INCONCLUSIVE passes.
    `rises`: by how much a rate may exceed the baseline's. `allow`: settings in which the runs may differ.
    """

    alpha: float = 0.05
    margin: float = 0.05
    rule: str = RULES[0]
    families: Mapping[str, Endpoint] = field(default_factory=dict)
    tasks: Mapping[str, Endpoint] = field(default_factory=dict)
    rises: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(RISES, 0.05))
    allow: tuple[str, ...] = ()

    def family(self, name: str) -> Endpoint:
        return self.families.get(name, Endpoint(self.margin))


def read_policy(path: Path) -> Policy:
    """The policy of a TOML file (`ifeval gate --init` writes one). Raises UserError naming the file and the key."""
    try:
        return parse_policy(tomllib.loads(path.read_text()))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} is not TOML: {error}.") from error
    except ValueError as error:
        raise UserError(f"{path}: {error}.") from error


def parse_policy(table: Mapping[str, Any]) -> Policy:
    """A policy from its table. Raises ValueError naming the key that is unknown or out of range."""
    _only(table, {"alpha", "margin", "rule", "allow", "families", "tasks", "rises"}, "")
    margin = _share(table.get("margin", 0.05), "margin")
    rule, allow = table.get("rule", RULES[0]), table.get("allow", [])
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}; it can be {' or '.join(RULES)}")
    if not isinstance(allow, list) or not all(isinstance(name, str) for name in allow):
        raise ValueError("allow must be a list of settings, such as ['template']")
    rises = {"rises": _rises(table["rises"])} if "rises" in table else {}
    return Policy(
        alpha=_share(table.get("alpha", 0.05), "alpha"),
        margin=margin,
        rule=rule,
        families=_endpoints(table, "families", margin),
        tasks=_endpoints(table, "tasks", margin),
        allow=tuple(allow),
        **rises,
    )


def _endpoints(table: Mapping[str, Any], section: str, margin: float) -> dict[str, Endpoint]:
    endpoints = {}
    for name, given in _table(table.get(section, {}), section).items():
        where = f"{section}.{name}"
        _only(_table(given, where), {"margin", "blocking"}, f"{where}.")
        blocking = given.get("blocking", True)
        if not isinstance(blocking, bool):
            raise ValueError(f"{where}.blocking must be true or false")
        endpoints[name] = Endpoint(_share(given.get("margin", margin), f"{where}.margin"), blocking)
    return endpoints


def _rises(given: Any) -> dict[str, float]:
    _only(_table(given, "rises"), set(RISES), "rises.")
    return {name: _share(value, f"rises.{name}") for name, value in given.items()}


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
