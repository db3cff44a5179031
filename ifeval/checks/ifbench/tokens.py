"""What IFBench calls a word: several readings of one text, each used by some of its instructions."""

import string
import unicodedata
from functools import lru_cache

from ifeval.checks.text.treebank import tokens

EDGES = string.punctuation + " "
"""What IFBench strips from the ends of a word or line: ASCII punctuation and the plain space."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def without_punctuation(text: str) -> str:
    """The text with every ASCII punctuation mark removed ("hy-phen" becomes "hyphen")."""
    return text.translate(_NO_PUNCTUATION)


def bare_words(text: str) -> list[str]:
    """Lower-cased words between white space, ASCII punctuation removed."""
    return without_punctuation(text.lower()).split()


def to_ascii(text: str) -> str:
    """The text without accents and without whatever has no ASCII letter behind it ("Chișinău" to "Chisinau")."""
    return text if text.isascii() else "".join(map(_ascii_of, text))


@lru_cache(maxsize=4096)
def _ascii_of(character: str) -> str:
    # One character at a time: normalising a long run of combining marks at once takes quadratic time.
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()


def treebank_words(text: str) -> list[str]:
    """The Treebank tokens that hold a letter or digit."""
    return [token for token in tokens(text) if any(map(str.isalnum, token))]
