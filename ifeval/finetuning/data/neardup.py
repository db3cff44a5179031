"""Near duplicates by MinHash: pairs of texts that share most of their five-word runs.

Signatures of 128 values (Broder 1997) are banded into buckets; a pair that meets in a bucket is checked on the shingles
themselves, so an estimate never decides. Time is linear in the texts: a text is compared with the first of its bucket.
"""

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

SHINGLE = 5
BANDS, ROWS = 32, 4
SIMILAR = 0.8

_WORD = re.compile(r"\w+")
_RNG = np.random.default_rng(20201)
_FACTORS = _RNG.integers(1, 1 << 63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_OFFSETS = _RNG.integers(0, 1 << 63, BANDS * ROWS, dtype=np.uint64)


def words(text: str) -> list[str]:
    """The words of a text, lower case, without punctuation."""
    return _WORD.findall(text.lower())


def ngrams(tokens: Sequence[str], n: int) -> set[int]:
    """Hashes of all runs of `n` words; of the whole where it is shorter."""
    last = max(1, len(tokens) - n + 1)
    return {zlib.crc32(" ".join(tokens[at : at + n]).encode("utf-8", "replace")) for at in range(last)}


def near_duplicates(texts: Sequence[str], similar: float = SIMILAR) -> Iterator[tuple[int, int, float]]:
    """(later, earlier, Jaccard similarity in [similar, 1]) for each text that has an earlier near duplicate."""
    sets = [ngrams(words(text), SHINGLE) for text in texts]
    buckets: dict[tuple[int, bytes], int] = {}
    for later, shingles in enumerate(sets):
        signature = _signature(shingles)
        best: tuple[float, int] = (0.0, -1)
        for band in range(BANDS):
            key = (band, signature[band * ROWS : (band + 1) * ROWS].tobytes())
            earlier = buckets.setdefault(key, later)
            if earlier != later:
                other = sets[earlier]
                best = max(best, (len(shingles & other) / len(shingles | other), earlier))
        if best[0] >= similar:
            yield later, best[1], best[0]


def _signature(shingles: set[int]) -> np.ndarray:
    hashes = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
    smallest = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for part in np.array_split(hashes, len(hashes) // 4096 + 1):
        mixed = (part[:, None] * _FACTORS + _OFFSETS) >> np.uint64(32)
        smallest = np.minimum(smallest, mixed.min(axis=0))
    return smallest
