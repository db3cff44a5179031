"""Evaluations while a model trains: nothing of the training changes by them, and their numbers reach its log."""

import ast
import copy
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import Exit, UserError
from tests.conftest import ROOT

pytest.importorskip("transformers", reason="needs transformers: pip install 'ifeval-harness[transformers]'")
torch = pytest.importorskip("torch", reason="needs torch: pip install 'ifeval-harness[transformers]'")

from ifeval import interop  # noqa: E402 - after the skips
from ifeval.interop.live import fingerprint, opened, undisturbed  # noqa: E402
from ifeval.interop.training import Evaluations, is_due  # noqa: E402
from ifeval.runs.run import load_run  # noqa: E402
from tests.sft.tiny import llama  # noqa: E402
from tests.sft.tokenizers_of import tokenizer_of  # noqa: E402

TEMPLATE = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<e>{% endfor %}<|assistant|>"
CASES = [{"id": str(number), "prompt": f"Say {number}.", "answer": str(number)} for number in range(6)]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "sums.jsonl"
    path.write_text("\n".join(map(json.dumps, CASES)))
    return path


def tokenizer() -> Any:
    made = copy.deepcopy(tokenizer_of(TEMPLATE, "<s>", "<e>", ("<s>", "<e>", "<|user|>", "<|assistant|>")))
    made.pad_token = made.eos_token
    return made


def network() -> Any:
    return llama(attention_dropout=0.3)


def trainer(out: Path, **settings: Any) -> Any:
    """A trainer of a tiny network whose dropout draws random numbers in every step."""
    from transformers import Trainer, TrainingArguments

    rows = [{"input_ids": [n % 50 + 2] * 12, "labels": [n % 50 + 2] * 12} for n in range(64)]
    arguments = TrainingArguments(
        output_dir=str(out), max_steps=4, per_device_train_batch_size=2, logging_steps=1, report_to=[], save_strategy="no",
        use_cpu=True, seed=3, disable_tqdm=True, **settings,
    )  # fmt: skip
    return Trainer(model=network(), args=arguments, train_dataset=rows, processing_class=tokenizer())


def weights(model: Any) -> Mapping[str, Any]:
    return {name: weight.clone() for name, weight in model.state_dict().items()}


@pytest.mark.engine
def test_training_is_the_same_with_evaluations_and_its_log_has_their_numbers(tmp_path: Path, cases: Path) -> None:
    plain = trainer(tmp_path / "plain")
    plain.train()
    watched = trainer(tmp_path / "watched")
    watched.add_callback(interop.TrainerCallback(watched, cases=cases, every=2, max_tokens=4))
    padding = watched.processing_class.padding_side
    log, training = watched.log, []
    watched.log = lambda logs, *rest: (
        training.append(watched.model.training) if "ifeval/mean" in logs else None,
        log(logs, *rest),
    )
    watched.train()
    assert training == [False] * 3
    assert watched.model.training
    for name, weight in weights(plain.model).items():
        assert torch.equal(weight, watched.model.state_dict()[name]), name
    assert watched.processing_class.padding_side == padding
    logged = {row["step"]: row for row in watched.state.log_history if "ifeval/mean" in row}
    assert list(logged) == [0, 2, 4]
    assert {"ifeval/sums", "ifeval/truncated", "ifeval/failed"} <= logged[4].keys()
    runs = sorted(path.name.rpartition("-")[0] for path in (tmp_path / "watched" / "ifeval").iterdir() if path.is_dir())
    assert runs == ["step-0", "step-2", "step-4"]
    started = json.loads((tmp_path / "watched" / "ifeval" / "start.json").read_text())
    run = load_run(tmp_path / "watched" / "ifeval" / started["run"])
    assert run.manifest["settings"]["engine"]["name"] == "transformers"
    assert run.manifest["options"]["seed"] == 500_009


