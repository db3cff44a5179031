"""Servers that never get better: the run ends within its budget, with one sentence, exit 2, and everything kept."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ifeval
from ifeval.engines.arguments import REDACTED, identity_arguments, without_secrets
from ifeval.engines.server.openai_api import redacted, retry_after
from ifeval.errors import UserError
from ifeval.runs.run import Run, require_answered
from ifeval.util.jsonio import dumps
from tests.conftest import ROOT
from tests.engines.hostile_server import MODEL, HostileServer, completion, send
from tests.engines.hostile_server import serving as hostile
from tests.loopback import serving

PLUGINS = ROOT / "tests" / "plugins"


@pytest.mark.parametrize("secret", ["sk-a b/c+d", "se<cr>&et", 'q"uo\\te'])
def test_a_key_is_redacted_however_the_server_spells_it(secret: str) -> None:
    from base64 import b64encode
    from html import escape
    from urllib.parse import quote, quote_plus

    spellings = [secret, quote(secret, safe=""), quote_plus(secret), escape(secret), quote(secret, safe="").lower()]
    spellings.append(b64encode(secret.encode()).decode())
    for spelling in spellings:
        body = redacted(dumps({"error": f"bad key {spelling}!"}), secret)
        assert spelling.encode() not in body
        assert secret.encode() not in body


def test_no_secret_stands_in_a_manifest() -> None:
    given = {"hf_token": "hf_x", "api_key": "y", "nested": {"password": "z"}, "max_tokens": 3, "tokenizer": "t", "n": 1}
    kept = without_secrets(given)
    assert not {"hf_x", "y", "z"} & {str(kept["hf_token"]), str(kept["api_key"]), str(kept["nested"]["password"])}
    assert (kept["max_tokens"], kept["tokenizer"], kept["n"]) == (3, "t", 1)
    assert "hf_x" not in str(identity_arguments(given))
    odd = {
        "password": 1234,
        "a": [{"auth_token": "z"}],
        "thinking_token_budget": 5,
        "eos_token": "</s>",
        "pad_token_id": 0,
    }
    assert without_secrets(odd) == {**odd, "password": REDACTED, "a": [{"auth_token": REDACTED}]}


def test_no_secret_stands_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in what the engine says of itself either: vLLM's settings hold the arguments that it was given."""
    from ifeval.engines.scripted import ScriptedEngine

    told = {"hf_token": "hf_secret", "nested": {"api_key": "k_secret"}, "max_num_seqs": 3}
    monkeypatch.setattr(ScriptedEngine, "settings", property(lambda _: told, lambda *_: None), raising=False)
    run = ifeval.evaluate(
        "scripted:oracle",
        "tiny-copy",
        task_path=PLUGINS,
        out=tmp_path / "run",
        progress=False,
        engine_arg={"hf_token": "hf_secret"},
        template_arg={"api_key": "k_secret"},
    )
    for file in run.path.iterdir():
        content = file.read_bytes()
        assert b"hf_secret" not in content
        assert b"k_secret" not in content
    assert run.manifest["engine_settings"]["max_num_seqs"] == 3


def test_no_secret_stands_on_a_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ifeval.engines import vllm_server

    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(vllm_server, "require_supported", lambda: None)
    monkeypatch.setattr(vllm_server, "server_settings", lambda model, given: dict(given))
    monkeypatch.setattr(vllm_server, "serve_command", lambda model, port, settings: vllm_server.flags(settings))
    monkeypatch.setattr(vllm_server, "_end", lambda process: None)
    monkeypatch.setattr(vllm_server, "wait_until_healthy", lambda *_: None)
    monkeypatch.setattr(
        vllm_server, "_start", lambda command, output, secrets: started.append((command, dict(secrets)))
    )
    given = {"hf_token": "hf_secret", "api_key": "k_secret", "max_num_seqs": 3}
    with vllm_server.serving(None, 8000, tmp_path / "log", given):  # type: ignore[arg-type]
        assert started == [(["--max-num-seqs", "3"], {"HF_TOKEN": "hf_secret", "VLLM_API_KEY": "k_secret"})]


@pytest.mark.parametrize(
    "header",
    [
        "Fri, 31 Dec 9999999 23:59:59 GMT",
        "Mon, 99 Foo 2020 99:99:99 GMT",
        "",
        "soon",
        "Fri, 31 Dec 9999 23:59:59 -9999",
    ],
)
def test_an_absurd_date_is_no_crash(header: str) -> None:
    wait = retry_after(header)
    assert wait is None or wait >= 0


