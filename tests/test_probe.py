"""What a template does is found out by running it: on real templates and replies, on hostile ones, on made-up ones."""

import json
import resource
from datetime import date
from pathlib import Path

import pytest

from ifeval.cli.chat_check import checked
from ifeval.models import sandbox
from ifeval.models.history import as_taken
from ifeval.models.probe import probe, profile_of
from ifeval.models.profile import TemplateProfile
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.records import Sample
from ifeval.tool_calls import by_name
from tests.sft.families import FAMILIES, family
from tests.sft.tokenizers_of import tokenizer_of

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
MADE_UP = (  # no family writes calls so
    "{% if tools %}<|im_start|>system\nCall one of: {{ tools | tojson }}<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content or '' }}"
    "{% for call in m.tool_calls or [] %}<<do {{ call.function.name }} with {{ call.function.arguments | tojson }} ok>>"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
UNKNOWABLE = {  # what is right for these rows cannot be told from template and reply
    "world!\nWhat's up?": "the reply goes on a text that the prompt began",
    "I'm\nthinking<|END_THINKING|><|START_TEXT|>Hello, world!\nWhat's up?<|END_TEXT|>": "the thought is left in the answer",
    "[THINK]I'm\nthinking[/THINK]Hello, world!\nWhat's up?": "the thought is left in the answer",
}


@pytest.fixture
def no_vllm(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where vLLM is not installed."""
    monkeypatch.setattr("ifeval.tool_calls.dialects.vllm.known", list)


def rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.open(encoding="utf-8")]


def test_real_templates_get_their_dialect_and_their_thoughts(golden: Path, no_vllm: None) -> None:
    templates = rows(golden / "chat" / "templates.jsonl")
    dialects = wrong_dialects = thoughts = wrong_thoughts = 0
    for row in templates:
        found = checked({"template": row})
        if row["tool_parser"] not in (None, "none in vLLM"):
            dialects += 1
            wrong_dialects += found["tool_dialect"] != row["tool_parser"]
        if row["prompt_ends_in_think"] is not None:
            thoughts += 1
            wrong_thoughts += found["reasoning_open"] != row["prompt_ends_in_think"]
    assert dialects > 70
    assert thoughts > 85
    assert wrong_dialects <= 1, "one template teaches another form than its family's"
    assert wrong_thoughts <= 1, "one opens a thought by another mark than <think>"


def test_real_replies_are_read_wholly(golden: Path, no_vllm: None) -> None:
    templates = {row["name"]: row for row in rows(golden / "chat" / "templates.jsonl")}
    missed = []
    replies = rows(golden / "chat" / "replies.jsonl")
    for row in replies:
        given = {"template": templates[row["template"]], "reply": row["reply"], "tools": row["tools"]}
        found = checked(given if row["thinking"] is None else {**given, "thinking": row["thinking"]})
        parts = ("content", "reasoning", "calls")
        if any(row[part] is not None and row[part] != found[part] for part in parts):
            missed.append(row["reply"])
    assert set(missed) <= set(UNKNOWABLE)
    assert len(replies) == 110


@pytest.mark.parametrize(
    ("name", "dialect", "tools", "system", "end"),
    [
        ("smollm2", "hermes", False, "kept", "<|im_end|>"),
        ("qwen2.5", "hermes", True, "kept", "<|im_end|>"),
        ("llama3", "llama3_json", True, "kept", "<|eot_id|>"),
        ("gemma", "hermes", False, "moved", "<end_of_turn>"),
        ("mistral", "mistral", True, "moved", "</s>"),
    ],
)
def test_our_own_families(name: str, dialect: str, tools: bool, system: str, end: str) -> None:
    template, special, bos, eos, _ = FAMILIES[name]
    found = profile_of(template, {"bos_token": bos or "", "eos_token": eos}, tuple(special))
    assert (found.dialect, found.tools, found.system, found.end) == (dialect, tools, system, end)
    assert (found.reasoning, found.thinks, found.dated) == ("tags", False, False)


def test_a_form_nobody_knows_gets_a_reader_of_its_own(no_vllm: None) -> None:
    found = probe(MADE_UP, {})
    assert found.dialect.startswith("made:")
    assert found.read_back
    reply = 'Well. <<do a_b with {"x": [1, "ok>>"]} ok>><<do c with {} ok>>'
    calls = by_name(found.dialect).parse(reply).calls
    assert [(call.name, call.arguments) for call in calls] == [("a_b", {"x": [1, "ok>>"]}), ("c", {})]


def test_calls_that_nobody_can_read_are_announced(no_vllm: None) -> None:
    secret = MADE_UP.replace("{{ call.function.arguments | tojson }}", "{{ call.function.arguments | length }} secrets")
    found = probe(secret, {})
    assert not found.tools
    assert any("nobody can read" in note for note in found.notes)


@pytest.mark.parametrize(
    "template",
    [
        "{% set r = range(99999) | list %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='x' * 1000) %}{% for a in range(99999) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{{ raise_exception('never') }}",
        "{% for m in messages %}{{ m",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
    ],
)
def test_hostile_templates_are_bounded(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = probe(template, {})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5, "seconds of a core"
    assert found.notes
    assert not found.tools


def thinking(body: str) -> TemplateProfile:
    return probe(CHATML.replace("assistant\n{% endif %}", f"assistant\n{body}{{% endif %}}"), {})


def test_thoughts_are_read_off_the_rendered_prompt() -> None:
    opened = thinking("<think>\n")
    assert (opened.opened, opened.thinks, opened.reasoning, opened.on, opened.off) == (True, True, "open", {}, {})
    switched = thinking("{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}")
    assert (switched.opened, switched.thinks, switched.off) == (False, True, {"enable_thinking": False})
    assert switched.thinks_with({"enable_thinking": False}) is False
    asked = thinking("{% if thinking %}[THINK]{% endif %}")
    assert (asked.thinks, asked.on, asked.opened_on) == (False, {"thinking": True}, True)
    assert asked.reasoning_with({"thinking": True}) == 'opened:["[THINK]","[/THINK]"]'
    assert asked.reasoning == 'marks:["[THINK]","[/THINK]"]'


def test_a_date_is_noticed_and_pinned() -> None:
    dated = "It is {{ strftime_now('%d %B %Y') }}.\n" + CHATML
    assert probe(dated, {}).dated
    assert not probe(CHATML, {}).dated
    writer = PromptWriter(family("smollm2"), Chat(dated, by_name("hermes"), day=date(2025, 2, 1)))
    assert writer.text(Sample("x", [{"role": "user", "content": "?"}])).startswith("It is 01 February 2025.")


def test_the_template_for_tools_is_used_where_tools_are_offered() -> None:
    template = FAMILIES["qwen2.5"][0]
    profile = profile_of(CHATML, {}, (), template)
    assert profile.tools
    chat = Chat(CHATML, by_name("hermes"), tool_template=template, known=profile)
    writer = PromptWriter(family("qwen2.5"), chat)
    asked = [{"role": "user", "content": "?"}]
    tools = [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {}}}]
    assert "# Tools" in writer.text(chat.prepare(Sample("x", asked, tools)))
    assert "Qwen" not in writer.text(Sample("x", asked))


def test_a_refused_system_prompt_goes_into_the_first_question() -> None:
    strict = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHATML
    profile = probe(strict, {})
    assert profile.system == "refused"
    writer = PromptWriter(family("smollm2"), Chat(strict, by_name("hermes"), known=profile))
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    assert writer.text(Sample("x", messages)).startswith("<|im_start|>user\nBe kind.\n\nHi<|im_end|>")


def history() -> list[dict]:
    function = {"name": "f", "arguments": {"a": 1}}
    calling = {"role": "assistant", "content": "", "tool_calls": [{"id": "call_123", "function": function}]}
    return [{"role": "user", "content": "?"}, calling, {"role": "tool", "content": "1", "tool_call_id": "call_123"}]


def test_earlier_calls_take_the_shape_the_template_asks_for() -> None:
    hermes = by_name("hermes")
    strict = TemplateProfile(tools=True, calls=True, results=True, ids=True, arguments="text-null")
    _, calling, result = as_taken(history(), strict, hermes)
    (call,) = calling["tool_calls"]
    assert calling["content"] is None
    assert call["function"]["arguments"] == '{"a": 1}'
    assert len(call["id"]) == 9
    assert call["id"].isalnum()
    assert result["tool_call_id"] == call["id"]
    blind = TemplateProfile(tools=True)
    _, told, answered = as_taken(history(), blind, hermes)
    assert told["content"] == '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'
    assert answered == {"role": "user", "content": "Result of the call: 1"}
    plain = TemplateProfile(tools=True, calls=True, results=True)
    as_text = history()
    as_text[1]["tool_calls"][0]["function"] = {"name": "f", "arguments": '{"a": 1}'}
    assert as_taken(as_text, plain, hermes)[1]["tool_calls"][0]["function"]["arguments"] == {"a": 1}


def test_mistrals_history_has_the_ids_it_asks_for(golden: Path) -> None:
    (row,) = [
        r for r in rows(golden / "chat" / "templates.jsonl") if r["name"] == "lc-mistralai-Mistral-Nemo-Instruct-2407"
    ]
    profile = profile_of(
        row["template"], {"bos_token": row["bos"], "eos_token": row["eos"]}, tuple(row["special_tokens"])
    )
    assert profile.ids
    tokenizer = tokenizer_of(row["template"], row["bos"], row["eos"], tuple(row["special_tokens"]))
    writer = PromptWriter(tokenizer, Chat(row["template"], by_name(profile.dialect), known=profile))
    assert "[TOOL_RESULTS]" in writer.text(Sample("x", history()))


def test_a_profile_survives_the_cache(cache: Path) -> None:
    first = profile_of(MADE_UP, {"eos_token": "x"})
    profile_of.__globals__["_known_profile"].cache_clear()
    assert profile_of(MADE_UP, {"eos_token": "x"}) == first
    assert len(list((cache / "profiles").iterdir())) == 1


def test_chat_check_gives_the_same_rows_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ifeval.cli.chat_check import chat_check

    template = {"template": FAMILIES["qwen2.5"][0], "bos": None, "eos": "<|im_end|>", "special_tokens": ["<|im_end|>"]}
    reply = 'Look.\n<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call><|im_end|>'
    file = tmp_path / "rows.jsonl"
    given = [{"template": template, "reply": reply, "tools": None, "mine": 1}, {"template": template}]
    file.write_text("\n".join(map(json.dumps, given)))
    chat_check(file)
    with_reply, without = map(json.loads, capsys.readouterr().out.splitlines())
    assert with_reply["mine"] == 1
    assert (with_reply["content"], with_reply["reasoning"], with_reply["calls"]) == ("Look.", "", [["f", {}]])
    assert (without["tool_dialect"], without["reasoning_open"], without["calls"]) == ("hermes", False, None)
