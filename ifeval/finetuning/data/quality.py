"""What a data set is like before anyone trains on it: pure counts over examples, no model.

Each function takes examples and gives numbers or the places that do; `report` puts them together.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice
from random import Random
from typing import Any

import numpy as np

from ifeval.finetuning.data.formats import Example, Message
from ifeval.finetuning.data.neardup import near_duplicates, words
from ifeval.util.jsonio import canonical

REPEATED_RUN = 4
MOST_REPEATED = 0.3
"""Share of a reply's four-word runs that stood in it before; from here on the reply goes round in circles."""

OPENING = 4
LANGUAGE_SAMPLE = 200
BOILERPLATE = re.compile(
    r"as an ai\b|as a (?:large )?language model|i(?:'m| am) (?:just )?an ai\b|i(?:'m| am) sorry, (?:but )?i (?:can(?:'|no)t|am unable)"
    r"|i hope this helps|my knowledge cutoff",
    re.IGNORECASE,
)


def text_of(message: Message) -> str:
    """A reply as one text, its calls included."""
    calls = " ".join(
        f"{call['function']['name']} {call['function']['arguments']}" for call in message.get("tool_calls") or ()
    )
    return f"{message['content']} {calls}".strip()


def reply_text(example: Example) -> str:
    """All trained replies of an example."""
    return "\n".join(text_of(reply) for reply in example.replies)


def history_text(example: Example) -> str:
    """Everything before the last trained reply."""
    return "\n".join(text_of(message) for message in example.messages[: example.trained[-1]])


def exact_duplicates(examples: Sequence[Example]) -> dict[str, str]:
    """The place of each row that says the same words as an earlier one, and the earlier one's place."""
    first: dict[tuple[str, ...], str] = {}
    found = {}
    for example in examples:
        key = tuple(words(f"{history_text(example)} \0 {reply_text(example)}"))
        if first.setdefault(key, example.place) != example.place:
            found[example.place] = first[key]
    return found


def similar(examples: Sequence[Example]) -> dict[str, tuple[str, float]]:
    """The place of each near duplicate (exact ones included), the earlier row's place, and the similarity in [0.8, 1]."""
    texts = [f"{history_text(example)}\n{reply_text(example)}" for example in examples]
    return {
        examples[later].place: (examples[earlier].place, round(likeness, 3))
        for later, earlier, likeness in near_duplicates(texts)
    }


def conflicting(examples: Sequence[Example]) -> list[list[str]]:
    """Groups of places that give different last replies to the same words and tools."""
    answers: dict[tuple[bytes, tuple[str, ...]], dict[tuple[str, ...], str]] = defaultdict(dict)
    for example in examples:
        reply = tuple(words(text_of(example.replies[-1])))
        answers[canonical(example.tools), tuple(words(history_text(example)))].setdefault(reply, example.place)
    return [list(places.values()) for places in answers.values() if len(places) > 1]


def repetition(text: str) -> float:
    """The share of four-word runs that stood in the text before, in [0, 1]; 0 for a short text."""
    tokens = words(text)
    runs = [tuple(tokens[at : at + REPEATED_RUN]) for at in range(len(tokens) - REPEATED_RUN + 1)]
    return 1 - len(set(runs)) / len(runs) if len(runs) >= 10 else 0.0


def boilerplate(text: str) -> bool:
    """Whether a reply talks about itself being a program, refuses by rote, or closes by rote."""
    return BOILERPLATE.search(text[:2000]) is not None


def openings(texts: Sequence[str], most: int = 5) -> list[tuple[str, float]]:
    """The commonest first four words and the share of the texts that begin with them; single ones left out."""
    heads = Counter(" ".join(words(text[:200])[:OPENING]) for text in texts)
    return [(head, round(n / len(texts), 3)) for head, n in heads.most_common(most) if n > 1]


def languages(texts: Sequence[str], seed: int = 0) -> dict[str, float]:
    """The share of each language in a seeded sample of at most 200 texts; "unknown" where nothing can be told."""
    from ifeval.checks.text.language import detect

    chosen = texts if len(texts) <= LANGUAGE_SAMPLE else Random(seed).sample(list(texts), LANGUAGE_SAMPLE)
    found = Counter(detect(text[:2000]) or "unknown" for text in chosen)
    return {language: round(n / len(chosen), 3) for language, n in found.most_common()}


def percentiles(lengths: Sequence[int]) -> dict[str, int]:
    """Median, 95th percentile and maximum."""
    return {name: int(np.percentile(lengths, at)) for name, at in (("p50", 50), ("p95", 95), ("max", 100))}


def shares(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """Share of the examples and of the words of their replies, by source and by kind of task."""
    by: dict[str, dict[str, float]] = {}
    length = {example.place: len(words(reply_text(example))) for example in examples}
    for name, value in (("source", lambda e: e.source), ("kind", lambda e: e.kind or "not said")):
        counts: Counter[str] = Counter()
        for example in examples:
            counts[value(example)] += length[example.place]
        total = max(1, sum(counts.values()))
        by[name] = {key: round(n / total, 3) for key, n in counts.most_common()}
    return by


def diversity(examples: Sequence[Example]) -> dict[str, float]:
    """The diversity of the prompts: the shares of distinct first three words and of distinct pairs of words; 1 is all different."""
    prompts = [words(example.prompt) for example in examples]
    pairs = [pair for tokens in prompts for pair in zip(tokens, islice(tokens, 1, None), strict=False)]
    return {
        "distinct_openings": round(len({tuple(tokens[:3]) for tokens in prompts}) / len(prompts), 3),
        "distinct_pairs": round(len(set(pairs)) / max(1, len(pairs)), 3),
    }


def report(examples: Sequence[Example]) -> dict[str, Any]:
    """All of the above in one JSON-compatible object; lengths are in words."""
    replies = [reply_text(example) for example in examples]
    circular = [e.place for e, text in zip(examples, replies, strict=True) if repetition(text) >= MOST_REPEATED]
    rote = [e.place for e, text in zip(examples, replies, strict=True) if boilerplate(text)]
    return {
        "examples": len(examples),
        "turns": sum(len(example.replies) for example in examples),
        "with_tools": sum(example.tools is not None for example in examples),
        "preference_pairs": sum(example.rejected is not None for example in examples),
        "prompt_words": percentiles([len(words(example.prompt)) for example in examples]),
        "reply_words": percentiles([len(words(text)) for text in replies]),
        "exact_duplicates": exact_duplicates(examples),
        "near_duplicates": similar(examples),
        "conflicting": conflicting(examples),
        "repetitive": circular,
        "boilerplate": rote,
        "openings": openings(replies),
        "languages": languages(replies),
        "share_of_reply_words": shares(examples),
        "diversity": diversity(examples),
    }
