"""The Berkeley Function Calling Leaderboard's single-turn scoring: decode a reply, check its calls, name the error.

Agrees with bfcl-eval 2026.3.23 on validity and error type. What is text stays text: nothing is evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.tool_calls.bfcl.checker import Mismatch, check
from ifeval.tool_calls.bfcl.data import LIVE, NON_LIVE, SINGLE_TURN, Entry, load
from ifeval.tool_calls.bfcl.decode import FORMATS, ReturnFormat, Undecodable, decode, has_call, well_formed

__all__ = [
    "FORMATS",
    "LIVE",
    "NON_LIVE",
    "SINGLE_TURN",
    "Entry",
    "Judgement",
    "ReturnFormat",
    "has_call",
    "judge",
    "judge_calls",
    "judge_native",
    "judge_row",
    "load",
]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The official verdict on one reply: `error_type` is BFCL's name of the failure, None where the reply is valid."""

    valid: bool
    error_type: str | None = None
    reason: str = ""


VALID = Judgement(True)


def judge(
    entry: Entry,
    reply: str,
    return_format: ReturnFormat = "python",
    underscore_to_dot: bool = False,
    repaired: bool = False,
) -> Judgement:
    """Judge a reply in prompt mode. `repaired` reads "+5" as 5, where upstream reads -5."""
    if "relevance" in entry.category:
        return judge_relevance(entry, has_call(reply, repaired))
    try:
        decoded = decode(reply, return_format, repaired)
    except Undecodable as error:
        return Judgement(False, "ast_decoder:decoder_failed", f"no calls can be decoded: {error}")
    return judge_calls(entry, decoded, underscore_to_dot)


def judge_relevance(entry: Entry, called: bool) -> Judgement:
    """Irrelevance is right without a call, relevance with any."""
    if "irrelevance" in entry.category:
        return (
            Judgement(False, "irrelevance_error:decoder_success", "called a function; none fits") if called else VALID
        )
    return VALID if called else Judgement(False, "relevance_error:decoder_failed", "no call; a function fits")


def judge_calls(entry: Entry, decoded: object, underscore_to_dot: bool = False) -> Judgement:
    """Judge decoded calls `[{name: arguments}, ...]` against the entry's possible answers."""
    if not well_formed(decoded):
        return Judgement(
            False, "ast_decoder:decoder_wrong_output_format", "decoded to something else than a list of calls"
        )
    try:
        check(entry.category, entry.functions, decoded, entry.answers or [], underscore_to_dot)  # type: ignore[arg-type]
    except Mismatch as mismatch:
        return Judgement(False, mismatch.error_type, mismatch.reason)
    return VALID


def judge_native(entry: Entry, calls: list[dict[str, dict[str, Any]]], error: str | None = None) -> Judgement:
    """Judge calls made through a chat template's tools, where dots in names are underscores; none is `[]`.

    `error` says why the reply's calls could not be read.
    """
    if "relevance" in entry.category:
        return judge_relevance(entry, bool(calls) and error is None)
    if error is not None:
        return Judgement(False, "ast_decoder:decoder_failed", f"no calls can be decoded: {error}")
    return judge_calls(entry, calls, underscore_to_dot=True)


def judge_row(folder: Path, row: Mapping[str, Any], where: str) -> Judgement:
    """Judge `{category, id, model_output, underscore_to_dot?, return_format?}` with the data in `folder`.

    Raises UserError, which begins with `where`, for a row that lacks a field or names an entry that does not exist.
    """
    try:
        category, entry_id, reply = str(row["category"]), str(row["id"]), row["model_output"]
    except KeyError as missing:
        raise UserError(f"{where}: the field {missing} is missing.") from None
    return_format = row.get("return_format") or "python"
    if not isinstance(reply, str) or return_format not in FORMATS:
        raise UserError(f"{where}: model_output must be text, and return_format one of {', '.join(FORMATS)}.")
    if category not in SINGLE_TURN:
        raise UserError(
            f"{where}: {category!r} is not a single-turn category of BFCL v4; known: {', '.join(SINGLE_TURN)}."
        )
    entry = load(folder, category).get(entry_id)
    if entry is None:
        raise UserError(f"{where}: there is no entry {entry_id!r} in the category {category!r}.")
    return judge(entry, reply, return_format, bool(row.get("underscore_to_dot")))
