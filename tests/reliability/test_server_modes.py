"""Servers in 50 states, alone and mixed: every run ends within its budget, with a result or a sentence, and everything kept.

11 modes by default, all as a slow test.
"""

import random
import time
from pathlib import Path

import pytest

import ifeval
from ifeval.errors import UserError
from tests.conftest import ROOT
from tests.engines.hostile_server import MODEL, HostileServer, completion, send, serving
from tests.reliability.forked import figures

PLUGINS = ROOT / "tests" / "plugins"
TROUBLES = (
    "429 later", "429 none", "500 broken", "400 bad", "hang", "reset", "truncated json", "cut", "html", "garbage", "endless",
    "nested", "no choices", "redirect",
)  # fmt: skip
BUDGET = {"timeout": 1, "attempts": 3, "backoff": 0.01, "patience": 2, "silence": 4, "concurrency": 4}
WITHIN = 60.0
"""Seconds: every mode's budget is below ten; the rest is for a machine that is busy with other things."""


def modes() -> dict[str, list[str]]:
    """What the server does with each request in turn; afterwards it answers well."""
    draw = random.Random(19)
    found = {f"always {trouble}": [trouble] * 400 for trouble in TROUBLES}
    found |= {f"now and then {trouble}": [trouble, "ok", "ok", "ok"] * 100 for trouble in TROUBLES}
    found |= {f"first {trouble}": [trouble] * 6 for trouble in TROUBLES[:8]}
    while len(found) < 50:
        found[f"mixture {len(found)}"] = draw.choices([*TROUBLES, "ok", "ok"], k=80)
    return found


class Mixed(HostileServer):
    """Answers well where its list says "ok"."""

    async def trouble(self, name: str, reader, writer) -> None:  # type: ignore[no-untyped-def]
        if name != "ok":
            await super().trouble(name, reader, writer)
        else:
            await send(writer, completion({"content": "ok"}))


FEW = {name: troubles for index, (name, troubles) in enumerate(modes().items()) if index % 5 == 0 or index == 4}


@pytest.mark.parametrize("name", FEW)
def test_a_run_ends_within_its_budget(name: str, tmp_path: Path) -> None:
    tried(FEW[name], tmp_path / "run")


@pytest.mark.slow
def test_every_mode_ends_within_its_budget(tmp_path: Path) -> None:
    found = {name: tried(troubles, tmp_path / name) for name, troubles in modes().items()}
    answered = sum(not sentence for _, sentence in found.values())
    longest = max(found, key=lambda name: found[name][0])
    figures(
        "states of a server", f"{len(found)} tried", f"{answered} runs whole, {len(found) - answered} ended with a sentence",
        f"longest {found[longest][0]:.1f} s ({longest})",
    )  # fmt: skip


def tried(troubles: list[str], out: Path) -> tuple[float, str]:
    """Seconds that a run against such a server took, and the sentence it ended with."""
    began = time.monotonic()
    with serving(Mixed(troubles)) as url:
        sentence = ended(url, out)
    spent = time.monotonic() - began
    assert spent < WITHIN
    assert sentence == "" or any(
        words in sentence for words in ("What was finished is kept", "no server answers", "failed")
    )
    return spent, sentence


def ended(url: str, out: Path) -> str:
    """Run against the server; the sentence it ended with, or nothing where every sample has its row."""
    try:
        run = ifeval.evaluate(
            MODEL, "tiny-copy", base_url=url, task_path=PLUGINS, out=out, limit=12, engine_arg=BUDGET, progress=False
        )
    except UserError as error:
        return str(error)
    assert len(run.samples) == 12
    return ""