def asked(url: str, folder: Path, **engine_arg: float) -> Run:
    """A run of 40 prompts against a server."""
    out = folder / "run"
    return ifeval.evaluate(
        MODEL, "tiny-copy", base_url=url, task_path=PLUGINS, out=out, engine_arg=engine_arg, progress=False
    )


@pytest.mark.parametrize("status", [401, 402, 403, 404, 413])
def test_requests_refused_for_good_end_the_run_early(status: int, tmp_path: Path) -> None:
    """The probe's questions are answered; every one of the run is refused."""
    with (
        serving(served_until(6, status, {"error": {"message": "no more of that"}})) as url,
        pytest.raises(UserError, match=rf"20 requests in a row failed for good: .*{status}.*no more of that"),
    ):
        asked(url, tmp_path, concurrency=4)


def served_until(
    chats: int, status: int, body: object, **more: str
) -> Callable[[str, str], tuple[int, dict[str, str], bytes]]:
    """A server that answers so many chat requests well, and every later one so; `more` are headers, `_` for `-`."""
    asked = 0

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        nonlocal asked
        headers = {"Content-Type": "application/json"}
        if method == "GET":
            return 200, headers, dumps({"data": [{"id": MODEL}]})
        asked += 1
        if asked <= chats:
            message = {"content": "hello", "role": "assistant"}
            return 200, headers, dumps({"choices": [{"message": message, "finish_reason": "stop"}]})
        return status, headers | {name.replace("_", "-"): value for name, value in more.items()}, dumps(body)

    return answer


def test_a_pause_until_2099_ends_within_the_budget(tmp_path: Path) -> None:
    busy = served_until(6, 429, {"error": {"message": "later"}}, Retry_After="Fri, 31 Dec 2099 23:59:59 GMT")
    with serving(busy) as url, pytest.raises(UserError, match=r"No reply for 2 s .*requests are waiting"):
        asked(url, tmp_path, silence=2, concurrency=4, backoff=0.01)


def test_requests_given_up_one_after_the_other_end_the_run_early(tmp_path: Path) -> None:
    unknown = {"choices": [{"message": {"content": "x"}, "finish_reason": "no reason"}]}
    with (
        serving(served_until(6, 200, unknown)) as url,
        pytest.raises(UserError, match=r"20 requests in a row failed for good: given up after 2 .*unknown reason"),
    ):
        asked(url, tmp_path, concurrency=4, attempts=2, backoff=0.01)


@pytest.mark.parametrize(("status", "words"), [(400, "maximum context length is 8 tokens"), (429, "slow down")])
def test_what_says_nothing_of_the_next_request_ends_no_run(status: int, words: str, tmp_path: Path) -> None:
    """Prompts that are too long, and an overload; all 40 are asked."""
    with serving(served_until(6, status, {"error": {"message": words}})) as url:
        run = asked(url, tmp_path, concurrency=4, attempts=2, backoff=0.01)
    assert len(run.samples) == 40
    with pytest.raises(UserError, match="of 40 samples failed"):
        require_answered(run)


def test_only_a_few_large_replies_are_held_at_a_time() -> None:
    """The server gets rid of as many bodies as there are turns, and of the others as they are scored."""
    from ifeval.engines.base import Workload
    from ifeval.engines.server.budgets import LARGE_AT_ONCE
    from ifeval.engines.server.engine import ServerEngine
    from ifeval.models.prompts import Chat
    from ifeval.models.resolve import resolve
    from ifeval.records import Request, Sample, Sampling
    from ifeval.tool_calls import by_name

    body = dumps(completion({"content": "x" * 8_000_000}))

    class Large(HostileServer):
        gone = 0

        async def trouble(self, name: str, reader: Any, writer: Any) -> None:
            await send(writer, raw=body)
            self.gone += 1

    server, number = Large(["large"] * 10), 10
    sampling = Sampling(max_tokens=20_000)
    requests = [
        Request(str(n), "t", Sample(str(n), [{"role": "user", "content": "Say: x"}]), sampling) for n in range(number)
    ]
    with hostile(server) as url:
        engine = ServerEngine(resolve(MODEL, base_urls=[url]), Chat(None, by_name("hermes")), {"concurrency": number})
        engine.load(Workload(number, 0, 100, 16))
        replies = engine.generate(iter(requests))
        lengths = [len(next(replies).raw)]
        deadline = time.monotonic() + 60
        while server.gone < LARGE_AT_ONCE and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.5)
        assert server.gone == LARGE_AT_ONCE
        lengths += [len(reply.raw) for reply in replies]
        engine.close()
    assert lengths == [8_000_000] * number


