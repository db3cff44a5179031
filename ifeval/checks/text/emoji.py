"""What an emoji is: a pictograph of Unicode, a flag or a keycap; ©, ® and ™ are signs of writing, not emoji."""

import regex

# One emoji, with its skin tone, joined parts and tags.
_ONE = (
    r"(?:\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3"
    r"|[\p{Extended_Pictographic}--[©®™‼⁉〰〽]](?:\uFE0F|\p{EMod})?[\U000E0020-\U000E007F]*"
    r"(?:\u200D[\p{Extended_Pictographic}--[©®™]](?:\uFE0F|\p{EMod})?)*)"
)
_AT_END = regex.compile(rf"{_ONE}\uFE0F?$", regex.VERSION1)


def ends_with_emoji(text: str) -> bool:
    """Whether the last thing in `text` is an emoji."""
    return _AT_END.search(text[-40:]) is not None
