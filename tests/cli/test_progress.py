"""What a log sees of a run that goes on: phases, and lines between them though nothing finishes."""

import time

import pytest

from ifeval.cli import progress
from ifeval.engines.scripted import scripted_engine
from ifeval.tool_calls import by_name


def test_a_log_is_told_how_far_it_is_though_no_reply_finishes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.01)
    said = ""
    with progress.observer(quiet=False, verbose=False) as watching:
        watching.phase("load", "vllm")
        watching.phase("generate")
        watching.started(scripted_engine("scripted:echo", by_name("hermes")), 541)
        for _ in range(500):
            said += capfd.readouterr().err
            if "generate: 0/541" in said:
                break
            time.sleep(0.01)
        watching.phase("write")
        assert watching.line() == "write: 0 s"
    assert said.startswith("ifeval: load vllm\n")
    assert {"ifeval: generate", "ifeval: generate: 0/541"} <= set(said.splitlines())


def test_nothing_is_said_when_told_to_be_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with progress.observer(quiet=True, verbose=True) as watching:
        watching.phase("load", "vllm")
        watching.prompt("Say hello.")
    assert capfd.readouterr() == ("", "")


def test_a_silence_is_said_with_its_length() -> None:
    watching = progress.Progress(verbose=False)
    watching.phase("generate")
    watching.started(scripted_engine("scripted:echo", by_name("hermes")), 541)
    assert watching.line() == "generate: 0/541"
    watching.heard -= 185
    assert watching.line() == "generate: 0/541, no reply for 3 min"


@pytest.mark.parametrize(("seconds", "shown"), [(0.4, "0:00"), (65, "1:05"), (3661, "61:01")])
def test_clock(seconds: float, shown: str) -> None:
    assert progress.clock(seconds) == shown
