"""Reading a reply: thoughts by marks, messages or not at all; special tokens dropped afterwards; cut thoughts never answers."""

import pytest

from ifeval.errors import UserError
from ifeval.models.reasoning import reasoning_parser
from ifeval.models.replies import Reading, interpret
from ifeval.records import Response, Sample, ToolCall
from ifeval.tool_calls import by_name

TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]
CALL = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>'


def read(raw: str, reasoning: str, dialect: str = "hermes", tools=None, cut: bool = False, drop: tuple[str, ...] = ()):
    reading = Reading(reasoning_parser(reasoning, None), by_name(dialect), drop)
    response = Response("k", raw, "length" if cut else "stop")
    return interpret(response, Sample("s", [{"role": "user", "content": "?"}], tools), reading)


@pytest.mark.parametrize(
    ("name", "raw", "reasoning", "answer"),
    [
        ("tags", "<think>hm</think>\n\nYes.", "hm", "Yes."),
        ("tags", "hm</think>Yes.", "hm", "Yes."),
        ("tags", "Yes.", None, "Yes."),
        ("open", "hm", "hm", None),
        ("open", "hm</think>Yes.", "hm", "Yes."),
        ("none", "<think>hm</think>Yes.", None, "<think>hm</think>Yes."),
        ('marks:["[THINK]", "[/THINK]"]', "[THINK]hm[/THINK]Yes.", "hm", "Yes."),
        ('marks:["<|a|>", "<|end|>"]', "Yes.<|end|>", None, "Yes.<|end|>"),
        ('opened:["<|a|>", "<|b|>"]', "hm<|b|>Yes.", "hm", "Yes."),
        ('opened:["<|a|>", "<|b|>"]', "hm", "hm", None),
    ],
)
def test_marks(name: str, raw: str, reasoning: str | None, answer: str | None) -> None:
    found = read(raw, name)
    assert found.reasoning == reasoning
    assert found.answer == (answer or "")
    assert found.unclosed_reasoning == (answer is None)


HARMONY = "<|channel|>analysis<|message|>hm<|end|><|start|>assistant"


def test_harmony() -> None:
    final = read(f"{HARMONY}<|channel|>final<|message|>Yes.<|return|>", "harmony", "openai")
    assert (final.reasoning, final.answer) == ("hm", "Yes.")
    call = read(
        f"{HARMONY}<|channel|>commentary to=functions.f <|constrain|>json<|message|>{{}}", "harmony", "openai", TOOLS
    )
    assert (call.reasoning, call.tool_calls) == ("hm", (ToolCall("f", {}),))
    cut = read("<|channel|>analysis<|message|>hm, to=functions.f", "harmony", "openai", TOOLS, cut=True)
    assert cut.unclosed_reasoning
    assert cut.answer == ""
    assert read("Yes.", "harmony", "openai").answer == "Yes."


def test_a_call_ends_a_thought_unless_the_reply_was_cut() -> None:
    whole = read(f"hm\n{CALL}", "open", tools=TOOLS)
    assert (whole.reasoning, whole.tool_calls, whole.unclosed_reasoning) == ("hm", (ToolCall("f", {}),), False)
    cut = read(f"hm\n{CALL}", "open", tools=TOOLS, cut=True)
    assert (cut.tool_calls, cut.unclosed_reasoning) == (None, True)
    assert read(f"hm\n{CALL}", "open").unclosed_reasoning, "nothing is called where no tools are offered"


def test_special_tokens_are_dropped_from_answers_only() -> None:
    found = read("<|x|>Yes.<|im_end|>", "tags", drop=("<|im_end|>", "<|x|>"))
    assert (found.raw, found.answer) == ("<|x|>Yes.<|im_end|>", "Yes.")
    assert read(f"{CALL}<|im_end|>", "tags", tools=TOOLS, drop=("<|im_end|>",)).tool_calls == (ToolCall("f", {}),)


def test_names_that_say_nothing_are_refused() -> None:
    with pytest.raises(UserError, match="opening mark"):
        reasoning_parser("marks:nonsense", None)
