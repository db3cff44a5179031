"""How the reply opens."""

import regex

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.library.builds import first
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.library.phrases import START_PHRASES, suited
from ifeval.checks.text.counting import plural, quoted
from ifeval.checks.text.marks import normalised
from ifeval.checks.text.reading import Reading, read
from ifeval.checks.text.words import fold
from ifeval.records import CheckResult

_TITLE = regex.compile(r"(?:^[\s#>*_]*|(?<!\w)(?=<<\S))<<([^<>\n]{1,300})>>", regex.MULTILINE)


_SENTENCES = {
    "Below": "Below you will find the main points.",
    "Here": "Here is what you need to know.",
    "This": "This is what you need to know.",
    "Please": "Please read the following.",
    "First": "First come the main points.",
    "These": "These are the points that matter.",
}
"""First words of a reply, each with a sentence that starts with it."""


def _build_positions(draft: Draft, arguments: Arguments) -> None:
    word = arguments["keyword"]
    draft.head.append(f"The {word} comes first.")
    draft.tail.append(f"Do not forget the {word} either.")


def title(reply: Reading) -> CheckResult:
    """A title with a word in it is in double angle brackets, <<like this>>, on one line."""
    found = next((text for text in _TITLE.findall(normalised(reply.raw)) if any(map(str.isalnum, text))), None)
    return CheckResult(found is not None, f"title {quoted(found.strip())}" if found else "no <<title>> found")


def start_phrase(reply: Reading, *, phrase: Word) -> CheckResult:
    """The text starts with exactly this phrase, capitals included; quotes and Markdown around it don't matter."""
    wanted, start = _opening(normalised(phrase)), _opening(reply.text)
    return CheckResult(
        start.startswith(wanted), f"starts with {quoted(start[: len(wanted) + 1])}, wanted {quoted(phrase)}"
    )


def first_word(reply: Reading, *, word: Word) -> CheckResult:
    """The first word is this one, ignoring case and the marks around it ("Today's" is another word than "Today")."""
    first = reply.words[0] if reply.words else ""
    return CheckResult(
        fold(first) == fold(normalised(word).strip()), f"starts with {quoted(first)}, wanted {quoted(word)}"
    )


def repeat_prompt(reply: Reading, *, prompt_to_repeat: Word) -> CheckResult:
    """The text starts with the request, word for word, and goes on after it; case and marks don't matter."""
    repeated = repeated_request(reply, prompt_to_repeat)
    if repeated.ok and len(reply.words) <= len(read(prompt_to_repeat, reply.language).words):
        return CheckResult(False, "nothing after the repeated request")
    return repeated


def repeated_request(reply: Reading, request: str) -> CheckResult:
    """Whether the text starts with the words of a request, all of them and in order."""
    wanted = read(request, reply.language).folded
    if reply.folded[: len(wanted)] != wanted:
        place = next(
            (n for n, pair in enumerate(zip(wanted, reply.folded, strict=False)) if pair[0] != pair[1]),
            len(reply.folded),
        )
        found = quoted(reply.words[place]) if place < len(reply.words) else "nothing"
        return CheckResult(False, f"{found} where the request has {quoted(wanted[place])}")
    return CheckResult(True, "the request is repeated at the start")


def words_position(reply: Reading, *, keyword: Word) -> CheckResult:
    """The second word of the reply and the second to last are this one, ignoring case; marks and emoji are not words."""
    found, wanted = reply.folded, fold(normalised(keyword).strip())
    if len(found) < 3:
        return CheckResult(False, f"{plural(len(found), 'word')}, wanted {quoted(keyword)} as the second")
    places = f"the second word is {quoted(reply.words[1])} and the second to last {quoted(reply.words[-2])}"
    return CheckResult(found[1] == found[-2] == wanted, f"{places}, wanted {quoted(keyword)} twice")


def _opening(text: str) -> str:
    return text.lstrip(" \n\t\"'")


OPENINGS = (
    InstructionType(
        id="detectable_format:title",
        group="opening",
        difficulty="easy",
        order=(
            "Give the reply a title in double angle brackets, such as <<My Title>>.",
            "Add a title between << and >>.",
        ),
        requirement=(
            "The reply must have a title wrapped in double angle brackets, such as <<A Fine Day>>.",
            "There must be a title, written <<like this>>.",
        ),
        note=("a title in double angle brackets, <<like this>>", "title written as <<Title>>"),
        build=lambda draft, arguments: draft.head.insert(0, f"<<{draft.material.title}>>\n"),
        check=title,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:start_phrase",
        group="opening",
        order=('Start your reply with the exact words "{phrase}"', 'Open with exactly this phrase: "{phrase}"'),
        requirement=(
            'The reply must start with the exact words "{phrase}"',
            'The very first words must be "{phrase}"',
        ),
        note=('first words: "{phrase}"', 'starts with exactly "{phrase}"'),
        sample=lambda rng, material: {"phrase": rng.choice(suited(START_PHRASES, material.kind))},
        build=first("{phrase}"),
        check=start_phrase,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:first_word",
        group="opening",
        difficulty="easy",
        order=("Start your reply with the word '{word}'.", "Make '{word}' the first word of your reply."),
        requirement=("The reply must start with the word '{word}'.", "The first word must be '{word}'."),
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
            'Begin by copying the sentence "{prompt_to_repeat}" exactly, then answer it.',
        ),
        requirement=(
            'The reply must first repeat the request "{prompt_to_repeat}" word for word and then answer it.',
            'Before the answer, the sentence "{prompt_to_repeat}" must be copied exactly.',
        ),
        note=(
            'begins by repeating "{prompt_to_repeat}", then answers',
            'first the exact sentence "{prompt_to_repeat}", then the answer',
        ),
        sample=lambda rng, material: {"prompt_to_repeat": material.request},
        build=first("{prompt_to_repeat}"),
        check=repeat_prompt,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="words:words_position",
        group="opening",
        difficulty="hard",
        excludes=frozenset({"closing", "label", "layout", "wrapper", "sentence", "keywords:once"}),
        order=(
            "Make '{keyword}' both the second and the second-to-last word of the reply.",
            "Use '{keyword}' as your second word and as your second-to-last word.",
        ),
        requirement=(
            "The second word and the second-to-last word of the reply must both be '{keyword}'.",
            "Both the second and the second-to-last word must be '{keyword}'.",
        ),
        note=(
            "second word and second-to-last word: '{keyword}'",
            "'{keyword}' as the second and the second-to-last word",
        ),
        sample=lambda rng, material: {"keyword": material.draw(1)[0]},
        build=_build_positions,
        check=words_position,
        stage=Stage.EDGES,
    ),
)
