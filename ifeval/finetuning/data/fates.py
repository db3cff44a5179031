"""What became of every row, told before the first step: trained, cut, left out, dropped, and why."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import UNWANTED, Encoded
from ifeval.finetuning.data.mix import Loaded


def fates(loaded: Loaded, encoded: Encoded, mixed: int) -> dict[str, Any]:
    """Counts as JSON values. mixed: how many examples the mix holds; a row may give several, or be drawn more than once."""
    malformed = Counter(problem.reason for problem in loaded.problems)
    return {
        "rows": sum(loaded.rows.values()),
        "examples": mixed,
        "trained": len(encoded.units),
        "cut": encoded.shortened,
        "left_out": {reason: n for (_, reason), n in loaded.left_out.items()},
        "unwanted": encoded.unwanted,
        "malformed": dict(malformed.most_common()),
        "dropped": dict(encoded.dropped.most_common()),
        "first_dropped": dict(encoded.first_dropped),
    }


def table(found: dict[str, Any], kept: str = "trained") -> str:
    """The counts for a person, a line each; kept: what becomes of those that are used."""
    lines = [(found["trained"], f"{kept}, of {found['rows']} rows" + _drawn(found))]
    lines += [(found["cut"], "of them cut after the last turn that fits --max-length")] if found["cut"] else []
    lines += [(n, f"left out: {reason}") for reason, n in found["left_out"].items()]
    lines += [(found["unwanted"], f"left out: {UNWANTED}")] if found["unwanted"] else []
    lines += [(n, f"malformed: {reason}") for reason, n in found["malformed"].items()]
    lines += [
        (n, f"dropped: {reason} (first: {found['first_dropped'][reason]})") for reason, n in found["dropped"].items()
    ]
    width = max(len(f"{n:,}") for n, _ in lines)
    told = "\n".join(f"  {n:>{width},}  {text}" for n, text in lines)
    return f"{told}\nvalidation:\n{table(found['validation'], 'validated on')}" if "validation" in found else told


def _drawn(found: dict[str, Any]) -> str:
    return f" ({found['examples']} examples in the mix)" if found["examples"] != found["rows"] else ""


def check_dropped(found: dict[str, Any], most: float) -> None:
    """Raise UserError where more than the share `most` of the examples would be dropped."""
    dropped = sum(found["dropped"].values())
    if dropped > most * found["examples"]:
        reasons: Sequence[str] = [
            f"{n} x {reason} (first: {found['first_dropped'][reason]})"
            for reason, n in list(found["dropped"].items())[:3]
        ]
        raise UserError(
            f"{dropped} of {found['examples']} examples cannot be trained on: {'; '.join(reasons)}. Mend them, or allow more "
            "with --max-dropped."
        )
