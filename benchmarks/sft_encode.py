"""How fast conversations become tokens and labels: CPU-seconds per row, by turns, and what 100,000 rows take.

python benchmarks/sft_encode.py [--model DIR] [--rows 200]

Rows are conversations of random words, about 40 per turn, half of the turns trained. CPU time of one process, so a
busy machine changes little; `ifeval sft` shares rows between as many processes as there are cores.
"""

import argparse
import time
from random import Random

from ifeval.finetuning.data.formats import Example
from ifeval.finetuning.prepare import encoder_for
from ifeval.models.resolve import resolve

WORDS = [
    "river",
    "bridge",
    "built",
    "town",
    "clear",
    "weather",
    "sum",
    "seven",
    "answer",
    "reason",
    "friend",
    "night",
    "open",
    "call",
    "number",
    "value",
    "year",
]
LONG = 1 << 20
TURNS = (2, 10, 20, 50)
WANTED = 100_000


def conversations(turns: int, number: int) -> list[Example]:
    """`number` of them, each of `turns` messages."""
    rng = Random(turns)
    return [
        Example(
            f"made:{row}",
            "made",
            tuple(
                {"role": ("user", "assistant")[turn % 2], "content": " ".join(rng.choices(WORDS, k=40))}
                for turn in range(turns)
            ),
        )
        for row in range(number)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models/smollm2-135m-instruct")
    parser.add_argument("--rows", type=int, default=200)
    given = parser.parse_args()
    encoder = encoder_for(resolve(given.model), LONG)
    for turns in TURNS:
        examples = conversations(turns, given.rows)
        encoder.encode(examples[0])  # how the template joins turns is learnt once
        started = time.process_time()
        tokens = sum(len(document.ids) for example in examples for document in encoder.encode(example))
        seconds = (time.process_time() - started) / given.rows
        print(
            f"{turns} turns, {tokens // given.rows:,} tokens: {1000 * seconds:.1f} ms per row, "
            f"{tokens / seconds / given.rows:,.0f} tokens per CPU-second; 100,000 rows: {WANTED * seconds / 60:.1f} minutes of one core",
            flush=True,
        )


if __name__ == "__main__":
    main()
