"""`ifeval.sft`: arguments as the flags are, a config, and one sentence for what is wrong."""

# ruff: noqa: F811 - pytest's fixtures are arguments of their own names

import json
from pathlib import Path

import pytest

import ifeval
from ifeval.errors import UserError
from tests.sft.test_train import base, options, own_cache  # noqa: F401


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"prompt": f"say {n}", "completion": f"{n} is said"}) + "\n" for n in range(8)))
    return file


def test_flags_a_config_and_the_same_bytes(base: Path, rows: Path, tmp_path: Path) -> None:
    flags = {"max_steps": 2, "learning_rate": 1, "precision": "fp32", "max_length": 128}
    out = ifeval.sft(
        base, rows, tmp_path / "a", progress=False, template_arg={"tone": "kind"}, eval_args="--max-tokens 8",
        **flags | {"learning_rate": 1e-3},
    )  # fmt: skip
    assert 'eval-args = "--max-tokens 8"' in (out / "ifeval_sft.toml").read_text()
    again = ifeval.sft(config=out / "ifeval_sft.toml", out=tmp_path / "b", progress=False)
    assert (again / "model.safetensors").read_bytes() == (out / "model.safetensors").read_bytes()
    assert 'tone=\\"kind\\"' in (again / "ifeval_sft.toml").read_text()
    shorter = ifeval.sft(config=str(out / "ifeval_sft.toml"), out=tmp_path / "c", max_steps=1, progress=False)
    assert json.loads((shorter / "ifeval_sft.json").read_text())["training"]["steps"] == 1


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"max_steps": "2"}, "max_steps='2': give a whole number"),
        ({"max_steps": True}, "max_steps=True: give a whole number"),
        ({"learning_rate": "fast"}, "learning_rate='fast': give a number"),
        ({"compile": "yes"}, "compile='yes': give true or false"),
        ({"eval_tasks": 3}, "eval_tasks=3: give a text"),
        ({"loras": 4}, "no flag 'loras'; did you mean lora"),
        ({"template_arg": 4}, "template_arg=4"),
        ({"config": "nowhere.toml"}, "nowhere.toml cannot be read"),
        ({"out": None}, "needs out"),
    ],
)
def test_what_is_wrong_is_one_sentence(base: Path, rows: Path, tmp_path: Path, flags: dict, said: str) -> None:
    with pytest.raises(UserError, match=said):
        ifeval.sft(**{"model": base, "data": rows, "out": tmp_path / "a", "progress": False} | flags)
