"""What of a message or row is to be trained, in the spellings that trainers have for it."""

import re
from collections.abc import Mapping
from typing import Any

NUMBERS = ("weight", "loss_weight", "loss_scale", "sample_weight")
YES = ("train", "training", "trainable", "learn", "loss", "compute_loss", "loss_mask")
NO = ("masked", "is_masked", "mask")
DETAIL = "train_detail"
KEYS = frozenset((*NUMBERS, *YES, *NO, DETAIL))
OF_MASKS = frozenset(
    ["weight", "weights", "mask", "masks", "masked", "loss", "losses", "train", "trained", "training", "trainable", "learn"]
)  # fmt: skip
GOOD = frozenset(
    ["good", "desirable", "desired", "wanted", "liked", "thumbs", "upvoted", "accepted", "preferred", "correct"]
)
BAD = frozenset(["bad", "undesirable", "unwanted", "disliked", "downvoted", "rejected", "incorrect", "wrong"])
"""Words in names of columns that say what is trained, or which replies are good or bad."""

WORDS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def truth(value: Any) -> bool | None:
    """A yes or no as JSON, a table or a number says it; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    return WORDS.get(value.strip().lower()) if isinstance(value, str) else None


def weight_of(turn: Mapping[str, Any]) -> float | None:
    """How much a message or row counts, 0 for not at all, None where it says nothing. Raises ValueError.

    `NUMBERS` are numbers from 0 on, `YES` say yes (`loss_mask` is 1 where there is a loss), `NO` say no. Several must
    agree; null says nothing.
    """
    found: dict[str, float] = {}
    for key in (*NUMBERS, *YES, *NO):
        value = turn.get(key)
        if value is None or value == "":
            continue
        said = truth(value)
        if key in NUMBERS:
            found[key] = _number(key, value)
        elif said is None:
            raise ValueError(f"`{key}` is {value!r}, expected true or false")
        else:
            found[key] = float(said != (key in NO))
    if len(set(found.values())) > 1:
        raise ValueError(" and ".join(f"`{key}`" for key in found) + " contradict each other")
    return next(iter(found.values()), None)


def decides(name: str, value: Any) -> bool:
    """Whether a column or key that nobody reads seems to say what is trained, or that a reply is a bad one.

    Text is not asked for; that nobody reads it is an error anyway.
    """
    words = set(re.split(r"[^a-z]+", name.lower()))
    if words & OF_MASKS and value is not None and not isinstance(value, str | dict):
        return True
    if not isinstance(value, bool):
        return False
    return bool(words & (BAD if value else GOOD))


def _number(key: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError(f"a `{key}` of {value!r}; expected a number of 0 or more")
    return number


def untrained(detail: Any, length: int, trained: bool) -> list[tuple[int, int]]:
    """The parts of a text of `length` characters that are not trained, as [start, end). Raises ValueError.

    detail: `[{begin_offset, end_offset, train}]`, the end included, as axolotl has it; what no entry names is trained
    where `trained` says so.
    """
    if not isinstance(detail, list) or not all(isinstance(part, Mapping) for part in detail):
        raise ValueError("`train_detail` must be a list of objects")
    kept = [trained] * length
    for part in detail:
        begin, end = part.get("begin_offset"), part.get("end_offset")
        if not isinstance(begin, int) or not isinstance(end, int) or not 0 <= begin <= end < max(length, 1):
            raise ValueError(f"`train_detail` names the characters {begin!r} to {end!r} of {length}")
        kept[begin : end + 1] = [truth(part.get("train")) is not False] * (end + 1 - begin)
    edges = [i for i in range(length + 1) if (i < length and not kept[i]) != (i > 0 and not kept[i - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))
