"""Servers that never get better: the run ends within its budget, with one sentence, exit 2, and everything kept."""

from pathlib import Path

import pytest

import ifeval
from ifeval.engines.arguments import identity_arguments, without_secrets
from ifeval.engines.server.openai_api import redacted, retry_after
from ifeval.errors import UserError
from ifeval.util.jsonio import dumps
from tests.conftest import ROOT
from tests.engines.hostile_server import MODEL
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


def test_no_secret_stands_in_a_run(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("status", [401, 402, 403, 404, 413])
def test_requests_refused_for_good_end_the_run_early(status: int, tmp_path: Path) -> None:
    """The probe's questions are answered; every one of the run is refused."""
    asked = 0

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        nonlocal asked
        headers = {"Content-Type": "application/json"}
        if method == "GET":
            return 200, headers, dumps({"data": [{"id": MODEL}]})
        asked += 1
        if asked <= 6:  # more than the probe ever asks; the run's own first replies among them
            message = {"content": "hello", "role": "assistant"}
            return 200, headers, dumps({"choices": [{"message": message, "finish_reason": "stop"}]})
        return status, headers, dumps({"error": {"message": "no more of that"}})

    with (
        serving(answer) as url,
        pytest.raises(UserError, match=rf"20 requests in a row failed for good: .*{status}.*no more of that"),
    ):
        ifeval.evaluate(
            MODEL,
            "tiny-copy",
            base_url=url,
            task_path=PLUGINS,
            out=tmp_path / "run",
            engine_arg={"concurrency": 4},
            progress=False,
        )


def test_a_server_that_lists_models_but_answers_no_chat_ends_within_its_budget(tmp_path: Path) -> None:
    from tests.engines.hostile_server import HostileServer
    from tests.engines.hostile_server import serving as hostile

    with (
        hostile(HostileServer(["hang"] * 1000)) as url,
        pytest.raises(UserError, match=r"No reply for 2 s .*requests are waiting"),
    ):
        ifeval.evaluate(
            MODEL,
            "tiny-copy",
            base_url=url,
            task_path=PLUGINS,
            out=tmp_path / "run",
            engine_arg={"silence": 2, "timeout": 100, "concurrency": 4},
            progress=False,
        )


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
