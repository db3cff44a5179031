"""Which way reasoning is split off a reply: by marks, by the messages of a family, by one of vLLM's parsers, or not at all.

A resolved name says all there is to say, so that a stored run can be read again from it: `none`, `tags` and `open` (for
`<think>`), `marks:["[THINK]", "[/THINK]"]` and `opened:[...]` for any other pair, `harmony`, `muse`, or vLLM's name.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.models.replies import ReasoningParser, keep_all, split_always_open, split_marks, split_tags
from ifeval.tool_calls.dialects.channels import Harmony, Muse

PARSERS: dict[str, ReasoningParser] = {
    "none": keep_all,
    "tags": split_tags,
    "open": split_always_open,
    "harmony": Harmony().split,
    "muse": Muse().split,
}


def reasoning_parser(
    name: str, checkpoint: Path | None, template_args: "dict[str, Any] | None" = None
) -> ReasoningParser:
    """The parser of a resolved name; raises UserError for a name nobody knows.

    template_args: the run's arguments for the chat template, which some of vLLM's parsers ask for.
    """
    kind, colon, marks = name.partition(":")
    if colon and kind in ("marks", "opened"):
        try:
            open_, close = json.loads(marks)
        except ValueError:
            raise UserError(f'--reasoning {name}: write it as {kind}:["opening mark", "closing mark"].') from None
        return partial(split_marks, open_=str(open_), close=str(close), opened=kind == "opened")
    return PARSERS.get(name) or _vllm_parser(name, checkpoint, template_args or {})


def _vllm_parser(name: str, checkpoint: Path | None, template_args: dict[str, Any]) -> ReasoningParser:
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
    try:
        parser: Any = kind(tokenizer, chat_template_kwargs=dict(template_args))
    except TypeError:  # older parsers take no template arguments
        parser = kind(tokenizer)
    except (RuntimeError, ValueError) as error:  # a token of its own that the tokenizer lacks
        raise UserError(f"--reasoning {name}: it does not fit this checkpoint: {error}") from None
    return lambda raw: parser.extract_reasoning(raw, None)
