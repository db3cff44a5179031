"""A checkpoint goes to the hub: against a server on this machine that answers as the hub's API does."""

# ruff: noqa: F811 - pytest's fixtures are arguments of their own names

import base64
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.loop import train
from tests.sft.test_train import Watch, base, options, own_cache  # noqa: F401

NAME = "somebody/tuned"


class Hub(BaseHTTPRequestHandler):
    """Keeps what is asked and committed; refuses everything where `refuses` names a part of the path."""

    asked: list[tuple[str, Any]]
    committed: dict[str, bytes]
    refuses = ""

    def do_GET(self) -> None:
        if self.refuses and self.refuses in self.path:
            self._answer({"error": "You don't have the rights to do this"}, 403)
            return
        self._answer({"id": NAME, "siblings": [], "sha": "0" * 40, "private": True, "tags": [], "downloads": 0})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0]
        self.asked.append((path, text))
        if self.refuses and self.refuses in path:
            self._answer({"error": "You don't have the rights to do this"}, 403)
        elif path.endswith("/repos/create"):
            self._answer({"url": f"http://{self.headers['Host']}/{NAME}", "name": NAME})
        elif "/preupload/" in path:
            files = json.loads(text)["files"]
            modes = [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files]
            self._answer({"files": modes})
        elif "/commit/" in path:
            for line in map(json.loads, text.splitlines()):
                if line["key"] == "file":
                    self.committed[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self._answer({"commitUrl": f"http://127.0.0.1/{NAME}/commit/1", "commitOid": "1" * 40, "hookOutput": ""})
        else:
            self._answer({})

    def _answer(self, content: Any, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    constants = pytest.importorskip("huggingface_hub").constants
    stub = type("Stub", (Hub,), {"asked": [], "committed": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", "hf_of_a_test")
    yield stub
    server.shutdown()


def test_the_checkpoint_is_uploaded_and_the_state_stays_here(options: SftOptions, hub: type[Hub]) -> None:
    out = train(replace(options, max_steps=1, push_to_hub=NAME), Watch())
    made = json.loads(hub.asked[0][1])
    assert made.get("private") or made["visibility"] == "private"
    assert hub.committed.keys() == {file.name for file in out.iterdir() if file.is_file()}
    assert hub.committed["model.safetensors"] == (out / "model.safetensors").read_bytes()
    assert "push" not in (out / "ifeval_sft.toml").read_text()
    hub.committed.clear()
    train(replace(options, push_to_hub=NAME, max_steps=1, resume="auto"), Watch())
    assert "config.json" in hub.committed


def test_a_refusal_is_told_before_the_first_step_and_a_checkpoint_is_kept(options: SftOptions, hub: type[Hub]) -> None:
    settings = replace(options, max_steps=1, push_to_hub=NAME)
    watch = Watch()
    hub.refuses = "auth-check"  # the repository is there, and the token may read it
    with pytest.raises(UserError, match=rf"--push-to-hub {NAME}: .*403.*; nothing was trained"):
        train(settings, watch)
    assert not watch.steps
    assert not options.out.exists()
    hub.refuses = "commit"
    with pytest.raises(UserError, match=f"the checkpoint is in {re.escape(str(options.out))}"):
        train(settings, watch)
    assert (options.out / "model.safetensors").is_file()
