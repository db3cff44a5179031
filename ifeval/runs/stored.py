"""The door for stored runs: what manifests, summaries, replies and rows must look like before anything reads them.

A run's files lie where others can change them, and a disk can fill while they are written. What does not fit is one
sentence that names the file and the place in it. Old runs fit: only what some verb reads is asked for.
"""

from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.util.shapes import (
    JSON_SCALAR,
    Shape,
    anything,
    either,
    every,
    fields,
    flag,
    items,
    number,
    or_null,
    text,
    whole,
)

MOST_REPEATS = 1000
"""A larger number of a repeat is no run's: tables have a column for each."""

RATES = ("truncated", "empty", "unclosed_reasoning", "unparsable", "errors")
"""The ways of a reply to go wrong that are counted beside every score."""

_object = every(anything)


def _repeat(value: Any) -> str | None:
    return whole(value) or (None if value < MOST_REPEATS else f" is not below {MOST_REPEATS:,}")


def _pair(value: Any) -> str | None:
    return items(whole)(value) or (None if len(value) == 2 else " is not a pair")


def _interval(value: Any) -> str | None:
    """A score with its bounds, which may be missing; the value only where nothing was counted."""
    problem = _bounds(value)
    return problem or (" has no value" if value["n"] and value["value"] is None else None)


_bounds = fields(
    {"value": or_null(number), "low": or_null(number), "high": or_null(number), "n": whole, "method": text}
)
_rates = fields(dict.fromkeys(RATES, number))
_sampling = fields({}, {"temperature": or_null(number), "max_tokens": JSON_SCALAR})
_engine = fields({"name": text, "version": or_null(text)})

SETTINGS = fields(
    {
        "tasks": every(
            fields({"version": or_null(text), "sampling": _sampling, "seed": JSON_SCALAR}, {"data": JSON_SCALAR})
        ),
        "engine": _engine,
        "limit": or_null(whole),
        "repeats": whole,
        "constrain": JSON_SCALAR,
        "system": or_null(text),
        "template": or_null(text),
        "reasoning": text,
        "tool_dialect": text,
    },
    {"shard": or_null(_pair), "template_args": either(_object, text), "tools_in_words": JSON_SCALAR},
)
MODEL = fields(
    {"name": text, "fingerprint": text, "parameters": or_null(whole), "chat_template": or_null(text)},
    {"architecture": or_null(text), "context_length": or_null(whole), "fingerprinted": flag},
)
MANIFEST = fields(
    {
        "identity": text,
        "status": text,
        "started": text,
        "settings": SETTINGS,
        "model": MODEL,
        "versions": fields({"ifeval-harness": text}),
    },
    {
        "finished": text,
        "options": _object,
        "phases": every(number),
        "engine_settings": fields({}, {"retries": every(whole)}),
        "profile": fields({}, {"frames": items(text)}),
        "special_tokens": items(text),
        "commit": or_null(text),
        "date": or_null(text),
        "imported": _object,
    },
)
_drawn: dict[str, Shape] = {
    **dict.fromkeys(("limit", "seed", "order_seed", "max_tokens", "thinking_budget"), or_null(number)),
    **dict.fromkeys(("repeats", "temperature", "top_p", "top_k"), number),
    **dict.fromkeys(("system", "chat_template", "adapter", "tool_dialect", "ray_address"), or_null(text)),
    **dict.fromkeys(("engine", "sampling", "reasoning"), text),
    **dict.fromkeys(("template_args", "engine_args"), _object),
    **dict.fromkeys(("base_urls", "seen"), items(text)),
    "shard": or_null(_pair),
}
OPTIONS = fields({"model": text, "tasks": items(text), "data": every(text), "task_paths": items(text)}, _drawn)
"""What rescoring and merging make the plan of a run from."""

