"""The door for checkpoints: whatever stands in their small files and headers, `doctor` and resolving end with a sentence."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from ifeval.cli.doctor import model_lines
from ifeval.errors import UserError
from ifeval.models.resolve import resolve
from ifeval.models.sandbox import Rendering
from ifeval.util.jsonio import loads
from tests.checkpoints import CONFIG, SHAPES, adapter, checkpoint, safetensors
from tests.fuzz.inputs import EXAMPLES, as_file, damaged, held, tampered

INDEX = {"metadata": {"total_size": 1}, "weight_map": dict.fromkeys(SHAPES, "model.safetensors")}
TOKENIZER = {
    "chat_template": [
        {"name": "default", "template": "{{ messages }}"},
        {"name": "tool_use", "template": "{{ tools }}"},
    ],
    "bos_token": "<s>",
    "eos_token": {"content": "</s>", "special": True},
    "added_tokens_decoder": {"0": {"content": "<s>", "special": True}},
    "additional_special_tokens": ["<tool>"],
}
GENERATION = {"eos_token_id": [2], "do_sample": True, "temperature": 0.6, "top_p": 0.9, "top_k": 20}
FILES: dict[str, Any] = {
    "config.json": {**CONFIG, "text_config": {"max_position_embeddings": 8}, "auto_map": {}},
    "tokenizer_config.json": TOKENIZER,
    "tokenizer.json": {"version": "1.0", "added_tokens": [{"id": 0, "content": "<s>", "special": True}]},
    "generation_config.json": GENERATION,
    "special_tokens_map.json": {"bos_token": "<s>", "eos_token": {"content": "</s>"}},
    "chat_template.json": {"chat_template": "{{ messages }}"},
    "model.safetensors.index.json": INDEX,
    "ifeval_sft.json": {"seen_clusters": ["tables"]},
}


@pytest.fixture
def place(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint with every small file there is. What templates render is fuzzed elsewhere, in a process of its own."""
    folder = checkpoint(tmp_path / "ckpt")
    for name, content in FILES.items():
        (folder / name).write_text(json.dumps(content))
    monkeypatch.setattr(
        "ifeval.models.probe.render_all",
        lambda _, __, cases: {case.name: Rendering(None, "not here") for case in cases},
    )
    return folder


def hold(folder: Path, file: str, inputs: st.SearchStrategy[bytes], examples: int, **given: Any) -> None:
    """Resolve the checkpoint and describe it, with each input as the content of `file`."""
    target, model = folder / file, folder if folder.name == "ckpt" else folder.parent / "ckpt"
    kept = target.read_bytes() if target.exists() else None

    def enter(content: bytes) -> None:
        target.write_bytes(content)
        with suppress(UserError):
            resolve(str(model), **given)
        for _, line in model_lines(str(model)):
            line.encode("utf-8", "backslashreplace")

    held(inputs, enter, examples)
    target.unlink() if kept is None else target.write_bytes(kept)


@EXAMPLES
@pytest.mark.parametrize("file", sorted(FILES))
def test_a_tampered_file_is_a_sentence_or_a_model(place: Path, file: str, examples: int) -> None:
    content = FILES[file]
    hold(place, file, tampered(content).map(as_file) | damaged(json.dumps(content).encode()), examples)


@EXAMPLES
def test_damaged_weights_are_a_sentence_or_a_model(place: Path, examples: int) -> None:
    content = safetensors(SHAPES)
    length = int.from_bytes(content[:8], "little")
    header, data = loads(content[8 : 8 + length]), content[8 + length :]

    def with_header(changed: Any) -> bytes:
        text = as_file(changed)
        return len(text).to_bytes(8, "little") + text + data

    hold(place, "model.safetensors", tampered(header).map(with_header) | damaged(content), examples)


@EXAMPLES
def test_templates_that_are_no_text(place: Path, examples: int) -> None:
    hold(place, "chat_template.jinja", st.binary(max_size=60), examples)


@EXAMPLES
@pytest.mark.parametrize("file", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_tampered_adapter_is_a_sentence_or_a_model(place: Path, file: str, examples: int) -> None:
    folder = adapter(place.parent / "lora")
    content = (folder / file).read_bytes()
    inputs = damaged(content)
    if file.endswith(".json"):
        inputs |= tampered(loads(content)).map(as_file)
    hold(folder, file, inputs, examples, adapter=str(folder))


@EXAMPLES
def test_what_a_checkpoint_was_trained_on(place: Path, examples: int) -> None:
    from ifeval.runs.pipeline import trained_clusters

    model = resolve(str(place))

    def enter(content: bytes) -> None:
        (place / "ifeval_sft.json").write_bytes(content)
        with suppress(UserError):
            trained_clusters(model)

    held(tampered(FILES["ifeval_sft.json"]).map(as_file) | damaged(b'{"seen_clusters": []}'), enter, examples)


@EXAMPLES
def test_remembered_digests_that_somebody_wrote(place: Path, cache: Path, examples: int) -> None:
    from ifeval.models.fingerprint import fingerprint

    sound = {str((place / "config.json").resolve()): [1, 2, 3, 4, "0" * 64]}
    expected = fingerprint(place)

    def enter(content: bytes) -> None:
        (cache / "fingerprints.json").write_bytes(content)
        assert fingerprint(place) == expected

    held(tampered(sound).map(as_file) | damaged(json.dumps(sound).encode()), enter, examples)


@EXAMPLES
def test_sizes_that_an_engine_is_planned_by(place: Path, examples: int) -> None:
    from ifeval.engines.parallel import footprint
    from ifeval.engines.vllm import lora_rank

    folder = adapter(place.parent / "lora")
    config = {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "hidden_size": 32,
    }
    config = {**config, "text_config": dict(config), "dtype": "float32"}

    def enter(drawn: tuple[bytes, bytes]) -> None:
        (place / "config.json").write_bytes(drawn[0])
        (folder / "adapter_config.json").write_bytes(drawn[1])
        with suppress(UserError):
            assert footprint(place).share(1, 1, 100) >= 0
        with suppress(UserError):
            assert lora_rank(folder) > 0

    held(
        st.tuples(tampered(config).map(as_file), tampered({"r": 2, "peft_type": "LORA"}).map(as_file)), enter, examples
    )
