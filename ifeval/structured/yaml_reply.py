"""YAML in a reply, block style: no anchors, no tags, bounded size (`ifeval.util.yamlio`)."""

from ifeval.structured.documents import Parsed, block_or_all
from ifeval.structured.schema.validator import MAX_DEPTH
from ifeval.util import yamlio

MAX_CHARACTERS = 100_000


def read_yaml(text: str) -> Parsed:
    """The YAML of a reply: its first fenced block, or all of it. Only a block mapping or sequence counts as a document."""
    document, place = block_or_all(text, ("yaml", "yml"))
    if not document.strip():
        return Parsed(error="the reply is empty")
    if len(document) > MAX_CHARACTERS:
        return Parsed(error=f"more than {MAX_CHARACTERS:,} characters of YAML")
    try:
        return Parsed(yamlio.loads(document, max_depth=MAX_DEPTH, block=True), place)
    except ValueError as error:
        return Parsed(error=f"not YAML: {str(error)[:120]}")
