"""The language of a text: langdetect 1.0.9's verdict under seed 0, about three times faster.

langdetect (Nakatani 2010) is naive Bayes over character 1- to 3-grams that it draws at random. Upstream leaves it
unseeded, so that its scores differ from run to run; seed 0 is the field's convention for reproducing them. The draws
and the arithmetic here are langdetect's to the last bit, on its profiles and character tables; what is new is that the
probabilities of all languages are updated together, and that each run of three characters is looked up once.
"""

import random
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import orjson

from ifeval.records import CheckResult

SEED = 0
UNKNOWN = "unknown"

_TRIALS = 7
_LONGEST = 10_000
_DRAWS_BETWEEN_TESTS = 5
_MOST_DRAWS = 1000
_CONVERGED = 0.99999
_PROBABLE = 0.1
_SPACES = re.compile(" +")


def response_language(text: str, *, language: str) -> CheckResult:
    """The text is in `language` (a code of langdetect's: "de", "zh-cn"). What can't be told counts, as upstream."""
    return in_language(detect(text), language)


def english(detected: str | None) -> CheckResult:
    """`in_language` for English."""
    return in_language(detected, "en")


def in_language(detected: str | None, wanted: str) -> CheckResult:
    """The verdict on a detected language; None (nothing to tell it by) counts as followed, as upstream has it."""
    if detected is None:
        return CheckResult(True, f"the language cannot be told, counted as {wanted!r}")
    return CheckResult(detected == wanted, f"language detected {detected!r}, wanted {wanted!r}")


@lru_cache(maxsize=32)
def detect(text: str) -> str | None:
    """The most probable language code of `text` ("unknown" where none is probable); None where no n-gram is known.

    The probabilities are means over `_TRIALS` trials; no more are made than it takes to know the winner.
    """
    profiles = _profiles()
    grams = _grams(text)
    if not grams:
        return None
    draw = random.Random(SEED)
    total = [0.0] * len(profiles.languages)
    for left in reversed(range(_TRIALS)):
        total = [sum(pair) for pair in zip(total, _trial(grams, profiles, draw), strict=True)]
        second, first = sorted(total)[-2:]
        if first - second > left:
            break
    return profiles.languages[total.index(first)] if first > _PROBABLE * _TRIALS else UNKNOWN


class Profiles(NamedTuple):
    """langdetect's languages, the row of each n-gram, and its frequency in each: `weights` is (n-grams, languages)."""

    languages: list[str]
    rows: dict[str, int]
    weights: Any


def _trial(grams: list[int], profiles: Profiles, draw: random.Random) -> list[float]:
    """The probability of each language by n-grams drawn until one is certain."""
    import numpy as np

    smoothing = (0.5 + draw.gauss(0.0, 1.0) * 0.05) / 10_000
    # What is known so far, and below it a row for each n-gram drawn. Along axis 0 numpy multiplies row by row, so the
    # rounding is that of langdetect's loop.
    factors = np.empty((1 + _DRAWS_BETWEEN_TESTS, len(profiles.languages)))
    probability, fresh = factors[0], factors[1:]
    first = profiles.weights[draw.choice(grams)] + smoothing
    product = first * (1.0 / len(profiles.languages))
    drawn = 0
    while True:
        unnormalized = product.tolist()
        total = sum(unnormalized)
        np.divide(product, total, out=probability)
        if max(unnormalized) / total > _CONVERGED or drawn >= _MOST_DRAWS:
            return probability.tolist()
        rows = _drawn(grams, _DRAWS_BETWEEN_TESTS, draw.getrandbits)
        profiles.weights.take(rows, axis=0, out=fresh, mode="clip")
        fresh += smoothing
        product = np.multiply.reduce(factors, axis=0)
        drawn += _DRAWS_BETWEEN_TESTS


def _drawn(grams: list[int], count: int, getrandbits: Callable[[int], int]) -> list[int]:
    """What `count` calls of `random.choice(grams)` return, in a third of the time."""
    size = len(grams)
    bits = size.bit_length()
    rows = []
    for _ in range(count):
        while (index := getrandbits(bits)) >= size:
            pass
        rows.append(grams[index])
    return rows


def _grams(text: str) -> list[int]:
    """The row of each known n-gram of `text`, in order, repeats included; the text begins after a space."""
    padded = f"\0 {_normalized(text)}"
    return list(chain.from_iterable(map(_grams_ending, padded, padded[1:], padded[2:])))


@lru_cache(maxsize=1 << 15)
def _grams_ending(third: str, second: str, letter: str) -> tuple[int, ...]:
    """The rows of the n-grams of 1, 2 and 3 characters that end with `letter`.

    No profile holds an n-gram with a space inside or on its own, so words need not be told apart. A capital after a
    capital ends none: words in capitals say little about the language.
    """
    if letter.isupper() and second.isupper():
        return ()
    rows = map(_profiles().rows.get, (letter, second + letter, third + second + letter))
    return tuple(row for row in rows if row is not None)


def _normalized(text: str) -> str:
    """`text` without addresses, at most 10,000 characters, letters folded as langdetect's profiles have them."""
    from langdetect.detector import Detector
    from langdetect.utils.ngram import NGram
    from langdetect.utils.unicode_block import unicode_block

    text = Detector.URL_RE.sub(" ", text)
    if "@" in text:
        text = Detector.MAIL_RE.sub(" ", text)
    if not text.isascii():
        text = NGram.normalize_vi(text)
    text = _SPACES.sub(" ", text[:_LONGEST])
    counts = Counter(text)
    latin = sum(count for letter, count in counts.items() if "A" <= letter <= "z")
    other = sum(
        count
        for letter, count in counts.items()
        if letter >= "\u0300" and unicode_block(letter) != "Latin Extended Additional"
    )
    letters = {letter: _folded(letter) for letter in counts}
    if 2 * latin < other:
        letters |= {letter: "" for letter in counts if "A" <= letter <= "z"}
    return text.translate({ord(letter): folded for letter, folded in letters.items()})


@lru_cache(maxsize=1 << 15)
def _folded(letter: str) -> str:
    """The letter as the profiles have it."""
    from langdetect.utils.ngram import NGram

    return NGram.normalize(letter)


@lru_cache(maxsize=1)
def _profiles() -> Profiles:
    """langdetect's 55 profiles, read once, in the order of their names."""
    from pathlib import Path

    import numpy as np
    from langdetect.detector_factory import PROFILES_DIRECTORY

    profiles = [orjson.loads(file.read_bytes()) for file in sorted(Path(PROFILES_DIRECTORY).iterdir())]
    rows: dict[str, int] = {}
    for profile in profiles:
        for gram in profile["freq"]:
            rows.setdefault(gram, len(rows))
    weights = np.zeros((len(rows), len(profiles)))
    for column, profile in enumerate(profiles):
        for gram, count in profile["freq"].items():
            if len(gram) <= 3:
                weights[rows[gram], column] = count / profile["n_words"][len(gram) - 1]
    return Profiles([profile["name"] for profile in profiles], rows, weights)
