"""vLLM with a real model: SmolLM2-135M-Instruct, as `make model` lays it down."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ifeval.engines.base import Workload
from ifeval.engines.loops import SMALLEST, TIMES
from ifeval.engines.machine import has_cuda, installed
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.resolve import resolve
from ifeval.records import Request, Sample, Sampling
from ifeval.runs.run import load_run
from ifeval.structured.schema.validator import compile_schema
from ifeval.tool_calls import by_name
from ifeval.util.jsonio import read_jsonl
from tests.processes import alive, command_lines, descends

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "smollm2-135m-instruct"
pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not installed("vllm"), reason="vllm is not installed: make install"),
    pytest.mark.skipif(not MODEL.is_dir(), reason="there is no model: make model"),
]
TINY = ["--task-path", str(ROOT / "tests" / "plugins")]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


def command(out: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "ifeval", "run", "--model", str(MODEL), "--out", str(out), *TINY, *arguments]


def request(number: int, text: str, max_tokens: int = 16, **sample) -> Request:
    made = Sample(str(number), [{"role": "user", "content": text}], **sample)
    return Request(f"{number:064x}", "test", made, Sampling(max_tokens=max_tokens))


@pytest.fixture(scope="module")
def engine() -> Iterator:
    from ifeval.engines.vllm import VllmEngine

    model = resolve(str(MODEL))
    engine = VllmEngine(model, Chat(model.chat_template, by_name("hermes")))
    engine.load(Workload(requests=8, max_new_tokens=800, longest_prompt=300, longest_reply=128))
    yield engine
    engine.close()


def test_replies_arrive_as_they_finish(engine) -> None:
    story = "Write a long story about a lighthouse."
    replies = list(engine.generate([request(1, story, 60), request(2, "Say hello.", 4), request(3, story, 20)]))
    assert [reply.completion_tokens for reply in replies] == [4, 20, 60]
    assert all(reply.truncated and reply.error is None for reply in replies)
    assert engine.tokens == 84


def test_it_talks_sense_and_stops_by_itself(engine) -> None:
    (reply,) = engine.generate([request(1, "Say hello.", 64)])
    assert reply.raw.startswith("Hello")
    assert reply.finish_reason == "stop"
    assert "<|im_end|>" not in reply.raw


def test_a_prompt_that_is_too_long_is_an_error_of_its_own(engine) -> None:
    replies = list(engine.generate([request(1, "word " * 4000), request(2, "Say hello.", 4)]))
    wrong, right = sorted(replies, key=lambda reply: reply.key)
    assert wrong.finish_reason == "error"
    assert "length" in wrong.error
    assert right.error is None


@pytest.mark.skipif(has_cuda(), reason="on a GPU loops go on to their limit")
def test_a_loop_is_ended_only_where_the_task_allows_it(engine) -> None:
    text = 'The last line fails with an error. Write it correctly.\n\nlengths = [21, 63, 77]\nprint("Sum: " + sum(lengths))'
    looped, whole = request(1, text, 120), request(2, text, 120)
    looped = replace(looped, sampling=replace(looped.sampling, ends_loops=True))
    shorter, longer = sorted(engine.generate([looped, whole]), key=lambda reply: reply.key)
    assert (shorter.finish_reason, longer.finish_reason) == ("repetition", "length")
    assert SMALLEST * TIMES <= shorter.completion_tokens < longer.completion_tokens == 120
    assert longer.raw.startswith(shorter.raw)
    assert shorter.truncated


def test_a_closed_generator_cancels_what_is_decoding(engine) -> None:
    replies = engine.generate([request(n, "Count to a thousand.", 4 if n == 0 else 128) for n in range(4)])
    next(replies)
    replies.close()
    assert not engine._engine.has_unfinished_requests()


def test_constrained_replies_validate(engine) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": 10}, "age": {"type": "integer", "maximum": 99}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
    text = "Give a person as JSON with name and age."
    (reply,) = engine.generate([request(1, text, 48, schema=schema, constrain=True)])
    assert compile_schema(schema).check(json.loads(reply.raw)).ok


def test_prompts_are_written_as_transformers_writes_them(engine) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(MODEL))
    sample = request(1, "Say hello.").sample
    (reply,) = engine.generate([request(1, "Say hello.", 1)])
    expected = tokenizer.apply_chat_template(list(sample.messages), add_generation_prompt=True)["input_ids"]
    assert PromptWriter(tokenizer, engine._chat).ids(sample) == expected
    assert reply.prompt_tokens == len(expected)


def test_killed_in_the_middle_it_goes_on_and_nothing_is_generated_twice(tmp_path: Path) -> None:
    """SIGKILL while the engine decodes, in the multi-process layout of CUDA: no process stays, no reply is lost."""
    run = tmp_path / "run"
    arguments = ["--tasks", "tiny-copy", "--max-tokens", "24", "--limit", "30", "--no-cache"]
    environment = os.environ | {"VLLM_ENABLE_V1_MULTIPROCESSING": "1"}
    killed = subprocess.Popen(command(run, *arguments), env=environment, stderr=subprocess.PIPE)
    replies = run / "responses.jsonl"
    deadline = time.monotonic() + 240
    while killed.poll() is None and not (replies.exists() and replies.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert killed.poll() is None, killed.stderr.read().decode()
    children = [pid for pid in command_lines() if descends(pid, killed.pid)]
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = {row["key"] for row in read_jsonl(replies)}
    assert before
    assert children, "vLLM's engine core is a process of its own here"
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in children if alive(pid)]
    subprocess.run(command(run, *arguments), check=True, capture_output=True)
    keys = [row["key"] for row in read_jsonl(replies)]
    assert len(keys) == len(set(keys)) == 30
    assert before <= set(keys)
    assert load_run(run).summary["tasks"]["tiny-copy"]["rows"] == 30


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_three_times_within_conversations_nothing_is_asked_twice_or_lost(tmp_path: Path) -> None:
    run = tmp_path / "run"
    arguments = ["--tasks", "talk,tiny-copy", "--max-tokens", "48", "--no-cache"]
    replies = run / "responses.jsonl"
    before: set[str] = set()
    for wanted in (10, 25, 45):
        process = subprocess.Popen(command(run, *arguments), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while process.poll() is None and not (replies.exists() and replies.read_bytes().count(b"\n") >= wanted):
            time.sleep(0.02)
        assert process.poll() is None, "it was killed at work"
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole = [line for line in replies.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
        keys = {json.loads(line)["key"] for line in whole}
        assert before < keys, "what was answered before stays"
        before = keys
    subprocess.run(command(run, *arguments), check=True, capture_output=True)
    keys = [row["key"] for row in read_jsonl(replies)]
    assert len(keys) == len(set(keys))
    assert before <= set(keys)
    rows = list(read_jsonl(run / "samples.jsonl"))
    assert len(rows) == len({(row["task"], row["sample_id"]) for row in rows}) == 24 + 40
    told = [turn["response"]["key"] for row in rows for turn in row.get("turns", [row])]
    assert sorted(told) == sorted(keys), "every reply stands in its conversation, and no other"
    for row in rows:
        if "turns" in row:
            assert [turn["at"] for turn in row["turns"]] == list(range(1, 2 * len(row["turns"]), 2))
            said = [m["content"] for m in row["messages"] if m["role"] == "assistant"]
            assert said == [turn["response"]["answer"] for turn in row["turns"]][:-1]
    assert load_run(run).summary["rates"]["errors"] == 0


def test_an_adapter_changes_the_replies(tmp_path: Path) -> None:
    peft = pytest.importorskip("peft", reason="peft is not installed: pip install 'ifeval-harness[sft]'")
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    config = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False, task_type="CAUSAL_LM")
    base = AutoModelForCausalLM.from_pretrained(str(MODEL), dtype="bfloat16")
    peft.get_peft_model(base, config).save_pretrained(tmp_path / "adapter")
    shared = ["--tasks", "tiny-copy", "--limit", "4"]
    subprocess.run(command(tmp_path / "base", *shared), check=True, capture_output=True)
    adapted = command(tmp_path / "adapted", *shared, "--adapter", str(tmp_path / "adapter"))
    subprocess.run(adapted, check=True, capture_output=True)
    one, other = load_run(tmp_path / "base"), load_run(tmp_path / "adapted")
    assert one.manifest["model"]["fingerprint"] != other.manifest["model"]["fingerprint"]
    assert list(one.samples["reply"]) != list(other.samples["reply"])


def test_transformers_gives_the_same_answer(tmp_path: Path) -> None:
    arguments = ["--tasks", "tiny-copy", "--limit", "3", "--engine", "transformers"]
    subprocess.run(command(tmp_path / "run", *arguments), check=True, capture_output=True)
    run = load_run(tmp_path / "run")
    assert run.manifest["settings"]["engine"]["name"] == "transformers"
    assert run.samples["completion_tokens"].between(1, 16).all()
    assert not run.samples["error"].notna().any()


def test_more_sampled_prompts_than_one_step_takes(tmp_path) -> None:
    """60 prompts hold more tokens than a step, so one would be cut in two, which a seeded draw on a CPU cannot survive."""
    drawn = ("--tasks", "format", "--limit", "60", "--max-tokens", "4", "--temperature", "0.7", "--no-cache")
    for name in ("first", "second"):
        done = subprocess.run(command(tmp_path / name, *drawn), capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr
    first, second = (
        {row["sample_id"]: row["response"]["raw"] for row in read_jsonl(tmp_path / name / "samples.jsonl")}
        for name in ("first", "second")
    )
    assert len(first) == 60
    assert sum(first[name] == second[name] for name in first) > 50
