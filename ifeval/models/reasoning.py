"""Which way reasoning is split off a reply: by `<think>` tags, by one of vLLM's parsers, or not at all."""

from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.models.replies import CLOSE, OPEN, ReasoningParser, keep_all, split_always_open, split_tags

PARSERS: dict[str, ReasoningParser] = {"none": keep_all, "tags": split_tags, "open": split_always_open}


def resolve_reasoning(name: str, template: str | None) -> str:
    """The parser that `--reasoning NAME` means for a model with this chat template.

    "auto" splits at `<think>` tags ("tags"). Where the template itself ends the prompt with the opening tag, a reply
    without a closing one is reasoning that never ended ("open"); this is read off the template's text.
    """
    if name != "auto":
        return name
    tail = (template or "").rpartition("add_generation_prompt")[2]
    return "open" if OPEN in tail and CLOSE not in tail else "tags"


def reasoning_parser(name: str, checkpoint: Path | None) -> ReasoningParser:
    """The parser of a resolved name; raises UserError for a name nobody knows."""
    return PARSERS.get(name) or _vllm_parser(name, checkpoint)


def _vllm_parser(name: str, checkpoint: Path | None) -> ReasoningParser:
    try:
        from transformers import AutoTokenizer
        from vllm.reasoning import ReasoningParserManager
    except ImportError:
        raise UserError(f"--reasoning {name}: vLLM's parsers need vLLM; without it give auto or none.") from None
    try:
        kind = ReasoningParserManager.get_reasoning_parser(name)
    except KeyError:
        known = ", ".join(sorted(ReasoningParserManager.list_registered()))
        raise UserError(f"--reasoning {name}: unknown; give auto, none, or one of {known}.") from None
    if checkpoint is None:
        raise UserError(f"--reasoning {name}: vLLM's parsers need the checkpoint's tokenizer; a server has its own.")
    tokenizer: Any = AutoTokenizer.from_pretrained(str(checkpoint))
    parser: Any = kind(tokenizer)
    return lambda raw: parser.extract_reasoning(raw, None)
