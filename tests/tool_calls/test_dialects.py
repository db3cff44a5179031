"""Every dialect: what it writes it reads back, whatever stands around; and no reply stops it."""

import random
import string
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.records import ToolCall
from ifeval.tool_calls import DIALECTS, by_name, calls_of_message, tool_prompt
from ifeval.tool_calls.dialects.vllm import VllmDialect

ALL = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)

names = st.text(string.ascii_lowercase, min_size=2, max_size=8).map(lambda text: f"fn_{text}")
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ['say "hi"', "it's", "back\\slash", '{"a": [1, "]"]}', "<tool_call>", "</parameter>", "[TOOL_CALLS][]", "```", "5", "true", "null",
         '"quoted"', " padded ", "line\nbreak\n", "\ud800", "\0", "日本語 🙂", "f(a=1)]", "\\u003c", "", "<function=x>"]
    ),
)  # fmt: skip
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64), st.floats(allow_nan=False, allow_infinity=False), texts
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
calls = st.lists(st.builds(ToolCall, names, st.dictionaries(names, values, max_size=3)), min_size=1, max_size=3).map(
    tuple
)


WORDS = ["Bonn", "42", "true", '"', "\\", "'", "\n", "{", "}", "[", "]", "</tool_call>", "<parameter=x>", "[TOOL_CALLS]", "```", "ß", "🙂", " ", ", ", "="]  # fmt: skip


def made_value(rng, depth):
    kind = rng.randrange(8 if depth < 4 else 6)
    if kind < 3:
        return "".join(rng.choices(WORDS, k=rng.randrange(5)))
    if kind < 6:
        return rng.choice([None, True, False, rng.randint(-(10**20), 10**20), rng.random(), -0.0, 1e300])
    if kind == 6:
        return [made_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {"".join(rng.choices(WORDS, k=2)): made_value(rng, depth + 1) for _ in range(rng.randrange(4))}


@ALL
def test_a_thousand_calls(dialect):
    rng = random.Random("a thousand calls")
    made = [
        ToolCall(f"fn_{index}", {f"argument_{key}": made_value(rng, 0) for key in range(rng.randrange(5))})
        for index in range(1000)
    ]
    for begin in range(0, 1000, 4):
        wanted = tuple(made[begin : begin + 4])
        assert dialect.parse("I will.\n" + dialect.render(wanted)).calls == wanted


# Drawing is dear and parsing is not: what is drawn goes through every dialect.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=calls)
def test_round_trip(wanted):
    for name, dialect in DIALECTS.items():
        parsed = dialect.parse(dialect.render(wanted))
        assert parsed.calls == wanted, name
        assert parsed.error is None, name
        assert not parsed.text.strip("; "), name


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    wanted=calls, before=st.sampled_from(["", "Certainly! I'll look that up.\n", "Step 1, as you said: call it.\n\n"])
)
def test_prose_around(wanted, before):
    for name, dialect in DIALECTS.items():
        parsed = dialect.parse(f"{before}{dialect.render(wanted)}\nThat should do.")
        assert parsed.calls == wanted, name
        assert parsed.error is None, name
        assert parsed.text.startswith(before.strip()), name
        assert parsed.text.endswith("That should do."), name


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=calls, share=st.floats(0, 1))
def test_cut_off_replies_never_invent_calls(wanted, share):
    for name, dialect in DIALECTS.items():
        text = dialect.render(wanted)
        found = dialect.parse(text[: round(share * len(text))]).calls
        assert found == wanted[: len(found)], name


@ALL
def test_plain_words_hold_no_call(dialect):
    for text in ("", "It rains [1] in {Bonn}.", 'He said "no" (twice).', "\0\ud800", "The answer is 5."):
        parsed = dialect.parse(text)
        assert parsed.calls == ()
        assert parsed.error is None


