"""The best N examples by quality and diversity, and why each other one was left out.

LIMA (arXiv 2305.11206) got far with a thousand chosen pairs, on a model of 65B; what carries over is the order of
things: first what is wrong goes (copies, tests, loops, rote), then every kind of prompt gets its turn, the best first.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import exp, log

from ifeval.finetuning.data import quality
from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.data.neardup import words

FEWEST_WORDS = 3
IDEAL_WORDS = 120
"""Replies near this length score best: long enough to show a format, short enough for a row."""


@dataclass(frozen=True, slots=True)
class Curated:
    """The chosen examples in the order of their files, and the reason for every place that was left out."""

    kept: Sequence[Example]
    dropped: Mapping[str, str]


def curate(
    examples: Sequence[Example],
    most: int,
    contaminated: Collection[str] = (),
    difficulty: Mapping[str, float] | None = None,
) -> Curated:
    """Choose at most `most` (>= 1) of `examples`.

    contaminated: places that hold an evaluation's prompts. difficulty: by place, from `ifeval.finetuning.data.difficulty`; from 1
    on the prompt does not help to write the reply, and the example goes.
    """
    dropped = faults(examples, contaminated)
    for place, value in (difficulty or {}).items():
        if value >= 1:
            dropped.setdefault(place, "the prompt does not help to write the reply")
    sound = [example for example in examples if example.place not in dropped]
    chosen = {example.place for example in in_turns(sound)[:most]}
    dropped |= {e.place: f"not among the best {most}" for e in sound if e.place not in chosen}
    return Curated([example for example in sound if example.place in chosen], dropped)


def faults(examples: Sequence[Example], contaminated: Collection[str] = ()) -> dict[str, str]:
    """Why an example should not be trained on, by place."""
    copies = quality.similar(examples)
    found: dict[str, str] = {}
    for example in examples:
        text = quality.reply_text(example)
        if example.place in contaminated:
            found[example.place] = "holds the prompt of an evaluation"
        elif example.place in copies:
            found[example.place] = f"like {copies[example.place][0]}"
        elif quality.repetition(text) >= quality.MOST_REPEATED:
            found[example.place] = "the reply repeats itself"
        elif quality.boilerplate(text):
            found[example.place] = "boilerplate"
        elif len(words(text)) < FEWEST_WORDS:
            found[example.place] = f"a reply of fewer than {FEWEST_WORDS} words"
    return found


def in_turns(examples: Sequence[Example]) -> list[Example]:
    """All examples, one of each kind of prompt after the other, each kind's best first."""
    kinds: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        kinds[kind_of_prompt(example)].append(example)
    ranked = [sorted(kind, key=score, reverse=True) for kind in kinds.values()]
    return [example for turn in zip_longest(*ranked) for example in turn if example is not None]


def kind_of_prompt(example: Example) -> str:
    """The kind a row names, else the first two words of its prompt (the verb of most instructions)."""
    return example.kind or " ".join(words(example.prompt)[:2])


def score(example: Example) -> float:
    """Quality in [0, 1]: variety of words, times closeness of the length to `IDEAL_WORDS` on a log scale."""
    tokens = words(quality.reply_text(example))
    variety = len(set(tokens)) / max(1, len(tokens)) ** 0.9  # a longer text repeats more of its words
    return min(1.0, variety) * exp(-((log(max(1, len(tokens)) / IDEAL_WORDS) / 2) ** 2))