MANNER = fields(
    {"notes": items(text)},
    {
        **dict.fromkeys(("temperature", "top_p", "top_k", "min_p", "repetition_penalty"), number),
        "thinking": or_null(whole),
        "template_args": _object,
    },
    closed=True,
)
SUMMARY = fields(
    {
        "tasks": every(
            fields(
                {
                    **dict.fromkeys(("family", "version", "primary", "unit"), text),
                    **dict.fromkeys(("samples", "rows"), whole),
                    **dict.fromkeys(("metrics", "checks"), every(_interval)),
                    "rates": _rates,
                    "outcomes": every(whole),
                    "by": every(every(_interval)),
                },
                {
                    "advisory": flag,
                    "ladders": every(_interval),
                    "conversations": fields(
                        {
                            "ended": every(whole),
                            "replies": every(whole),
                            "per_sample": fields(dict.fromkeys(("replies", "calls", "tokens", "seconds"), number)),
                        }
                    ),
                },
            )
        ),
        "families": every(_interval),
        "rates": _rates,
        "engine": fields({"name": text, "tokens_per_second": or_null(number), "generated_tokens": whole}),
    }
)
_columns = items(either(text, items(or_null(number))))
_ratio = items(_columns)
BASELINE = fields(
    {
        **dict.fromkeys(("name", "identity", "started"), text),
        "model": MODEL,
        "settings": SETTINGS,
        "options": fields({}, {**_drawn, "tasks": items(text)}),
        "speed": or_null(number),
        "tasks": every(
            fields(
                {
                    **dict.fromkeys(("family", "version", "primary"), text),
                    "noise": every(number),
                    "ids": items(text),
                    "clusters": or_null(items(text)),
                    "metrics": every(_columns),
                    "ratios": every(_ratio),
                    "rates": fields(dict.fromkeys(RATES, _columns)),
                    "tokens": _columns,
                },
                {"efforts": every(_columns)},
            )
        ),
    }
)
_call = fields({"name": text, "arguments": _object}, closed=True)
RESPONSE = fields(
    {"key": text, "raw": text, "finish_reason": text},
    {
        **dict.fromkeys(("prompt_tokens", "completion_tokens"), whole),
        **dict.fromkeys(("error", "reasoning", "tool_error"), or_null(text)),
        **dict.fromkeys(("unclosed_reasoning", "native"), flag),
        "latency": number,
        "answer": text,
        "tool_calls": or_null(items(_call)),
    },
    closed=True,
)
_whole_response = fields(
    dict.fromkeys(
        ("prompt_tokens", "completion_tokens", "latency", "answer", "error", "reasoning", "tool_error"), anything
    )
    | {"unclosed_reasoning": anything, "tool_calls": anything}
)
_check = fields({"name": text, "ok": flag, "reason": text, "outcome": text})


def _response(value: Any) -> str | None:
    """In a row every part of it stands, those with a default too."""
    return RESPONSE(value) or _whole_response(value)


_row = fields(
    {
        **dict.fromkeys(("task", "sample_id"), text),
        "repeat": _repeat,
        "tags": every(JSON_SCALAR),
        "messages": items(fields({"role": text})),
        "response": _response,
        "score": fields(
            {
                "metrics": every(or_null(either(number, flag))),
                "counts": every(_pair),
                "verdicts": items(_check),
                "loose": or_null(items(flag)),
                "error": or_null(text),
            }
        ),
    },
    {
        "tools": or_null(items(anything)),
        "turns": items(fields({"at": whole, "response": _response})),
        "ended": or_null(text),
    },
)


def ROW(value: Any) -> str | None:
    """A journal line; one of a conversation has replies and says how it ended."""
    if problem := _row(value):
        return problem
    if "turns" in value and not (value["turns"] and isinstance(value.get("ended"), str)):
        return " is a conversation without replies or an end"
    return None


def checked(value: Any, shape: Shape, place: Path | str) -> Any:
    """The value, if it fits. Raises UserError naming `place`, a file or a line of one, where it does not."""
    if problem := shape(value):
        raise UserError(
            f"{place} is damaged: it{problem}." if problem[0] == " " else f"{place} is damaged: {problem[1:]}."
        )
    return value
