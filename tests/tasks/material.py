"""What can be measured of hand-written material: how much there is, and that no two pieces share a run of words."""

import re
from collections.abc import Iterable

_SLOT = re.compile(r"\{[\w.]+\}")


def written(text: str) -> list[str]:
    """The words of the author, in order, without what is drawn."""
    return re.findall(r"[\w'-]+", _SLOT.sub(" ", text).lower())


def longest_common_run(texts: Iterable[str], most: int = 12) -> int:
    """The greatest number of consecutive words that two of the texts share, `most` at the most.

    A drawn value ends a run: it is no word of the author's.
    """
    pieces = [[written(piece) for piece in _SLOT.split(text)] for text in texts]
    for length in range(most, 0, -1):
        seen: dict[tuple[str, ...], int] = {}
        for number, text in enumerate(pieces):
            for words in text:
                for start in range(len(words) - length + 1):
                    run = tuple(words[start : start + length])
                    if seen.setdefault(run, number) != number:
                        return length
    return 0
