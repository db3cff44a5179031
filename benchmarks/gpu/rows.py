"""Made-up training rows: one question and one answer of random words, lengths spread as in real instruction data."""

import json
import sys
from pathlib import Path
from random import Random

WORDS = [
    "time",
    "year",
    "people",
    "way",
    "day",
    "man",
    "thing",
    "woman",
    "life",
    "child",
    "world",
    "school",
    "state",
    "family",
    "student",
    "group",
    "country",
    "problem",
    "hand",
    "part",
    "place",
    "case",
    "week",
    "company",
    "system",
    "program",
    "question",
    "work",
    "government",
    "number",
    "night",
    "point",
    "home",
    "water",
    "room",
    "mother",
    "area",
    "money",
    "story",
    "fact",
    "month",
    "lot",
    "right",
    "study",
    "book",
    "eye",
    "job",
    "word",
    "business",
    "issue",
    "side",
    "kind",
    "head",
    "house",
    "service",
    "friend",
]


def write(file: Path, rows: int, words: int, seed: int = 0) -> Path:
    """`rows` rows whose answers have about `words` words in the middle (lognormal, sigma 0.8; at most 5 times that)."""
    rng = Random(seed)
    if not file.is_file():
        with file.open("w") as lines:
            for _ in range(rows):
                length = min(5 * words, max(3, round(words * rng.lognormvariate(0, 0.8))))
                ask = " ".join(rng.choices(WORDS, k=rng.randint(10, 60)))
                answer = " ".join(rng.choices(WORDS, k=length))
                turns = [{"role": "user", "content": ask}, {"role": "assistant", "content": answer}]
                lines.write(json.dumps({"messages": turns}) + "\n")
    return file


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
