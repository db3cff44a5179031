"""Ten and more architectures with their families' templates: looked at, run and trained, without a traceback."""

import json
from pathlib import Path

import pytest

from tests.conftest import GOLDEN
from tests.tiny_families import ARCHITECTURES, tiny_checkpoint

FILE = GOLDEN / "chat" / "templates.jsonl"
TEMPLATES = {row["name"]: row for row in map(json.loads, FILE.open(encoding="utf-8"))} if FILE.is_file() else {}
ROWS = [
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there."}]},
    {
        "messages": [
            {"role": "user", "content": "Two and two?"},
            {"role": "assistant", "content": "Four.", "reasoning_content": "2 + 2 = 4"},
        ]
    },
]


@pytest.mark.engine
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_looked_at_run_and_trained(
    golden: Path, tmp_path: Path, architecture: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    import ifeval
    from ifeval.cli.doctor import model_lines
    from ifeval.models.probe import profile_of
    from ifeval.models.resolve import resolve

    name, own = ARCHITECTURES[architecture]
    folder = tiny_checkpoint(tmp_path / architecture, architecture, TEMPLATES[name], own)
    lines = list(model_lines(str(folder)))
    assert all(ok for ok, _ in lines), lines
    model = resolve(str(folder))
    profile = profile_of(model.chat_template, model.tokens, model.special, model.tool_template)
    wanted = TEMPLATES[name]["tool_parser"]
    assert profile.dialect == wanted
    assert any(wanted in line for _, line in lines)
    run = ifeval.evaluate(
        str(folder), tasks=["tool_calls", "format"], limit=2, max_tokens=6, thinking_budget=4, engine="transformers",
        out=tmp_path / "run", progress=False,
    )  # fmt: skip
    assert run.summary["rates"]["errors"] == 0
    assert run.manifest["settings"]["tool_dialect"] == wanted
    data = tmp_path / "rows.jsonl"
    data.write_text("\n".join(map(json.dumps, ROWS)))
    packing = architecture != "gpt_oss"  # its attention sees packed documents, and training says so
    trained = ifeval.sft(
        str(folder), str(data), tmp_path / "trained", max_steps=2, max_length=2048, packing=packing, progress=False
    )
    record = json.loads((trained / "ifeval_sft.json").read_bytes())
    assert not record["counts"]["dropped"]
