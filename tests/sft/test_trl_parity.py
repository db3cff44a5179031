"""The losses of TRL's trainers, step by step: the same model, rows, order and schedule, in fp32.

TRL runs in a process of its own: in the environment that IFEVAL_TRL_PYTHON names the Python of, else in this one.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.prepare import prepare
from ifeval.finetuning.training.loop import train
from ifeval.models.resolve import resolve
from tests.sft.families import family
from tests.sft.test_train import Watch
from tests.sft.tiny import llama

PYTHON = os.environ.get("IFEVAL_TRL_PYTHON") or (sys.executable if find_spec("trl") else "")
STEPS, BATCH, RATE, BETA = 20, 4, 1e-3, 0.1

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="needs TRL: pip install trl somewhere, and set IFEVAL_TRL_PYTHON"),
]


WORDS = ("the", "answer", "is", "in", "a", "tool", "call", "of", "user", "one", "two", "three", "four")


def sentence(rng: Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(9))


def rows(method: str) -> list[dict]:
    rng = Random(method)
    made = []
    for number in range(STEPS * BATCH):
        row = {"prompt": f"say {number}: {sentence(rng)}"}
        if method == "dpo":
            row |= {"chosen": sentence(rng), "rejected": sentence(rng)}
        else:
            row |= {"completion": sentence(rng)} | ({"label": rng.random() < 0.5} if method == "kto" else {})
        made.append(row)
    return made


def parts(document: Document) -> tuple[str, str]:
    """Prompt and reply of a document as text, marks and all."""
    first = next(at for at, label in enumerate(document.labels) if label != IGNORE)
    tokenizer = family("qwen2.5")
    return tokenizer.decode(document.ids[:first]), tokenizer.decode(document.ids[first:])


def as_text(unit: list[Document], method: str) -> dict:
    prompt, reply = parts(unit[0])
    if method == "dpo":
        return {"prompt": prompt, "chosen": reply, "rejected": parts(unit[1])[1]}
    return {"prompt": prompt, "completion": reply} | ({"label": unit[0].desirable} if method == "kto" else {})


@pytest.mark.parametrize("method", ["sft", "dpo", "kto"])
def test_losses_are_trls(method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))
    base, data = tmp_path / "base", tmp_path / "rows.jsonl"
    llama().save_pretrained(base)
    family("qwen2.5").save_pretrained(base)
    data.write_text("".join(json.dumps(row) + "\n" for row in rows(method)))
    options = SftOptions(
        model=str(base),
        data=(str(data),),
        out=tmp_path / "out",
        method=method,  # type: ignore[arg-type]
        beta=BETA,
        max_length=256,
        batch=BATCH,
        learning_rate=RATE,
        warmup=0.0,
        precision="fp32",
    )
    batches = prepare(options, resolve(str(base))).batches
    asked = tmp_path / "asked.jsonl"
    texts = [as_text(list(unit), method) for step in range(STEPS) for unit in batches.examples(step)]
    asked.write_text("".join(json.dumps(row) + "\n" for row in texts))
    script = Path(__file__).with_name("trl_losses.py")
    told = subprocess.run(
        [PYTHON, str(script), method, str(base), str(asked), str(tmp_path / "trl"), str(BATCH), str(RATE), str(BETA)],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr[-3000:]
    theirs = json.loads(told.stdout.strip().splitlines()[-1])
    watch = Watch()
    train(replace(options), watch)
    ours = [step.loss for step in watch.steps]
    print(method, "largest difference", max(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert ours[-1] != pytest.approx(ours[0], abs=1e-3)
