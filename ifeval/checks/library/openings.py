"""How the reply opens."""

import re

from ifeval.checks.ifbench import placement
from ifeval.checks.ifeval import combination, format
from ifeval.checks.library.builds import first
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.text.counting import shorten
from ifeval.records import CheckResult

START_PHRASES = (
    "Here is the short version.",
    "First things first.",
    "These are the main points.",
    "Here is what matters.",
    "In a nutshell:",
    "The facts first.",
)
_SENTENCES = {
    "Below": "Below you will find the main points.",
    "Here": "Here is what you need to know.",
    "This": "This is what you need to know.",
    "Please": "Please read the following.",
    "Briefly": "Briefly put here are the main points.",
    "What": "What you need to know is this.",
}
"""First words of a reply, each with a sentence that starts with it."""
_WORD = re.compile(r"\w+")


def _build_positions(draft: Draft, arguments: Arguments) -> None:
    word = arguments["keyword"]
    draft.head.append(f"The {word} comes first.")
    draft.tail.append(f"So much about the {word} too.")


def start_phrase(text: str, *, phrase: str) -> CheckResult:
    """The text starts with exactly this phrase."""
    text = text.lstrip()
    return CheckResult(text.startswith(phrase), f"starts with {shorten(text[: len(phrase) + 1])!r}, wanted {phrase!r}")


def first_word(text: str, *, word: str) -> CheckResult:
    """The first word is this one; case and marks around it don't matter."""
    found = _WORD.search(text)
    first = found[0] if found else ""
    return CheckResult(first.lower() == word.lower(), f"starts with {shorten(first)!r}, wanted {word!r}")


OPENINGS = (
    InstructionType(
        id="detectable_format:title",
        group="opening",
        difficulty="easy",
        order=(
            "Give the reply a title in double angular brackets, such as <<My Title>>.",
            "Add a title, written between << and >>.",
        ),
        requirement=(
            "The reply must have a title wrapped in double angular brackets, such as <<A Fine Day>>.",
            "There has to be a title, written <<like this>>.",
        ),
        note=("a title in double angular brackets, <<like this>>", "title written as <<Title>>"),
        build=lambda draft, arguments: draft.head.insert(0, f"<<{draft.material.title}>>\n"),
        check=format.title,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:start_phrase",
        group="opening",
        order=('Start your reply with the exact words "{phrase}"', 'Open with exactly this phrase: "{phrase}"'),
        requirement=(
            'The reply must start with the exact words "{phrase}"',
            'The very first words have to be "{phrase}"',
        ),
        note=('first words: "{phrase}"', 'starts with exactly "{phrase}"'),
        sample=lambda rng, material: {"phrase": rng.choice(START_PHRASES)},
        build=first("{phrase}"),
        check=start_phrase,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:first_word",
        group="opening",
        difficulty="easy",
        order=("Start your reply with the word '{word}'.", "Let '{word}' be the first word of your reply."),
        requirement=("The reply must start with the word '{word}'.", "The first word has to be '{word}'."),
        note=("starts with the word '{word}'", "first word: '{word}'"),
        sample=lambda rng, material: {"word": rng.choice(sorted(_SENTENCES))},
        build=lambda draft, arguments: draft.head.insert(0, _SENTENCES[arguments["word"]]),
        check=first_word,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="combination:repeat_prompt",
        group="opening",
        excludes=frozenset({"case:uppercase", "case:lowercase", "case:title", "sentence", "length", "words:repeats"}),
        order=(
            'First repeat the request "{prompt_to_repeat}" word for word, then answer it.',
            'Begin by copying the sentence "{prompt_to_repeat}" without any change, and answer after it.',
        ),
        requirement=(
            'The reply must first repeat the request "{prompt_to_repeat}" word for word and then answer it.',
            'Before the answer, the sentence "{prompt_to_repeat}" has to be copied without change.',
        ),
        note=(
            'begins by repeating "{prompt_to_repeat}", then answers',
            'first the exact sentence "{prompt_to_repeat}", then the answer',
        ),
        sample=lambda rng, material: {"prompt_to_repeat": material.request},
        build=first("{prompt_to_repeat}"),
        check=combination.repeat_prompt,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="words:words_position",
        group="opening",
        difficulty="hard",
        excludes=frozenset({"closing", "label", "layout", "wrapper", "sentence", "keywords:once"}),
        order=(
            "Make '{keyword}' both the second word and the second to last word of the reply.",
            "Use the word '{keyword}' as your second word and as your second-to-last word.",
        ),
        requirement=(
            "The second word and the second to last word of the reply must both be '{keyword}'.",
            "Both the second and the second-to-last word have to be '{keyword}'.",
        ),
        note=(
            "second word and second-to-last word: '{keyword}'",
            "'{keyword}' as the second and as the second-to-last word",
        ),
        sample=lambda rng, material: {"keyword": material.draw(1)[0]},
        build=_build_positions,
        check=placement.words_position,
        stage=Stage.EDGES,
    ),
)
