"""What a checkpoint's small files say of its tokens, templates and sampling, read without loading a tokenizer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.util import jsonio

SAMPLING_NAMES = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
MOST = 1e6
TOKEN_NAMES = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token")


def read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises UserError naming the file where it is absent, cut or something else."""
    try:
        value = jsonio.loads(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UserError(f"{file} is not valid JSON ({error}); copy it again.") from None
    if not isinstance(value, dict):
        raise UserError(f"{file} holds a {type(value).__name__}, not a JSON object; copy it again.")
    return value


def chat_templates(folder: Path) -> dict[str, str]:
    """The chat templates by name ("default", "tool_use", ...), from wherever this generation of tooling keeps them."""
    found: dict[str, str] = {}
    for name in ("tokenizer_config.json", "chat_template.json"):
        template = _optional(folder / name).get("chat_template")
        if isinstance(template, str):
            found["default"] = template
        elif isinstance(template, list):
            pairs = [(entry.get("name"), entry.get("template")) for entry in template if isinstance(entry, dict)]
            found |= {name: text for name, text in pairs if isinstance(name, str) and isinstance(text, str)}
    for file in sorted((folder / "additional_chat_templates").glob("*.jinja")):
        found[file.stem] = _template(file)
    if (folder / "chat_template.jinja").is_file():
        found["default"] = _template(folder / "chat_template.jinja")
    return found


def named_tokens(folder: Path) -> dict[str, str]:
    """`bos_token`, `eos_token` and the like as text; those that are not set are left out."""
    found: dict[str, str] = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        values = _optional(folder / name)
        found |= {token: text for token in TOKEN_NAMES if (text := _text(values.get(token)))}
    return found


def special_tokens(folder: Path) -> tuple[str, ...]:
    """The texts of the tokenizer's special tokens, sorted; what decoding leaves out when it is told to skip them."""
    found = set(named_tokens(folder).values())
    config = _optional(folder / "tokenizer_config.json")
    added = _optional(folder / "tokenizer.json").get("added_tokens")
    listed = config.get("added_tokens_decoder")
    entries = [*(added if isinstance(added, list) else ()), *(listed.values() if isinstance(listed, dict) else ())]
    found |= {
        str(entry.get("content")) for entry in entries if isinstance(entry, dict) and entry.get("special") is True
    }
    extra = config.get("additional_special_tokens") or config.get("extra_special_tokens")
    found |= {_text(token) for token in (extra if isinstance(extra, list) else ())}
    return tuple(sorted(found - {"", "None"}))


def sampling_defaults(folder: Path) -> Mapping[str, float]:
    """How the model's makers draw from it: the sampling values of its generation config; empty where it has none."""
    config = _optional(folder / "generation_config.json")
    values = {name: config[name] for name in SAMPLING_NAMES if _is_setting(config.get(name))}
    return values if config.get("do_sample") or "temperature" in values else {}


def _is_setting(value: Any) -> bool:
    """A number that drawing can be set to."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST


def _template(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read ({error}); copy it again.") from None


def _optional(file: Path) -> dict[str, Any]:
    return read_json(file) if file.is_file() else {}


def _text(token: Any) -> str:
    """A token as text, whether it stands as text or as an object with its settings."""
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else ""
