"""How a model talks: numbers for the style of a reply to a natural request, so that a tuning artefact shows."""

import re
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from ifeval.checks.guards import guard
from ifeval.records import CheckResult, Response, Score

from . import stock

FEWEST_WORDS = 3
MOST_REPETITION = 0.4
"""Share of repeated runs of four words above which a reply counts as degenerate; prose stays below 0.1."""

LONGEST = 20_000
"""Characters looked at; a hostile megabyte costs no more."""

_WORD = re.compile(r"\w+")
_LIST = re.compile(r"^[ \t]{0,8}(?:[-*•]|\d{1,3}[.)])[ \t]", re.MULTILINE)
_MARKDOWN = re.compile(r"^#{1,6} |^```|\*\*[^*\n]{1,200}\*\*|^\|[^\n]{0,500}\|[ \t]*$", re.MULTILINE)
_OPENING = re.compile(
    r"(sure|certainly|of course|absolutely|definitely|great|good question|what a |here(?:'s| is| are)|"
    r"i(?:'d| would) be (?:happy|glad)|i(?:'m| am) (?:happy|glad)|thank(?:s| you) for|no problem)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\bas an ai\b|\bas a (?:large )?language model\b|\bi(?:'m| am) (?:sorry|unable|not able)\b|\bi apologi[sz]e\b|"
    r"\bi (?:can't|cannot|can not|won't|will not) (?:help|assist|answer|provide|do|give|write|offer)\b",
    re.IGNORECASE,
)


def talk(request: tuple[str, str], rng: Random) -> tuple[str, str]:
    """A natural request with fresh names and things, and a natural reply to it."""
    friend, sister = rng.sample(stock.NAMES, 2)
    thing, other = rng.sample(stock.OBJECTS, 2)
    fresh = {kind: rng.choice(pool) for kind, pool in stock.THINGS.items()}
    fresh |= {
        "friend": friend,
        "sister": sister,
        "thing": thing,
        "other": other,
        "city": rng.choice(stock.CITIES),
        "colour": rng.choice(stock.COLOURS),
        "weekday": rng.choice(stock.WEEKDAYS),
        "month": rng.choice(stock.MONTHS),
        "number": str(rng.randint(3, 40)),
    }
    prompt, reply = request
    return prompt.format(**fresh), reply.format(**fresh)


def describe(prompt: str, response: Response) -> Score:
    """The metrics of one reply, each in [0, 1]; the style of a blank reply is None.

    `natural`: at least three words, one of which the prompt doesn't have (no echo, and no shuffled prompt), stopped by
    itself, not degenerate.
    """
    reply = response.answer[:LONGEST]
    words = _WORD.findall(reply.casefold())
    repetition = 1 - _distinct(words, 4)
    verdict = guard(" ".join(words), prompt, truncated=response.truncated, min_words=FEWEST_WORDS)
    if verdict is None and set(words) <= set(_WORD.findall(prompt.casefold())):
        verdict = CheckResult(False, "no word that the prompt doesn't have", failure="echo")
    if verdict is None and repetition > MOST_REPETITION:
        verdict = CheckResult(False, f"{repetition:.0%} of its runs of four words are repeats", failure="degenerate")
    if verdict is None:
        verdict = CheckResult(True, f"{len(words)} words")
    style: dict[str, float | None] = {
        "list": float(len(_LIST.findall(reply)) >= 2),
        "markdown": float(_MARKDOWN.search(reply) is not None),
        "opening_phrase": float(_OPENING.match(reply.lstrip()) is not None),
        "refusal": float(_REFUSAL.search(reply[:300].replace("’", "'")) is not None),
        "repetition": repetition,
        "distinct_2": _distinct(words, 2),
    }
    if not words:
        style = dict.fromkeys(style)
    return Score((verdict,), {"natural": float(verdict.ok), **style})


def summarise(replies: Sequence[str]) -> dict[str, Any]:
    """Words a reply (mean and quartiles), the commonest first two words, and variety over all replies together."""
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
