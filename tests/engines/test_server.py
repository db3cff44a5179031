"""The server engine through the real pipeline, against a server that misbehaves on real sockets."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

import ifeval
from ifeval.engines.server.engine import client_settings
from ifeval.errors import UserError
from ifeval.runs.run import Run
from ifeval.util.jsonio import read_jsonl
from tests.engines.hostile_server import MODEL, HostileServer, send, serving

PLUGINS = Path(__file__).parent.parent / "plugins"
KEY = "sk-very/secret-0123456789"
QUICK = {"backoff": 0.01, "timeout": 20, "patience": 1.0}


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def evaluate(tmp_path: Path, *urls: str, task: str = "tiny-copy", model: str = MODEL, **settings) -> Run:
    settings = {"out": tmp_path / "run", "task_path": (PLUGINS,), "engine_arg": QUICK, **settings}
    return ifeval.evaluate(model, tasks=[task], base_url=urls, **settings)


def right(run: Run, task: str = "tiny-copy") -> float:
    return run.summary["tasks"][task]["metrics"]["right"]["value"]


def no_key_in(folder: Path) -> bool:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return bool(files) and all(KEY.encode() not in path.read_bytes() for path in files)


def test_a_server_is_named_and_probed_and_answers(tmp_path: Path) -> None:
    server = HostileServer()
    with serving(server) as url:
        run = evaluate(tmp_path, url)
    assert right(run) == 1
    assert len(server.requests) == 40
    assert server.keys == {f"Bearer {KEY}"}
    assert run.manifest["model"]["fingerprinted"] is False
    settings = run.manifest["engine_settings"]
    assert settings["servers"] == [
        {
            "url": url,
            "context_length": 2048,
            "tools": True,
            "schemas": "enforced",
            "reasoning": False,
            "token_limit": "max_tokens",
        }
    ]
    assert settings["answered"] == {url: 40}
    assert settings["answered_as"] == [f"{MODEL}-0722"]
    assert settings["retries"] == {}
    row = next(iter(run.rows()))
    assert (row["response"]["prompt_tokens"], row["response"]["completion_tokens"]) == (9, 3)
    assert no_key_in(tmp_path)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("429", "status 429"),
        ("429 later", "status 429"),
        ("500 out of memory", "status 500"),
        ("hang", "timeout"),
        ("reset", "reset"),
        ("cut", "reset"),
        ("truncated json", "malformed"),
        ("nested", "malformed"),
        ("no choices", "malformed"),
        ("html", "content type"),
        ("garbage", "oversized"),
        ("endless", "oversized"),
    ],
)
def test_trouble_that_passes_is_counted_and_costs_no_reply(tmp_path: Path, trouble: str, kind: str) -> None:
    server = HostileServer([trouble] * 6)
    with serving(server) as url:
        run = evaluate(tmp_path, url, engine_arg={**QUICK, "timeout": 0.5 if trouble == "hang" else 20})
    assert right(run) == 1
    assert run.manifest["engine_settings"]["retries"] == {kind: 6}
    assert Counter(row["sample_id"] for row in run.rows()) == Counter(map(str, range(40)))
    assert no_key_in(tmp_path)


@pytest.mark.parametrize(
    ("trouble", "sentence", "asked"),
    [
        ("400 prompt too long", "the server answered with status 400: prompt too long", 1),
        ("redirect", "the server answered with status 307", 1),
        ("500 broken", "given up after 3 attempts; the last time the server answered with status 500: broken", 3),
        ("html", "given up after 3 attempts; the last time the server sent 'text/html' instead of JSON.", 3),
        ("truncated json", "the server's reply is unusable: the body is not valid JSON.", 3),
    ],
)
def test_trouble_that_stays_is_an_error_row_in_one_sentence(
    tmp_path: Path, trouble: str, sentence: str, asked: int
) -> None:
    server = HostileServer([trouble] * 20)
    with serving(server) as url:
        run = evaluate(tmp_path, url, limit=1, engine_arg={**QUICK, "attempts": 3})
    assert len(server.requests) == asked
    assert sentence in run.samples["error"].iloc[0]
    assert run.summary["rates"]["errors"] == 1


def test_a_key_that_a_server_echoes_is_blotted_out(tmp_path: Path) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
    assert KEY not in escaped
    server = HostileServer([f"400 you sent {KEY}"] * 2, {"content": f"{KEY} \ud800", "reasoning": f"my key is {KEY}"})
    with serving(server) as url:
        run = evaluate(tmp_path, url)
    assert no_key_in(tmp_path)
    replies = [row["response"]["raw"] for row in run.rows()]
    assert replies.count("[key] \ud800") == 38
    assert "you sent [key]" in run.samples["error"].dropna().iloc[0]


def test_a_rate_limit_halves_what_is_sent_at_once(tmp_path: Path) -> None:
    server = HostileServer(["429"] * 10, delay=0.01)
    with serving(server) as url:
        run = evaluate(tmp_path, url, engine_arg={**QUICK, "concurrency": 8})
    assert right(run) == 1
    assert server.most_in_flight <= 8


@pytest.mark.parametrize("victim", [0, 1])
def test_a_server_killed_at_work_loses_and_doubles_nothing(tmp_path: Path, victim: int) -> None:
    """Two real processes; one dies by SIGKILL in the middle of the run."""
    program = [sys.executable, str(Path(__file__).with_name("hostile_server.py"))]
    environment = os.environ | {"DELAY": "0.04"}
    processes = [subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)]
    urls = [process.stdout.readline().strip() for process in processes]
    journal = tmp_path / "run" / "samples.jsonl"

    def kill() -> None:
        while not journal.exists() or journal.stat().st_size < 2000:
            time.sleep(0.005)
        processes[victim].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    try:
        run = evaluate(tmp_path, *urls, task="tiny-slow", engine_arg={**QUICK, "concurrency": 4, "timeout": 10})
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    killer.join(10)
    rows = list(read_jsonl(run.path / "samples.jsonl"))
    assert Counter(row["sample_id"] for row in rows) == Counter(map(str, range(150)))
    assert right(run, "tiny-slow") == 1
    settings = run.manifest["engine_settings"]
    assert settings["answered"][urls[1 - victim]] > settings["answered"][urls[victim]] > 0
    assert sum(settings["answered"].values()) == 150
    assert set(settings["retries"]) <= {"reset", "unreachable"}
    assert settings["retries"]


def test_a_server_that_comes_back_is_used_again(tmp_path: Path) -> None:
    """It drops three connections in a row, counts as down, answers the probe, and gets the rest."""
    server = HostileServer(["reset"] * 5)
    with serving(server) as url:
        run = evaluate(tmp_path, url, engine_arg={**QUICK, "concurrency": 1})
    assert right(run) == 1


def test_without_any_server_the_run_stops_and_can_go_on(tmp_path: Path) -> None:
    server = HostileServer(delay=0.02)
    program = [sys.executable, str(Path(__file__).with_name("hostile_server.py"))]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=os.environ | {"DELAY": "0.05"})
    url = process.stdout.readline().strip()
    threading.Timer(1.0, process.kill).start()
    with pytest.raises(UserError, match=r"No server has answered for 0\.2 s .* repeat the command to continue"):
        evaluate(tmp_path, url, task="tiny-slow", engine_arg={**QUICK, "concurrency": 1, "patience": 0.2, "timeout": 5})
    process.communicate()
    done = list(read_jsonl(tmp_path / "run" / "samples.jsonl"))
    assert 0 < len(done) < 150
    assert all(row["score"]["error"] is None for row in done)
    assert server.requests == []


def test_no_server_at_all_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no server answers\. http://127\.0\.0\.1:9/v1: the server cannot be reached"):
        evaluate(tmp_path, "http://127.0.0.1:9/v1")


def test_another_model_is_refused_with_the_ones_there_are(tmp_path: Path) -> None:
    with (
        serving(HostileServer()) as url,
        pytest.raises(UserError, match="does not serve 'other'; it serves tiny-model"),
    ):
        evaluate(tmp_path, url, model="other")


def test_reasoning_and_calls_a_server_read_out_stand(tmp_path: Path) -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "get_time", "arguments": '{"city": "Oslo"}'}}]
    message = {"content": None, "reasoning_content": "A clock.", "tool_calls": calls, "_finish_reason": "tool_calls"}
    with serving(HostileServer(message=message)) as url:
        run = evaluate(tmp_path, url, limit=1)
    response = next(iter(run.rows()))["response"]
    assert response["native"] is True
    assert response["reasoning"] == "A clock."
    assert response["tool_calls"] == [{"name": "get_time", "arguments": {"city": "Oslo"}}]
    assert response["finish_reason"] == "tool_calls"
    assert run.manifest["engine_settings"]["servers"][0]["reasoning"] is True


def test_a_reply_cut_while_reasoning_never_ended_it(tmp_path: Path) -> None:
    message = {"content": "", "reasoning": "Let me think", "_finish_reason": "length"}
    with serving(HostileServer(message=message)) as url:
        run = evaluate(tmp_path, url, limit=2)
    assert run.summary["rates"]["unclosed_reasoning"] == 1


def test_closing_early_gives_up_what_is_under_way() -> None:
    from ifeval.engines.base import Workload
    from ifeval.engines.server.engine import ServerEngine
    from ifeval.models.prompts import Chat
    from ifeval.models.resolve import resolve
    from ifeval.records import Request, Sample, Sampling
    from ifeval.tool_calls import by_name

    server = HostileServer(["hang"] * 10)
    with serving(server) as url:
        engine = ServerEngine(resolve(MODEL, base_urls=[url]), Chat(None, by_name("hermes")), {**QUICK, "timeout": 60})
        engine.load(Workload(40, 640, 100, 16))
        sample = Sample("1", [{"role": "user", "content": "Say: this"}])
        responses = engine.generate(Request(str(n), "t", sample, Sampling()) for n in range(40))
        next(responses)
        responses.close()
        deadline = time.monotonic() + 10
        while server.in_flight and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.in_flight == 0, "the server sees every connection end"
        engine.close()
        engine.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"max_model_len": 5}, "a server takes concurrency, timeout"),
        ({"timeout": "long"}, "give a positive number"),
        ({"concurrency": 0}, "give a positive number"),
    ],
)
def test_settings_a_server_does_not_take(arguments: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        client_settings(arguments)


@pytest.mark.parametrize("url", ["http://me:secret@host/v1", "http://host/v1?key=secret"])
def test_a_key_in_the_address_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(UserError, match="OPENAI_API_KEY") as caught:
        evaluate(tmp_path, url)
    assert "secret" not in str(caught.value)


def test_a_bug_on_the_clients_thread_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    with serving(HostileServer()) as url:
        monkeypatch.setattr("ifeval.engines.server.pool.read_reply", broken)
        with pytest.raises(ZeroDivisionError, match="a bug"):
            evaluate(tmp_path, url)


def test_a_server_that_limits_the_probe_too_is_waited_for(tmp_path: Path) -> None:
    class Limited(HostileServer):
        refusals = 2

        async def answer(self, line, body, reader, writer) -> None:
            self.refusals -= 1
            if self.refusals >= 0:
                await self.trouble("429 later", reader, writer)
            else:
                await super().answer(line, body, reader, writer)

    with serving(Limited()) as url:
        assert right(evaluate(tmp_path, url)) == 1


def test_a_refused_key_is_one_sentence_without_the_key(tmp_path: Path) -> None:
    class Locked(HostileServer):
        async def answer(self, line, body, reader, writer) -> None:
            await send(writer, {"error": f"bad key {KEY}"}, "401 Unauthorized")

    with serving(Locked()) as url, pytest.raises(UserError, match="refuses the key in OPENAI_API_KEY") as caught:
        evaluate(tmp_path, url)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("dialect", [None, "hermes"])
def test_tools_go_as_they_are_unless_a_dialect_is_named(tmp_path: Path, dialect: str | None) -> None:
    server = HostileServer()
    with serving(server) as url:
        run = evaluate(tmp_path, url, task="tool_calls", limit=4, tool_dialect=dialect)
    assert run.manifest["settings"]["tools_in_words"] is (dialect is not None)
    assert all(("tools" in request) is (dialect is None) for request in server.requests)
    systems = [request["messages"][0]["role"] for request in server.requests]
    assert ("system" in systems) is (dialect is not None)


def test_a_constrained_sample_sends_its_schema(tmp_path: Path) -> None:
    server = HostileServer()
    with serving(server) as url:
        evaluate(tmp_path, url, task="structured", limit=2, constrain=True)
    formats = [request.get("response_format", {}).get("type") for request in server.requests]
    assert set(formats) == {"json_schema", None}