PIECES = ["[", "{", "<tool_call>", "</tool_call>", '"', "\\", '{"name": "', "[f(", "```", "<function=a>", "<parameter=b>", "<function=", "[TOOL_CALLS]", "f(", "[TOOL_CALLS]{", "]", "'", "\ud800"]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(text=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=25).map("".join))
def test_never_raises(text):
    for name, dialect in DIALECTS.items():
        assert isinstance(dialect.parse(text).calls, tuple), name


@ALL
def test_linear_time(dialect):
    begun = time.process_time()
    for piece in PIECES:
        for before in ("", '```json\n[{"name": "f", "arguments": {"a": "'):
            dialect.parse(before + piece * (25_000 // len(piece)))
    assert time.process_time() - begun < 4  # where it takes 0.1: 36 replies of 25 KB


@pytest.mark.parametrize(
    ("name", "reply", "wanted"),
    [
        ("hermes", '<tool_call>{"name": "f", "arguments": {"a": 1}}', {"a": 1}),
        ("hermes", '<tool_call>[{"name": "f", "arguments": "{\\"a\\": 1}"}]</tool_call>', {"a": 1}),
        ("llama3_json", '<|python_tag|>{"name": "f", "parameters": {"a": 1}}', {"a": 1}),
        ("mistral", '[TOOL_CALLS]f[ARGS]{"a": 1}', {"a": 1}),
        ("mistral", '[TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}, "id": "x1"}]', {"a": 1}),
        ("pythonic", "f(a=1, b=true)", {"a": 1, "b": True}),
        ("pythonic", "```python\n[f(a=-1.5, b={'k': (1, 2)})]\n```", {"a": -1.5, "b": {"k": [1, 2]}}),
        ("qwen3_coder", "<function=f>\n<parameter=a>\n1\n</parameter>\n</function>", {"a": 1}),
        ("json", '{"function": {"name": "f", "arguments": {"a": 1}}}', {"a": 1}),
        ("json", 'Call: {"name": "f", "parameters": {"a": 1}} done', {"a": 1}),
        ("fenced", '```\n{"name": "f", "arguments": {"a": 1}}\n```', {"a": 1}),
        (
            "hermes",
            '<tool_call>\n{"name": "f", "arguments": {"a": "</tool_call>"}}\n</tool_call>',
            {"a": "</tool_call>"},
        ),
        ("hermes", "<tool_call>\n<function=f>\n<parameter=a>\n1\n</parameter>\n</function>\n</tool_call>", {"a": 1}),
        ("qwen3_coder", "<function=f>\n<parameter=a>True</parameter>\n</function>\n</tool_call>", {"a": True}),
        ("openai", '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1}<|call|>', {"a": 1}),
        ("openai", ' to=functions.f<|channel|>commentary json<|message|>{"a": 1}<|call|>', {"a": 1}),
        (
            "gemma4",
            '<|tool_call>call:f{a:[1.5e3,<|"|>x,y<|"|>,{b:null}]}<tool_call|>',
            {"a": [1500.0, "x,y", {"b": None}]},
        ),
        ("functiongemma", "<start_function_call>call:f{a:<escape>x<escape>}<end_function_call>", {"a": "x"}),
        (
            "deepseek_v32",
            '<｜DSML｜function_calls>\n<｜DSML｜invoke name="f">\n<｜DSML｜parameter name="a" string="true">1</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
            {"a": "1"},
        ),
        (
            "deepseek_v31",
            '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜>',
            {"a": 1},
        ),
        (
            "kimi_k2",
            '<|tool_calls_section_begin|> <|tool_call_begin|> functions.f:0 <|tool_call_argument_begin|> {"a": 1} <|tool_call_end|>',
            {"a": 1},
        ),
        (
            "kimi_k3",
            '<|open|>tools<|sep|><|open|>call tool="f" index="1"<|sep|><|open|>argument key="a" type="number"<|sep|>1<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>',
            {"a": 1},
        ),
        (
            "minimax_m3",
            ']<]minimax[>[<tool_call>]<]minimax[>[<invoke name="f">]<]minimax[>[<a>]<]minimax[>[<item>1]<]minimax[>[</item>]<]minimax[>[</a>]<]minimax[>[</invoke>]<]minimax[>[</tool_call>',
            {"a": [1]},
        ),
        ("glm47", "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value></tool_call>", {"a": 1}),
        (
            "hy_v3",
            "<tool_calls:opensource><tool_call:opensource>f<tool_sep:opensource><arg_key:opensource>a</arg_key:opensource><arg_value:opensource>1</arg_value:opensource></tool_call:opensource></tool_calls:opensource>",
            {"a": 1},
        ),
        ("lfm2", "<|tool_call_start|>[f(a={'k': [1, true]})]<|tool_call_end|>", {"a": {"k": [1, True]}}),
        ("olmo3", "<function_calls>\nf(a=1)\n</function_calls>", {"a": 1}),
        ("granite", '<|tool_call|> [{"name": "f", "arguments": {"a": 1}}]', {"a": 1}),
        (
            "cohere_command4",
            '<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "f", "parameters": {"a": 1}}\n]<|END_ACTION|>',
            {"a": 1},
        ),
        ("apertus", '<|tools_prefix|>[{"f": {"a": 1}}]<|tools_suffix|>', {"a": 1}),
        ("nemotron_json", '<TOOLCALL>[{"name": "f", "arguments": {"a": 1}}]</TOOLCALL>', {"a": 1}),
        ("functionary_v3.2", 'f\n{"a": 1}', {"a": 1}),
        (
            "muse_glimmer",
            ' to=f<|message|><atem:function_calls>\n<atem:invoke name="f">\n<atem:parameter name="a">1</atem:parameter>\n</atem:invoke>\n</atem:function_calls>',
            {"a": 1},
        ),
        ("llama4_pythonic", "<|python_start|>[f(a=1)]<|python_end|>", {"a": 1}),
        ("llama4_pythonic", '<|python_start|>{"name": "f", "parameters": {"a": 1}}<|python_end|>', {"a": 1}),
        ("llama3_json", '<|python_tag|>f.call(a="x")', {"a": "x"}),
        ("xlam", '```json\n[{"name": "f", "arguments": {"a": 1}}]\n```', {"a": 1}),
        ("lfm2", '<|tool_call_start|>[{"name": "f", "arguments": {"a": 1}}]<|tool_call_end|>', {"a": 1}),
        ("deepseek_v3", '<｜tool▁calls▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": 1}\n```', {"a": 1}),
        ("minicpm5", '<function name="f"><param name="a"><![CDATA[<b> & c]]></param></function>', {"a": "<b> & c"}),
    ],
)
def test_as_models_write(name, reply, wanted):
    parsed = by_name(name).parse(reply)
    assert parsed.error is None
    assert parsed.calls == (ToolCall("f", wanted),)


@pytest.mark.parametrize(
    ("name", "reply"),
    [("functionary_v3.1", "<|python_tag|>print(1)"), ("functionary_v3.2", "python\nprint(1)")],
)
def test_code_for_an_interpreter(name, reply):
    assert by_name(name).parse(reply).calls == (ToolCall("python", {"code": "print(1)"}),)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("hermes", '<tool_call>{"name": "f", "arguments": {"a": 1}</tool_call>'),
        ("hermes", "<tool_call></tool_call>"),
        ("hermes", '<tool_call>{"arguments": {}}</tool_call>'),
        ("hermes", '<tool_call>{"name": "f"}</tool_call>'),
        ("llama3_json", '{"name": "f", "parameters": {"a": 1}'),
        ("mistral", "[TOOL_CALLS] f"),
        ("pythonic", "[f(1)]"),
        ("pythonic", "[f(a=open('x'))]"),
        ("pythonic", "[f(a=1"),
        ("qwen3_coder", "<tool_call>\n<function=f>\n<parameter=a>\n1\n"),
        ("json", '[{"name": "f", "arguments": {"a": 1}'),
        ("fenced", '```json\n[{"name": "f", "arguments": [1]}]\n```'),
    ],
)
def test_unparsable(name, reply):
    parsed = by_name(name).parse(reply)
    assert parsed.error
    assert parsed.calls == ()


