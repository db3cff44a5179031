"""Tool calls: a reply to calls (`dialects`), and calls against what was expected (`matching`)."""

from ifeval.tool_calls.any_form import any_form
from ifeval.tool_calls.dialects import DIALECTS, Dialect, Parsed, by_name
from ifeval.tool_calls.leniency import Matched, match_leniently
from ifeval.tool_calls.matching import Expected, OneOf, match
from ifeval.tool_calls.prompt import calls_of_message, reply_message, result_messages, tool_prompt

__all__ = [
    "DIALECTS",
    "Dialect",
    "Expected",
    "Matched",
    "OneOf",
    "Parsed",
    "any_form",
    "by_name",
    "calls_of_message",
    "match",
    "match_leniently",
    "reply_message",
    "result_messages",
    "tool_prompt",
]
