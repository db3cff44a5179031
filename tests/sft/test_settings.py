"""Validation, schedules, adapters' settings, checkpoints of epochs, batches of tokens, rewards, and the config that runs again."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ifeval.cli import app
from ifeval.cli.sft import sft_options
from ifeval.errors import UserError
from ifeval.finetuning.config import read_config, to_toml
from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.options import SftOptions
from ifeval.finetuning.training.export import CONFIG, RECORD
from ifeval.finetuning.training.log import LOG, read_log, read_validations
from ifeval.finetuning.training.loop import STATE, train
from ifeval.finetuning.training.schedule import KINDS, schedule
from ifeval.models.resolve import resolve
from tests.sft.families import family
from tests.sft.tiny import documents, llama


class Watch:
    def phase(self, text: str) -> None: ...
    def note(self, text: str) -> None: ...
    def step(self, step: object) -> None: ...


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IFEVAL_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    llama().save_pretrained(folder)
    family("qwen2.5").save_pretrained(folder)
    return folder


def written(file: Path, rows: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.fixture
def options(base: Path, tmp_path: Path) -> SftOptions:
    rows: list[dict[str, object]] = [{"prompt": f"say {i}", "completion": f"{i} is said"} for i in range(20)]
    data = written(tmp_path / "made.jsonl", rows)
    shared = {"max_length": 128, "batch": 4, "learning_rate": 3e-3, "precision": "fp32"}
    return SftOptions(model=str(base), data=(str(data),), out=tmp_path / "out", **shared)  # type: ignore[arg-type]


def test_validation_epochs_and_the_config_that_runs_again(options: SftOptions, tmp_path: Path) -> None:
    out = train(replace(options, validation="0.2", epochs=1.5, eval_every=2, save_epochs=True, warmup=0.0), Watch())
    record = json.loads((out / RECORD).read_text())
    found = record["validation"]
    assert found["examples"] == 4
    assert record["counts"]["examples"] == 16
    assert [step for step, _ in found["loss"]] == [0, 2, 4, 6]
    assert found["loss"] == [list(pair) for pair in read_validations(out / STATE / LOG)]
    assert found["best_loss"] == min(loss for _, loss in found["loss"]) < found["loss"][0][1]
    assert len(read_log(out / STATE / LOG)) == 6
    epochs = [folder.name for folder in (out / STATE).glob("epoch-*")]
    assert epochs == ["epoch-1"]
    assert resolve(str(out / STATE / "epoch-1")).chat_template
    again = CliRunner().invoke(app, ["sft", "--config", str(out / CONFIG), "--out", str(tmp_path / "again")])
    assert again.exit_code == 0, again.output
    assert "validation loss" in again.output
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (out / "model.safetensors").read_bytes()
    assert (tmp_path / "again" / CONFIG).read_bytes() == (out / CONFIG).read_bytes()


def test_a_file_to_validate_on(options: SftOptions, tmp_path: Path) -> None:
    file = written(tmp_path / "held-out.jsonl", [{"prompt": f"repeat {i}", "completion": f"{i}"} for i in range(3)])
    asked = {"validation": str(file), "max_steps": 1, "batch_tokens": 60, "last_turn_only": True}
    out = train(replace(options, **asked), Watch())  # type: ignore[arg-type]
    record = json.loads((out / RECORD).read_text())
    assert (record["validation"]["examples"], record["counts"]["examples"]) == (3, 20)
    for share, said in (("0.01", "that is 0"), ("1.0", "that is 20"), ("nowhere.jsonl", "nowhere.jsonl")):
        with pytest.raises(UserError, match=said):
            train(replace(options, validation=share, out=tmp_path / share), Watch())


def test_adapters_as_asked_for(options: SftOptions) -> None:
    pytest.importorskip("peft")
    asked = {"lora": 4, "lora_alpha": 4, "lora_dropout": 0.1, "lora_target_modules": "q_proj,v_proj"}
    out = train(replace(options, max_steps=1, keep_adapter=True, **asked), Watch())  # type: ignore[arg-type]
    adapter = json.loads((out / "adapter_config.json").read_text())
    assert (adapter["lora_alpha"], adapter["lora_dropout"]) == (4, 0.1)
    assert sorted(adapter["target_modules"]) == ["q_proj", "v_proj"]
    with pytest.raises(UserError, match="no module nowhere"):
        train(replace(options, lora=4, lora_target_modules="nowhere", out=options.out / "b"), Watch())


def test_preferences_tell_their_rewards(options: SftOptions, tmp_path: Path) -> None:
    pairs = [{"prompt": f"say {i}", "chosen": f"{i} is said", "rejected": "no"} for i in range(8)]
    data = written(tmp_path / "pairs.jsonl", pairs)  # type: ignore[arg-type]
    out = train(replace(options, method="dpo", data=(str(data),), epochs=4, warmup=0.0, validation="0.25"), Watch())
    first, *_, last = read_log(out / STATE / LOG)
    assert first["rewards/margins"] == pytest.approx(0, abs=1e-4)
    assert last["rewards/margins"] > 0
    assert last["rewards/margins"] == pytest.approx(last["rewards/chosen"] - last["rewards/rejected"])
    assert last["rewards/accuracies"] == 1
    assert read_validations(out / STATE / LOG)[0][1] == pytest.approx(0.6931, abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_schedules(kind: str) -> None:
    rates = [schedule(step, 20, 0.1, kind) for step in range(20)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[11] == pytest.approx({"cosine": 0.5, "linear": 0.5, "constant": 1.0}[kind])
    assert all(0 < rate <= 1 for rate in rates)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 400), st.integers(0, 3))
def test_batches_of_tokens_hold_every_example_once_per_epoch(n: int, tokens: int, epoch: int) -> None:
    units = [[document] for document in documents(n)]
    batches = Batches(units, 8, 0, tokens)
    steps = [batches.examples(epoch * batches.per_epoch + step) for step in range(batches.per_epoch)]
    assert sorted(unit[0].place for step in steps for unit in step) == sorted(unit[0].place for unit in units)
    assert all(steps)
    longest = max(len(document.ids) for (document,) in units)
    sizes = [sum(len(document.ids) for (document,) in step) for step in steps]
    assert max(sizes) < max(tokens, longest) * 2 + longest


def test_settings_that_make_no_sense(options: SftOptions) -> None:
    wrong = {
        "lr_scheduler_type": "wavy",
        "batch_tokens": 0,
        "lora_dropout": 1.0,
        "lora_alpha": 8,
        "lora_target_modules": "q_proj",
    }
    for name, value in wrong.items():
        with pytest.raises(UserError, match=f"--{name.replace('_', '-')}"):
            replace(options, **{name: value}).check()  # type: ignore[arg-type]


# the config --------------------------------------------------------------------------------------------------------

NAMES = {"model", "data", "max_length", "epochs", "lora"}


def test_flags_override_the_config(base: Path, options: SftOptions, tmp_path: Path) -> None:
    config = tmp_path / "sft.yaml"
    config.write_text(f"model: {base}\ndata: {options.data[0]}\nmax-length: 128\nmax-steps: 3\nprecision: fp32\n")
    done = CliRunner().invoke(app, ["sft", "--config", str(config), "--max-steps", "1", "--out", str(tmp_path / "a")])
    assert done.exit_code == 0, done.output
    used = json.loads((tmp_path / "a" / RECORD).read_text())["settings"]
    assert (used["max_steps"], used["max_length"], used["batch"]) == (1, 128, 8)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.toml", "max-lenght = 3", "no setting 'max-lenght'; did you mean max_length"),
        ("a.toml", "zzz = 3", "no setting 'zzz'; `ifeval sft --help`"),
        ("a.toml", "[lora]\nrank = 3", "lora is a table"),
        ("a.toml", "epochs = ", "a.toml: "),
        ("a.yaml", "- model", "name = value"),
        ("a.yaml", "a: [", "a.yaml: "),
        ("a.yaml", "!!python/object/apply:os.system ['true']", "a.yaml: "),
    ],
)
def test_configs_that_are_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=said):
        read_config(tmp_path / name, NAMES)
    with pytest.raises(UserError, match="cannot be read"):
        read_config(tmp_path / "none.toml", NAMES)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None)
@given(
    texts,
    st.dictionaries(texts.filter(lambda key: key and "=" not in key), st.one_of(texts, st.integers(), st.booleans())),
)
def test_what_is_written_is_read(text: str, template_args: dict[str, object]) -> None:
    import tomllib

    options = SftOptions(model=text, data=(text,), out=Path("o"), template_args=template_args, eval_args=(text, "--a"))
    found = tomllib.loads(to_toml(options))
    assert (found["model"], found["data"]) == (text, [text])
    assert [json.loads(pair.partition("=")[2]) for pair in found["template-arg"]] == list(template_args.values())
    assert found["epochs"] == 1
    assert "out" not in found


def test_the_folder_is_a_path_however_the_command_line_hands_it_over() -> None:
    defaults = {field.name: field.default for field in fields(SftOptions)}
    verb = defaults | {"model": "m", "data": ["rows.jsonl"], "out": "tuned", "more": (), "show_mask": None}
    verb |= {"template_arg": (), "eval_args": "", "resume": False, "log": (), "map": (), "ignore_column": ()}
    assert sft_options(verb).out == Path("tuned")
