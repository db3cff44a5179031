"""BFCL's multi-turn categories: the back ends, the official runner's steps and the official checker.

Written from the observed behaviour of bfcl-eval 2026.3.23. A call string is parsed, never evaluated; time, memory and
output are bounded.
"""

from ifeval.tool_calls.bfcl.multi_turn.checker import MultiTurnJudgement, environment, judge_multi_turn_row, judge_turns
from ifeval.tool_calls.bfcl.multi_turn.decoding import call_strings, native_call_strings
from ifeval.tool_calls.bfcl.multi_turn.entries import MultiTurnEntry, load_multi_turn
from ifeval.tool_calls.bfcl.multi_turn.environment import BACKENDS, Environment
from ifeval.tool_calls.bfcl.multi_turn.stepping import MAX_STEPS, Progress, progress

__all__ = [
    "BACKENDS",
    "MAX_STEPS",
    "Environment",
    "MultiTurnEntry",
    "MultiTurnJudgement",
    "Progress",
    "call_strings",
    "environment",
    "judge_multi_turn_row",
    "judge_turns",
    "load_multi_turn",
    "native_call_strings",
    "progress",
]
