"""The loop on a tiny model: it learns, it resumes to the same bytes, it stops safely, and what it writes can be served."""

import json
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from ifeval.errors import UserError
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.export import RECORD
from ifeval.finetuning.training.log import Step, read_log
from ifeval.finetuning.training.loop import STATE, train
from ifeval.finetuning.training.network import choose_precision
from ifeval.finetuning.training.parallel import SingleProcess
from ifeval.finetuning.training.rehearsal import check_room
from ifeval.finetuning.training.state import newest, save_state
from ifeval.models.resolve import resolve
from tests.sft.families import family
from tests.sft.tiny import llama


class Watch:
    """Keeps the steps, and does something after one of them."""

    def __init__(self, after: dict[int, Callable[[], None]] | None = None) -> None:
        self.after = after or {}
        self.steps: list[Step] = []

    def phase(self, text: str) -> None: ...

    def note(self, text: str) -> None: ...

    def step(self, step: Step) -> None:
        self.steps.append(step)
        self.after.get(step.step, lambda: None)()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    llama().save_pretrained(folder)
    family("qwen2.5").save_pretrained(folder)
    return folder


@pytest.fixture
def options(base: Path, tmp_path: Path) -> SftOptions:
    data = tmp_path / "made.jsonl"
    rows = [{"prompt": f"say {i}", "completion": f"{i} is said", "cluster": f"c{i % 2}"} for i in range(24)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return SftOptions(
        model=str(base),
        data=(str(data),),
        out=tmp_path / "out",
        max_steps=6,
        max_length=256,
        batch=4,
        rows=2,
        learning_rate=3e-3,
        precision="fp32",
        neftune=5.0,
        seed=7,
    )


def weights(folder: Path) -> dict[str, torch.Tensor]:
    with safe_open(folder / "model.safetensors", "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict


def test_it_learns_and_writes_a_checkpoint_that_resolves(options: SftOptions) -> None:
    watch = Watch()
    out = train(replace(options, max_steps=40, neftune=0.0), watch)
    assert watch.steps[-1].loss < 0.7 * watch.steps[0].loss
    stored = weights(out)
    assert {tensor.dtype for tensor in stored.values()} == {torch.bfloat16}
    assert "lm_head.weight" not in stored
    model = resolve(str(out))
    assert model.chat_template == family("qwen2.5").chat_template
    end = family("qwen2.5").convert_tokens_to_ids("<|im_end|>")
    assert end in json.loads((out / "generation_config.json").read_text())["eos_token_id"]
    assert json.loads((out / "config.json").read_text())["dtype"] == "bfloat16"
    assert newest(out / STATE) is None
    with pytest.raises(UserError, match="finished training"):
        train(options, Watch())


def test_weights_in_16_bits_learn_too(options: SftOptions) -> None:
    watch = Watch()
    out = train(replace(options, max_steps=40, neftune=0.0, precision="bf16", weights="bf16"), watch)
    assert watch.steps[-1].loss < 0.7 * watch.steps[0].loss
    training = json.loads((out / RECORD).read_text())["training"]
    assert (training["precision"], training["weights"]) == ("bf16", "bf16")
    assert training["attention"] == "ifeval_documents"
    with pytest.raises(UserError, match="--precision"):
        replace(options, weights="bf16").check()


def test_adapters_on_a_base_in_16_bits_merge(options: SftOptions, base: Path) -> None:
    out = train(replace(options, lora=4, precision="bf16", neftune=0.0, max_steps=20), Watch())
    training = json.loads((out / RECORD).read_text())["training"]
    assert (training["precision"], training["weights"]) == ("bf16 autocast", "bf16")
    assert training["merge_error"] < 1e-4
    before, after = weights(base), weights(out)
    changed = [name for name in before if not torch.equal(before[name].bfloat16(), after[name])]
    assert len(changed) == 2 * 7  # every linear layer of two blocks


def test_the_record_says_where_it_comes_from(options: SftOptions, base: Path) -> None:
    record = json.loads((train(replace(options, max_steps=2), Watch()) / RECORD).read_text())
    assert record["seen_clusters"] == ["c0", "c1"]
    assert record["base"] == {"name": "tiny", "fingerprint": resolve(str(base)).fingerprint}
    assert [(entry["file"], entry["rows"], len(entry["sha256"])) for entry in record["data"]] == [
        ("made.jsonl", 24, 64)
    ]
    assert record["counts"]["documents"] == 24
    assert [step for step, _ in record["training"]["loss"]] == [1, 2]
    assert record["template"]["end_of_turn"] == "<|im_end|>"
    assert record["training"]["isolation_error"] < 1e-3


@pytest.mark.parametrize("kept", ["fp32", "bf16"])
def test_interrupted_and_resumed_equals_uninterrupted_bitwise(options: SftOptions, tmp_path: Path, kept: Any) -> None:
    if kept == "bf16":
        options = replace(options, precision="bf16", weights="bf16")
    whole = train(options, Watch())
    halved = replace(options, out=tmp_path / "halved")
    stop = Watch({3: lambda: os.kill(os.getpid(), signal.SIGTERM)})
    with pytest.raises(KeyboardInterrupt):
        train(halved, stop)
    assert newest(halved.out / STATE).name == "step-0000003.pt"  # type: ignore[union-attr]
    with pytest.raises(UserError, match="--resume"):
        train(halved, Watch())
    with pytest.raises(UserError, match="another training"):
        train(replace(halved, resume=True, seed=8), Watch())
    rest = Watch()
    train(replace(halved, resume=True), rest)
    assert [step.step for step in rest.steps] == [4, 5, 6]
    assert (whole / "model.safetensors").read_bytes() == (halved.out / "model.safetensors").read_bytes()
    logs = [
        [(row["step"], row["loss"], row["gradient_norm"]) for row in read_log(folder / STATE / "log.jsonl")]
        for folder in (whole, halved.out)
    ]
    assert logs[0] == logs[1]


@pytest.mark.parametrize("method", ["orpo", "dpo"])
def test_preference_pairs_are_learnt_and_resume(options: SftOptions, tmp_path: Path, method: str) -> None:
    data = tmp_path / "pairs.jsonl"
    rows = [{"prompt": f"say {i}", "chosen": f"{i} is said", "rejected": f"no {i} for you"} for i in range(16)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = replace(options, data=(str(data),), method=method, beta=0.5, neftune=0.0)
    watch = Watch()
    whole = train(settings, watch)
    assert watch.steps[-1].loss < watch.steps[0].loss
    stop = Watch({2: lambda: os.kill(os.getpid(), signal.SIGTERM)})
    with pytest.raises(KeyboardInterrupt):
        train(replace(settings, out=tmp_path / "halved"), stop)
    halved = train(replace(settings, out=tmp_path / "halved", resume=True), Watch())
    assert (whole / "model.safetensors").read_bytes() == (halved / "model.safetensors").read_bytes()
    with pytest.raises(UserError, match="no rejected reply"):
        train(replace(options, method=method, out=tmp_path / "none"), Watch())


def test_labelled_replies_are_learnt_and_resume(options: SftOptions, tmp_path: Path) -> None:
    data = tmp_path / "thumbs.jsonl"
    rows = [{"prompt": f"say {i}", "completion": f"{i} is said", "label": True} for i in range(8)]
    rows += [{"prompt": f"say {i}", "completion": f"no {i} for you", "label": False} for i in range(8)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = replace(options, data=(str(data),), method="kto", beta=0.5, neftune=0.0)
    watch = Watch()
    whole = train(settings, watch)
    assert watch.steps[0].loss == pytest.approx(0.5, abs=1e-4)
    assert watch.steps[-1].loss < watch.steps[0].loss
    stop = Watch({2: lambda: os.kill(os.getpid(), signal.SIGTERM)})
    with pytest.raises(KeyboardInterrupt):
        train(replace(settings, out=tmp_path / "halved"), stop)
    halved = train(replace(settings, out=tmp_path / "halved", resume=True), Watch())
    assert (whole / "model.safetensors").read_bytes() == (halved / "model.safetensors").read_bytes()
    with pytest.raises(UserError, match="no label says whether the reply is wanted"):
        train(replace(options, method="kto", out=tmp_path / "none"), Watch())
    with pytest.raises(UserError, match="--batch 2 or more"):
        train(replace(settings, batch=1), Watch())


def test_adapters_are_merged_or_kept(options: SftOptions, base: Path, tmp_path: Path) -> None:
    merged = train(replace(options, lora=4, max_steps=3), Watch())
    assert json.loads((merged / RECORD).read_text())["training"]["merge_error"] < 1e-4
    before, after = weights(base), weights(merged)
    assert before.keys() == after.keys()
    changed = {name for name in after if not torch.equal(before[name].bfloat16(), after[name])}
    assert changed
    assert all("proj" in name for name in changed)
    kept = train(replace(options, lora=4, max_steps=3, keep_adapter=True, out=tmp_path / "kept"), Watch())
    assert (kept / "adapter_config.json").is_file()
    assert resolve(str(base), adapter=str(kept)).adapter == kept


def test_a_loss_that_is_not_finite_keeps_the_state_before(options: SftOptions) -> None:
    with pytest.raises(UserError, match=r"not finite in step .*Lower --learning-rate"):
        train(replace(options, learning_rate=1e35, warmup=0.0), Watch())
    content = torch.load(newest(options.out / STATE), weights_only=True)  # type: ignore[arg-type]
    assert content["step"] >= 1


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Writing past `size` bytes fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_the_last_good_state(tmp_path: Path) -> None:
    model = llama()
    optimizer = torch.optim.AdamW(model.parameters())
    rng = {"cpu": torch.get_rng_state(), "cuda": []}
    save_state(tmp_path, 1, model, optimizer, rng, "x", SingleProcess())
    with largest_file(10_000), pytest.raises(UserError, match=r"step-0000001\.pt is kept"):
        save_state(tmp_path, 2, model, optimizer, rng, "x", SingleProcess())
    assert [file.name for file in tmp_path.iterdir()] == ["step-0000001.pt"]
    save_state(tmp_path, 2, model, optimizer, rng, "x", SingleProcess())
    assert [file.name for file in tmp_path.iterdir()] == ["step-0000002.pt"]


def test_a_checkpoint_that_cannot_be_written_can_be_written_later(options: SftOptions) -> None:
    settings = replace(options, max_steps=2)

    class Full(Watch):
        """The disk is full when the checkpoint is written."""

        def phase(self, text: str) -> None:
            if text == "writing the checkpoint":
                (options.out / "checkpoint.partial").write_text("in the way")

    with pytest.raises(UserError, match="cannot be written"):
        train(settings, Full())
    assert newest(options.out / STATE) is not None
    (options.out / "checkpoint.partial").unlink(missing_ok=True)
    assert (train(replace(settings, resume=True), Watch()) / RECORD).is_file()


def test_without_packing_the_loss_is_the_same(options: SftOptions, tmp_path: Path) -> None:
    """The first step of one window that holds everything."""
    settings = replace(options, neftune=0.0, max_steps=1, batch=24, rows=1)
    packed, padded = Watch(), Watch()
    train(settings, packed)
    train(replace(settings, packing=False, rows=8, out=tmp_path / "padded"), padded)
    assert packed.steps[0].loss == pytest.approx(padded.steps[0].loss, rel=1e-4)
    assert packed.steps[0].gradient_norm == pytest.approx(padded.steps[0].gradient_norm, rel=1e-3)


def test_rows_one_by_one_have_the_same_gradient_under_autocast(options: SftOptions, tmp_path: Path) -> None:
    """Weights that are cast once for all rows of a step get the gradients of all of them."""
    settings = replace(options, neftune=0.0, max_steps=2, batch=24, max_length=128, precision="bf16", weights="fp32")
    one_by_one, together = Watch(), Watch()
    train(replace(settings, rows=1), one_by_one)
    train(replace(settings, rows=24, out=tmp_path / "together"), together)
    for ours, theirs in zip(one_by_one.steps, together.steps, strict=True):
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-3)
        assert ours.gradient_norm == pytest.approx(theirs.gradient_norm, rel=2e-2)


@pytest.mark.parametrize("method", ["orpo", "dpo"])
def test_pairs_without_packing_have_the_same_loss(options: SftOptions, tmp_path: Path, method: Any) -> None:
    data = tmp_path / "pairs.jsonl"
    made = [{"prompt": f"say {i}", "chosen": f"{i} " * (1 + i % 3), "rejected": f"no {i}"} for i in range(12)]
    data.write_text("".join(json.dumps(row) + "\n" for row in made))
    settings = replace(options, data=(str(data),), method=method, neftune=0.0, max_steps=3)
    apart, packed = Watch(), Watch()
    train(replace(settings, packing=False), apart)
    train(replace(settings, out=tmp_path / "packed"), packed)
    assert [step.loss for step in apart.steps] == pytest.approx([step.loss for step in packed.steps], abs=1e-4)


def test_gradient_checkpointing_changes_no_step(options: SftOptions, tmp_path: Path) -> None:
    plain, checkpointed = Watch(), Watch()
    train(replace(options, max_steps=2), plain)
    train(replace(options, max_steps=2, gradient_checkpointing=True, out=tmp_path / "less"), checkpointed)
    assert [step.loss for step in plain.steps] == pytest.approx([step.loss for step in checkpointed.steps], rel=1e-5)


def test_precision_and_options_are_checked(options: SftOptions) -> None:
    cpu = torch.device("cpu")
    assert choose_precision("fp32", cpu) is None
    assert choose_precision("bf16", cpu) is torch.bfloat16
    assert choose_precision("auto", cpu) in (None, torch.bfloat16)
    for wrong in (
        {"precision": "fp8"},
        {"batch": 0},
        {"max_dropped": 2},
        {"epochs": 0},
        {"warmup": 1.0},
        {"keep_adapter": True},
        {"max_steps": 0},
    ):
        with pytest.raises(UserError, match="--"):
            replace(options, **wrong).check()  # type: ignore[arg-type]


def test_what_saving_needs_is_tried_first(options: SftOptions, base: Path, tmp_path: Path) -> None:
    """A base that says how to sample, and not to, is mended; its processor's files come along; a full disk is told at once."""
    odd = tmp_path / "odd"
    shutil.copytree(base, odd)
    (odd / "generation_config.json").write_text(
        '{"do_sample": false, "temperature": 0.6, "top_p": 0.9, "eos_token_id": 1}'
    )
    (odd / "preprocessor_config.json").write_text('{"size": 8}')
    settings = replace(options, model=str(odd), max_steps=1)
    out = train(settings, Watch())
    assert "temperature" not in json.loads((out / "generation_config.json").read_text())
    assert json.loads((out / "preprocessor_config.json").read_text()) == {"size": 8}
    with pytest.raises(UserError, match=r"GiB free.*--save-every 0"):
        check_room(options, tmp_path, 10**15)


def test_one_command_begins_goes_on_and_is_done(options: SftOptions) -> None:
    settings = replace(options, resume="auto")

    def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        train(settings, Watch({3: stop}))
    rest = Watch()
    out = train(settings, rest)
    assert [step.step for step in rest.steps] == [4, 5, 6]
    again = Watch()
    assert train(settings, again) == out
    assert not again.steps


class Noted(Watch):
    """Keeps what should stay in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_rows_and_steps_are_told_before_the_first(options: SftOptions) -> None:
    with open(options.data[0], "a") as rows:
        rows.write(json.dumps({"prompt": "long", "completion": "word " * 600}) + "\n")
    watch = Noted()
    train(replace(options, max_steps=1, batch=8), watch)
    table, odd, steps = watch.notes
    assert "24  trained, of 25 rows" in table
    assert "1  dropped: longer than 256 tokens before the first reply ends" in table
    assert odd.startswith("1 steps change little")
    assert steps.startswith("training: 1 steps of 8 examples, 3 steps per epoch, 0.333 epochs")
    with pytest.raises(UserError, match=r"1 of 25 examples cannot be trained on.*--max-dropped"):
        train(replace(options, out=options.out.with_name("other"), max_dropped=0.0), Watch())
    settings = replace(options, data=(options.data[0],), out=options.out.with_name("third"), max_steps=1)
    watch = Noted()
    train(replace(settings, validation=options.data[0]), watch)
    assert "validation:\n  24  validated on, of 25 rows" in watch.notes[0]
