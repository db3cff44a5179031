"""Text of models and data sets made fit to be read: what is invisible or turns text around becomes visible."""

import re

HEAD, TAIL = 6_000, 2_000
"""Characters kept of a long text: its beginning, and its end, where closing phrases are checked."""

UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but for tab and newline
    "\xad\u180e\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"  # nothing is drawn for them
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # they turn text around
    "\u2028\u2029"  # line ends to some readers
    "\ud800-\udfff"  # lone surrogates, which UTF-8 cannot hold
    "\U000e0000-\U000e007f"  # tags: text a person cannot see and a model can
    "]"
)

COMMAND = re.compile(r"^([^\S\n]*)::", re.MULTILINE)
"""How a command of GitHub's begins, white space before it or not."""

MARKDOWN = re.compile(r"[\\`*\[\]<>|#~@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Characters that mean something in markdown; an underscore inside a word does not."""


def visible(text: str) -> str:
    """The text with each invisible, direction-changing or unencodable character as `‹U+202E›`.

    Tab, newline and the joiners of emoji and Persian stay; a carriage return before a newline is dropped.
    """
    return UNSEEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text.replace("\r\n", "\n"))


def clipped(text: str) -> str:
    """`visible`, and of a long text only its ends with a line between them that says how much is missing."""
    if len(text) <= HEAD + TAIL:
        return visible(text)
    left_out = len(text) - HEAD - TAIL
    mark = f"\n‹{left_out:,} of {len(text):,} characters are left out here›\n"
    return visible(text[:HEAD]) + mark + visible(text[-TAIL:])


def one_line(text: str) -> str:
    """`visible`, white space squeezed, and no beginning that a CI log would take for a command (`::error`)."""
    line = " ".join(visible(text).split())
    return line.replace("::", ": :", 1) if line.startswith("::") else line


def for_terminal(text: str) -> str:
    """`visible`, and no line that a CI log would take for a command, as `one_line` has it for one."""
    return COMMAND.sub(r"\1: :", visible(text))


def markdown_escaped(text: str) -> str:
    """Text that markdown shows as it is: no table, link, tag, mention, heading or list can begin in it."""
    return MARKDOWN.sub(r"\\\g<0>", one_line(text)).replace("\\<", "&lt;")
