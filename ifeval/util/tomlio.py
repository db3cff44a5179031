"""TOML in: the standard library's parser, and one error for all that it cannot read."""

import tomllib
from typing import Any


def loads(text: str) -> dict[str, Any]:
    """Parse TOML. Raises TOMLDecodeError, a ValueError, on malformed text, and on too deep nesting."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
