"""Names that are in no dictionary, so that a record is known by its name alone."""

import random

ONSETS = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
VOWELS = ["a", "e", "i", "o", "u", "ai", "ea"]
CODAS = ["l", "m", "n", "r", "s", "th", "x", "k"]


def invented(rng: random.Random, syllables: int = 3) -> str:
    """A name of so many syllables and an ending."""
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) for _ in range(syllables)).capitalize() + rng.choice(CODAS)
