"""The samples a reader should look at: those a run failed or that flipped, with prompt, replies and reasons, as plain JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest
from itertools import chain
from typing import Any

from ifeval.runs.run import Run, printable
from ifeval.runs.summary import replies, row_rates
from ifeval.runs.transcript import reply_text, transcript, words
from ifeval.util.jsonio import dumps
from ifeval.util.text import clipped, visible

Key = tuple[str, str, int]
"""Task, sample id, repeat."""


@dataclass(frozen=True, slots=True)
class Failures:
    """`items` are embedded in the page; `totals` and `shown` count samples by task, before and after the limit."""

    items: list[dict[str, Any]]
    totals: dict[str, int]
    shown: dict[str, int]


def collect(runs: Sequence[Run], limit: int, flips: Sequence[Mapping[Key, str]] = ()) -> Failures:
    """The failures of all runs and what flipped, at most `limit` per task; replies of every run side by side.

    flips: for each run but the first, "lost" or "won" against the first by sample; losses come first and are the last
    to be left out, then wins. Which of equals stay is drawn by a hash of the sample: no favour to any, and the same
    at every call. Only what is shown is held.
    """
    changed: dict[Key, list[str]] = {}
    for series, by_key in enumerate(flips, start=1):
        for key, change in by_key.items():
            changed.setdefault(key, []).append(f"{change}:{series}")
    failed = dict.fromkeys(chain(*map(_failed, runs), changed))
    totals = Counter(key[0] for key in failed)
    chosen = [
        key
        for task in totals
        for key in nsmallest(limit, (key for key in failed if key[0] == task), lambda key: _order(key, changed))
    ]
    places = {key: index for index, key in enumerate(sorted(chosen, key=lambda key: (_rank(key, changed), key)))}
    items: list[dict[str, Any]] = [{"changes": changed.get(key, []), "sides": []} for key in places]
    for series, run in enumerate(runs):
        for row in run.rows():
            if (place := places.get(_key(row))) is not None:
                items[place] |= _sample(row)
                items[place]["sides"].append({"run": series, **_side(row)})
    return Failures(items, dict(sorted(totals.items())), {task: min(limit, total) for task, total in totals.items()})


def _failed(run: Run) -> Iterator[Key]:
    """The samples with an error or a failed check, read without their replies."""
    frame = run.columns("task", "sample_id", "repeat", "error", "verdicts")
    for task, sample_id, repeat, error, checks in zip(*(frame[name].tolist() for name in frame), strict=True):
        if isinstance(error, str) or not all(check["ok"] for check in checks):
            yield task, sample_id, repeat


def _key(row: Mapping[str, Any]) -> Key:
    return row["task"], printable(row["sample_id"]) or "", row["repeat"]


def _rank(key: Key, changed: Mapping[Key, list[str]]) -> int:
    """Losses, wins, then what did not change."""
    changes = changed.get(key, [])
    return 0 if any(change.startswith("lost") for change in changes) else 1 if changes else 2


def _order(key: Key, changed: Mapping[Key, list[str]]) -> tuple[int, bytes]:
    """By rank; a hash decides among equals."""
    return _rank(key, changed), blake2b("\0".join(map(str, key)).encode(), digest_size=8).digest()


def _sample(row: Mapping[str, Any]) -> dict[str, Any]:
    """What all runs share: which sample, and what was asked; of a conversation what was asked first."""
    asked = row["messages"][: row["turns"][0]["at"]] if row.get("turns") else row["messages"]
    turns = [{"role": visible(str(turn["role"])), "text": clipped(words(turn))} for turn in asked]
    if row.get("tools"):
        turns.insert(0, {"role": "tools", "text": clipped(dumps(row["tools"], pretty=True).decode())})
    return {
        "task": visible(row["task"]),
        "id": visible(row["sample_id"]),
        "repeat": row["repeat"],
        "tags": [visible(f"{name} {value}") for name, value in row["tags"].items()],
        "turns": turns,
    }


def _talk(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A conversation from its first reply on, each reply with the checks of its turn that failed."""
    said = transcript(row)
    first = next(place for place, one in enumerate(said) if one.response is not None)
    return [
        {
            "role": visible(f"{one.turn} {one.role}"),
            "text": clipped(one.text),
            "failed": [_check(check) for check in one.checks if not check["ok"]],
        }
        for one in said[first:]
    ]


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": visible(check["name"] or "reply"),
        "ok": check["ok"],
        "reason": clipped(check["reason"]),
        "outcome": visible(check["outcome"]),
    }


def _side(row: Mapping[str, Any]) -> dict[str, Any]:
    """What one run replied, and how it was judged: failed checks first."""
    response, score = row["response"], row["score"]
    reply = reply_text(response) if response["error"] is None else response["raw"]
    talk = {"talk": _talk(row), "ended": row["ended"], "replies": len(row["turns"])} if row.get("turns") else {}
    return {
        **talk,
        "reply": clipped(reply),
        "length": len(reply),
        "tokens": sum(one["completion_tokens"] for one in replies(row)),
        "flags": [name for name, holds in row_rates(row).items() if holds],
        "error": None if score["error"] is None else clipped(score["error"]),
        "checks": [_check(check) for check in sorted(score["verdicts"], key=lambda check: check["ok"])],
    }