def test_declared_strings_stay_text():
    tools = [
        {
            "type": "function",
            "function": {"name": "f", "parameters": {"type": "object", "properties": {"zip": {"type": "string"}}}},
        }
    ]
    reply = "<function=f>\n<parameter=zip>\n01234\n</parameter>\n<parameter=n>\n12\n</parameter>\n</function>"
    assert by_name("qwen3_coder").parse(reply, tools).calls == (ToolCall("f", {"zip": "01234", "n": 12}),)


def test_unknown_names_list_the_known(monkeypatch):
    monkeypatch.setattr("ifeval.tool_calls.dialects.vllm.known", lambda: ["lfm2"])  # importing vLLM takes seconds
    with pytest.raises(UserError, match=r"'nonesuch'.*hermes, llama3_json.*lfm2"):
        by_name("nonesuch")


VLLM = [
    ("lfm2", '<|tool_call_start|>[f(a="x")]<|tool_call_end|>'),
    ("kimi_k2", '<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": "x"}<|tool_call_end|><|tool_calls_section_end|>'),
    ("glm45", "<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>x</arg_value>\n</tool_call>"),
    ("deepseek_v3", '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": "x"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'),
    ("internlm", '<|action_start|><|plugin|>{"name": "f", "parameters": {"a": "x"}}<|action_end|>'),
    ("minimax_m2", '<minimax:tool_call>\n<invoke name="f">\n<parameter name="a">x</parameter>\n</invoke>\n</minimax:tool_call>'),
    ("seed_oss", "<seed:tool_call>\n<function=f>\n<parameter=a>x</parameter>\n</function>\n</seed:tool_call>"),
    ("jamba", '<tool_calls>[{"name": "f", "arguments": {"a": "x"}}]</tool_calls>'),
]  # fmt: skip


