"""What a user does in a turn, and in which words: add a rule, add a fact, correct, take back, refer back, change the language."""

from collections.abc import Mapping
from random import Random
from typing import Literal

Move = Literal["open", "add", "fact", "correct", "retract", "opening", "back", "language"]

PATTERNS: tuple[tuple[Move, ...], ...] = (
    ("open", "add", "correct"),
    ("open", "add", "retract"),
    ("open", "opening", "back"),
    ("open", "add", "fact", "correct"),
    ("open", "add", "fact", "language"),
    ("open", "opening", "retract", "back"),
    ("open", "add", "correct", "fact", "retract"),
    ("open", "add", "opening", "back", "language"),
)
"""The turns of a dialogue, one pattern after the other."""

CONTRARY: Mapping[str, tuple[str, ...]] = {
    "content:no_questions": ("edge:final_question", "content:some_question"),
    "content:no_exclamations": ("content:some_exclamation",),
    "edge:full_stop": ("edge:final_question",),
    "layout:one_paragraph": ("layout:paragraphs", "layout:numbered_list", "detectable_format:number_bullet_lists"),
    "layout:least_bullets": ("layout:one_paragraph",),
    "detectable_format:number_bullet_lists": ("layout:one_paragraph",),
    "layout:numbered_list": ("layout:one_paragraph",),
    "layout:paragraphs": ("layout:one_paragraph",),
}
"""A rule that can be taken back, and those that no reply can follow beside it: who forgets that it is gone must fail."""

CORRECTABLE = (
    "length:most_words",
    "length:most_sentences",
    "sentence:exact_count",
    "layout:paragraphs",
    "detectable_format:number_bullet_lists",
    "layout:numbered_list",
    "content:hashtags",
    "edge:signature",
    "layout:headings",
)
"""Rules whose arguments the user may change."""

OPENINGS = ("edge:start_phrase", "edge:first_word")
"""Rules about how a reply begins, which a later turn drops for the beginning of the first reply."""

HOUSE = (
    "punctuation:no_comma",
    "content:no_exclamations",
    "content:no_questions",
    "content:labelled_line",
    "content:hashtags",
    "edge:signature",
    "sentence:longest",
    "detectable_format:number_highlighted_sections",
)
"""Rules that the system message may set for every reply."""

RULES = frozenset(
    {
        *CONTRARY, *CORRECTABLE, *HOUSE, "content:some_question", "content:some_exclamation", "edge:final_question",
        "detectable_content:postscript", "case:lowercase", "layout:tags", "startend:quotation",
    }
)  # fmt: skip
"""Rules that a turn may add. All can be followed in any language."""

SAID_IN_ENGLISH = frozenset({"content:some_question", "edge:final_question", "layout:headings"})
"""Rules that an oracle follows in words of English; no dialogue has them that goes on in another language."""

START = 5
"""Words that a reply has to share with the first one, where the user refers back to it."""

_SYSTEM = (
    "You write texts for a small office. This applies to every reply, whatever is asked: {order}",
    "You are the writing assistant of our association. One rule comes before all requests. {order}",
    "You help people with their texts. House style for every reply: {order}",
)
_ADD = (
    "Good. Please write the whole text again with one more rule. {order}",
    "Thank you, that helps. One more thing; all the rest stays as it is. {order}",
    "Please write it once more. This comes on top of what I asked for before. {order}",
)
_FACT = (
    "I forgot something: it should also say {say}. Please write the whole text again; my rules stay the same.",
    "Please write it again so that it also says {say}. My rules stay as they are.",
)
_CORRECT = (
    "I have changed my mind about one rule. {order} Everything else stays. Please write it again.",
    "Please write it once more, with one correction and everything else unchanged. {order}",
)
_SHORTER = ("Shorter, please; my other rules stay. {order}",)
_RETRACT = (
    'Forget the rule "{old}" It no longer applies; I want this instead. {order} Please write the text again.',
    'I am taking one rule back: "{old}" This one replaces it. {order} The others still apply. Once more, please.',
)
_RETRACT_FIRST = (
    "Forget the very first rule I gave you. I want this instead. {order} Everything else still applies. Please write it again.",
)
_OPENING = (
    "Please write it again, with another beginning and the same rules. {order}",
    "I am not happy with the beginning yet. {order} My other rules stay. Please write the whole text again.",
)
_BACK = (
    "I liked your first reply's beginning better. Drop the beginning I asked for and start with exactly the same five words "
    "as your first reply did; all other rules stay. Please write the whole text again.",
    "Forget the beginning I gave you. Begin this version with exactly the same five words as your first reply, and keep "
    "to all my other rules.",
)


def system(order: str, rng: Random) -> str:
    return rng.choice(_SYSTEM).format(order=order)


def add(order: str, rng: Random) -> str:
    return rng.choice(_ADD).format(order=order)


def fact(say: str, rng: Random) -> str:
    return rng.choice(_FACT).format(say=say)


def correct(name: str, order: str, rng: Random) -> str:
    return rng.choice(_SHORTER if name in ("length:most_words", "length:most_sentences") else _CORRECT).format(
        order=order
    )


def retract(old: str, order: str, first: bool, rng: Random) -> str:
    """`old`: the rule taken back, as it was said; `first`: it was the first of the user's, and may be called so."""
    return rng.choice(_RETRACT_FIRST if first and rng.random() < 0.5 else _RETRACT).format(old=old, order=order)


def opening(order: str, rng: Random) -> str:
    return rng.choice(_OPENING).format(order=order)


def back(rng: Random) -> str:
    return rng.choice(_BACK)
