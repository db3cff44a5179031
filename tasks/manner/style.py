"""How a model talks: numbers for the style of a reply to an everyday request, so that a tuning artefact shows."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ifeval.checks.guards import repetition
from ifeval.records import Response
from ifeval.tasks.wrong_in_any_reply.faults import LONGEST, is_echo, refused

_WORD = re.compile(r"\w+")
_LIST = re.compile(r"^[ \t]{0,8}(?:[-*•]|\d{1,3}[.)])[ \t]", re.MULTILINE)
_MARKDOWN = re.compile(r"^#{1,6} |^```|\*\*[^*\n]{1,200}\*\*|^\|[^\n]{0,500}\|[ \t]*$", re.MULTILINE)
_OPENING = re.compile(
    r"(sure|certainly|of course|absolutely|definitely|great|good question|what a |here(?:'s| is| are)|"
    r"i(?:'d| would) be (?:happy|glad)|i(?:'m| am) (?:happy|glad)|thank(?:s| you) for|no problem)\b",
    re.IGNORECASE,
)


def style(prompt: str, response: Response) -> dict[str, float | None]:
    """The metrics of one reply, each in [0, 1]; those of a blank reply are None, `finished` aside.

    `finished`: it is neither blank nor an echo of the prompt, and ended by itself. `length`: its words in thousands, at most 1.
    """
    reply = response.answer[:LONGEST].replace("’", "'")
    spoken = _WORD.findall(reply.casefold())
    echo = is_echo(reply, prompt)
    measured: dict[str, float | None] = {
        "length": min(len(spoken) / 1000, 1.0),
        "list": float(len(_LIST.findall(reply)) >= 2),
        "markdown": float(_MARKDOWN.search(reply) is not None),
        "opening_phrase": float(_OPENING.match(reply.lstrip()) is not None),
        "refusal": float(refused(reply, spoken) is not None),
        "echo": float(echo),
        "repetition": repetition(spoken),
        "distinct_2": _distinct(spoken, 2),
    }
    if not spoken:
        measured = dict.fromkeys(measured)
    return {"finished": float(bool(spoken) and not echo and not response.truncated), **measured}


def summarise(replies: Sequence[str]) -> dict[str, Any]:
    """Words per reply (mean and quartiles), the commonest first two words, and variety over all replies together."""
    spoken = [_WORD.findall(reply[:LONGEST].casefold()) for reply in replies]
    lengths = sorted(map(len, spoken))
    if not lengths:
        return {}
    openings = Counter(" ".join(words[:2]) for words in spoken if words)
    together = [word for words in spoken for word in words]
    return {
        "words": {
            "mean": sum(lengths) / len(lengths),
            **{name: lengths[int(share * (len(lengths) - 1))] for name, share in _QUARTILES.items()},
        },
        "openings": {opening: count / len(spoken) for opening, count in openings.most_common(5)},
        "distinct_1": _distinct(together, 1),
        "distinct_2": _distinct(together, 2),
    }


_QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "longest": 1.0}


def _distinct(words: Sequence[str], n: int) -> float:
    """Distinct-n (Li et al. 2016, arXiv 1510.03055): different runs of n words over all of them; 1 without any."""
    runs = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
    return len(set(runs)) / len(runs) if runs else 1.0