def test_a_server_that_lists_models_but_answers_no_chat_ends_within_its_budget(tmp_path: Path) -> None:
    with (
        hostile(HostileServer(["hang"] * 1000)) as url,
        pytest.raises(UserError, match=r"No reply for 2 s .*requests are waiting"),
    ):
        asked(url, tmp_path, silence=2, timeout=100, concurrency=4)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--request-timeout", "5"], "--request-timeout goes with --base-url"),
        (["--request-timeout", "0", "--base-url", "http://localhost:1"], "--request-timeout 0: give"),
        (["--request-timeout", "nan", "--base-url", "http://localhost:1"], "--request-timeout nan: give"),
    ],
)
def test_a_time_for_replies_is_a_servers(
    flags: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.cli.test_mistakes import run

    assert run(monkeypatch, "run", "--model", "m", *flags) == 2
    assert sentence in capsys.readouterr().err


def test_a_time_for_replies_reaches_the_client() -> None:
    from ifeval.api import run_options
    from ifeval.cli.arguments import reply_seconds
    from ifeval.engines.server.engine import client_settings

    assert client_settings(reply_seconds(3.5, ["http://localhost:1"])).timeout == 3.5
    options = run_options("m", "format", {"request_timeout": 3, "base_url": "http://localhost:1"})
    assert options.engine_args == {"timeout": 3}
    for flags in ({"request_timeout": 3}, {"request_timeout": "3", "base_url": "http://localhost:1"}):
        with pytest.raises(UserError, match=r"request.timeout"):
            run_options("m", "format", flags)


@pytest.mark.parametrize(
    ("said", "kept", "disbelieved"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 3}, (9, 3), 0),
        ({"prompt_tokens": 2**31 - 1, "completion_tokens": 2**31 - 1}, (0, 0), 3),
        ({"prompt_tokens": 9, "completion_tokens": 5_000_000}, (9, 0), 3),
        ({"prompt_tokens": -1, "completion_tokens": True}, (0, 0), 0),
    ],
)
def test_numbers_of_tokens_that_cannot_be_are_not_believed(
    said: dict, kept: tuple[int, int], disbelieved: int, tmp_path: Path
) -> None:
    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        headers = {"Content-Type": "application/json"}
        if method == "GET":
            return 200, headers, dumps({"data": [{"id": MODEL}]})
        choice = {"message": {"content": "hello", "role": "assistant"}, "finish_reason": "stop"}
        return 200, headers, dumps({"choices": [choice], "usage": said})

    with serving(answer) as url:
        run = ifeval.evaluate(
            MODEL, "tiny-copy", base_url=url, task_path=PLUGINS, out=tmp_path / "run", limit=3, progress=False
        )
    assert {(row["response"]["prompt_tokens"], row["response"]["completion_tokens"]) for row in run.rows()} == {kept}
    assert run.manifest["engine_settings"]["usage_disbelieved"] == disbelieved


def test_a_reply_larger_than_its_tokens_can_be_is_refused(tmp_path: Path) -> None:
    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        headers = {"Content-Type": "application/json"}
        if method == "GET":
            return 200, headers, dumps({"data": [{"id": MODEL}]})
        content = "hello" if answer.calls < 6 else "x" * 2_000_000  # type: ignore[attr-defined]
        answer.calls += 1  # type: ignore[attr-defined]
        return 200, headers, dumps({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]})

    answer.calls = 0  # type: ignore[attr-defined]
    with serving(answer) as url:
        run = ifeval.evaluate(
            MODEL, "tiny-copy", base_url=url, task_path=PLUGINS, out=tmp_path / "run", limit=8, max_tokens=64,
            engine_arg={"attempts": 1, "concurrency": 2}, progress=False,
        )  # fmt: skip
    errors = [row["score"]["error"] for row in run.rows() if row["score"]["error"]]
    assert errors
    assert all("sent more than 294,912 bytes for one reply" in error for error in errors)