@pytest.mark.engine
@pytest.mark.parametrize(("name", "reply"), VLLM)
def test_vllms_parsers_by_name(name, reply):
    pytest.importorskip("vllm")
    tools = [
        {
            "type": "function",
            "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}},
        }
    ]
    own, theirs = by_name(name), VllmDialect(name)
    for dialect in (own, theirs):
        assert dialect.parse(reply, tools).calls == (ToolCall("f", {"a": "x"}),)
        assert dialect.parse("No call.", tools).calls == ()
    with pytest.raises(UserError, match="cannot be written"):
        theirs.render(())


@pytest.mark.engine
def test_vllms_parsers_have_a_deadline(monkeypatch):
    pytest.importorskip("vllm")
    assert VllmDialect("jamba").parse("No call.").error is None
    monkeypatch.setattr("ifeval.tool_calls.dialects.vllm.REPLY_SECONDS", 0.0)
    assert "takes longer than" in (VllmDialect("jamba").parse("<tool_calls>[" * 200_000).error or "")
    monkeypatch.undo()
    assert VllmDialect("jamba").parse("No call.").error is None


@ALL
def test_tool_prompt_explains_the_dialect(dialect):
    tools = [
        {"type": "function", "function": {"name": "f", "description": "Does f.", "parameters": {"type": "object"}}}
    ]
    prompt = tool_prompt(tools, dialect)
    assert dialect.instructions in prompt
    assert '"description": "Does f."' in prompt


def test_calls_of_message():
    message = {
        "role": "assistant",
        "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
    }
    assert calls_of_message(message) == (ToolCall("f", {"a": 1}),)
    with pytest.raises(ValueError, match="malformed"):
        calls_of_message({"tool_calls": [{"function": {"arguments": "{}"}}]})
