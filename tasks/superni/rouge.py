"""How close a reply is to its references: exact match and ROUGE, as Super-NaturalInstructions scores them.

Exact match is SQuAD's without dropping articles (Rajpurkar et al. 2016); ROUGE-L is an F-measure over stemmed
tokens (Lin 2004) and equals that of the `rouge_score` package with its stemmer on. Where there are several references
the best one counts (Tk-Instruct, Wang et al. 2022).
"""

import re
import string
from collections.abc import Sequence

from .porter import stem

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_TOKEN = re.compile(r"[a-z0-9]+")


def normalise(text: str) -> str:
    """Lower-case, without ASCII punctuation, white space squeezed to single spaces."""
    return " ".join(text.lower().translate(_PUNCTUATION).split())


def exact_match(prediction: str, references: Sequence[str]) -> bool:
    """Whether the prediction equals one of the references once both are normalised."""
    wanted = normalise(prediction)
    return any(normalise(reference) == wanted for reference in references)


def rouge_l(prediction: str, references: Sequence[str]) -> float:
    """Longest-common-subsequence F-measure in [0, 1] with the closest reference."""
    tokens = rouge_tokens(prediction)
    return max((_f_measure(tokens, rouge_tokens(reference)) for reference in references), default=0.0)


def rouge_tokens(text: str) -> list[str]:
    """Runs of ASCII letters and digits, lower-case; words of more than three characters are stemmed."""
    return [stem(token) if len(token) > 3 else token for token in _TOKEN.findall(text.lower())]


def longest_common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence.

    Bit-parallel (Hyyrö 2004): a row of the dynamic programme is one integer, its zero bits the places where the
    length grows; so a reply of a megabyte is scored in well under a second.
    """
    places: dict[str, int] = {}
    for index, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << index
    full = (1 << len(first)) - 1
    row = full
    for token in second:
        matched = row & places.get(token, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(first) - row.bit_count()


def _f_measure(prediction: Sequence[str], reference: Sequence[str]) -> float:
    """Harmonic mean of precision and recall: 2 * common / (both lengths)."""
    total = len(prediction) + len(reference)
    return 2 * longest_common_subsequence(reference, prediction) / total if prediction and reference else 0.0
