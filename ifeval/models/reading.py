"""From what is known of a template to how the replies of a run are read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.models.profile import TemplateProfile
from ifeval.models.reasoning import reasoning_parser
from ifeval.models.replies import Reading
from ifeval.tool_calls import by_name


def reading_of(
    profile: TemplateProfile,
    template_args: Mapping[str, Any],
    special: Sequence[str] = (),
    *,
    reasoning: str | None = None,
    dialect: str | None = None,
    checkpoint: Path | None = None,
) -> Reading:
    """The reading of a run's replies.

    special: the tokenizer's special tokens. reasoning, dialect: what the user named instead of what the template
    tells. Raises UserError for a name nobody knows.
    """
    name = reasoning or profile.reasoning_with(template_args)
    split = reasoning_parser(name, checkpoint, dict(template_args))
    return Reading(split, by_name(dialect or profile.dialect), (*special, *profile.frames))