@pytest.mark.engine
def test_a_fail_stops_training(tmp_path: Path, cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ifeval.interop import training

    class Failed:
        exit_code = Exit.REGRESSION
        headline = "FAIL"

    monkeypatch.setattr(training, "gate", lambda *_: Failed())
    watched = trainer(tmp_path / "out")
    watched.add_callback(interop.TrainerCallback(watched, cases=cases, every=1, stop=True, max_tokens=2))
    watched.train()
    assert watched.state.global_step == 1


@pytest.mark.engine
def test_a_model_held_in_memory_is_left_as_it_was() -> None:
    model = network()
    model.train()
    model.model.layers[0].eval()
    before, drawn, state = fingerprint(model), model.generation_config, torch.get_rng_state()
    with undisturbed(model):
        assert not model.training
        assert model.generation_config is not drawn
        torch.rand(3)
    assert model.training
    assert not model.model.layers[0].training
    assert model.generation_config is drawn
    assert torch.equal(state, torch.get_rng_state())
    assert fingerprint(model) == before
    with torch.no_grad():
        model.model.norm.weight[5] += 1e-3
    assert fingerprint(model) != before


def test_spread_weights_are_refused() -> None:
    model = network()
    next(model.parameters()).ds_id = 1
    with pytest.raises(UserError, match="spread over processes"):
        opened(model, tokenizer(), "x")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"limt": 3}, "There is no flag 'limt'"),
        ({"limit": 0}, "--limit 0"),
        ({"policy": "no-such.toml"}, "no-such.toml"),
    ],
)
def test_wrong_arguments_are_said_before_training(tmp_path: Path, arguments: dict[str, Any], sentence: str) -> None:
    policy = arguments.pop("policy", "smoke")
    with pytest.raises(UserError, match=sentence):
        Evaluations(tmp_path, None, None, policy, None, "live", arguments)


def test_the_arguments_on_the_page_are_those_of_the_callbacks() -> None:
    page = (ROOT / "docs" / "trainers.md").read_text(encoding="utf-8")
    signature = inspect.signature(interop.TrainerCallback)
    table = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE))))
    assert table == set(signature.parameters) - {"trainer", "flags"}
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    calls = [node for block in blocks for node in ast.walk(ast.parse(block)) if isinstance(node, ast.Call)]
    named = {node.func.id: {word.arg for word in node.keywords} for node in calls if isinstance(node.func, ast.Name)}
    assert named["TrainerCallback"] <= set(signature.parameters)
    assert named["LightningCallback"] <= {*signature.parameters, "network"}


def test_when_an_evaluation_is_due() -> None:
    assert [step for step in range(8) if is_due(step, 3, {0}, last=7)] == [3, 6, 7]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_process_waits_for_ever(tmp_path: Path, cases: Path) -> None:
    """Two processes over gloo: what the first finds, and the error it has, are known to both."""
    script = Path(__file__).with_name("two_processes.py")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*launcher, str(script), str(tmp_path), str(cases)],
        timeout=500,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = sorted(line for line in done.stdout.splitlines() if line.startswith("rank"))
    assert len(said) == 4
    assert said[0].removeprefix("rank 0") == said[2].removeprefix("rank 1")  # the numbers
    assert all("the error of one" in line for line in said[1::2])
    assert len(list((tmp_path / "ifeval").glob("step-*"))) == 1


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(find_spec("trl") is None, reason="needs trl: pip install trl")
def test_ten_steps_of_trl_on_a_real_model(tmp_path: Path, cases: Path) -> None:
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    folder = Path(os.environ.get("IFEVAL_TEST_MODEL", ROOT / "models" / "smollm2-135m-instruct"))
    if not folder.is_dir():
        pytest.skip(f"the model is not at {folder}: make model, or set IFEVAL_TEST_MODEL")
    rows = [{"prompt": [{"role": "user", "content": f"Say {n}."}], "completion": [{"role": "assistant", "content": str(n)}]}
            for n in range(10)]  # fmt: skip
    arguments = SFTConfig(
        output_dir=str(tmp_path / "out"), max_steps=10, per_device_train_batch_size=1, learning_rate=1e-4, logging_steps=5,
        report_to=[], save_strategy="no", use_cpu=True, bf16=False, max_length=64, disable_tqdm=True,
        gradient_checkpointing=False,
    )  # fmt: skip
    learner = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32),
        processing_class=AutoTokenizer.from_pretrained(folder),
        args=arguments,
        train_dataset=Dataset.from_list(rows),
    )
    learner.add_callback(interop.TrainerCallback(learner, cases=cases, every=5, limit=4, max_tokens=4))
    learner.train()
    scores = {row["step"]: row["ifeval/sums"] for row in learner.state.log_history if "ifeval/sums" in row}
    print("scores by step:", scores)
    assert all("mean_token_accuracy" in row for row in learner.state.log_history if "loss" in row)
    assert list(scores) == [0, 5, 10]
    starts = {path.name.rpartition("-")[0] for path in (tmp_path / "out" / "ifeval").iterdir() if path.is_dir()}
    assert starts == {"step-0", "step-5", "step-10"}
