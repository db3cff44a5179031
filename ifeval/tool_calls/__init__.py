"""Tool calls: a reply to calls (`dialects`), and calls against what was expected (`matching`)."""

from ifeval.tool_calls.dialects import DIALECTS, Dialect, Parsed, by_name, detect
from ifeval.tool_calls.matching import Expected, OneOf, match
from ifeval.tool_calls.prompt import calls_of_message, reply_message, result_messages, tool_prompt

__all__ = [
    "DIALECTS",
    "Dialect",
    "Expected",
    "OneOf",
    "Parsed",
    "by_name",
    "calls_of_message",
    "detect",
    "match",
    "reply_message",
    "result_messages",
    "tool_prompt",
]
