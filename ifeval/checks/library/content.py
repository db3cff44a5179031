"""Small things that the text must hold: placeholders, highlights, addresses, labels."""

import regex

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import amount
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.text.counting import at_least, exactly, shorten
from ifeval.checks.text.labels import labelled
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

_EMAIL = regex.compile(r"[\p{L}\p{N}]@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}")
_HASHTAG = regex.compile(r"(?<![\w#&])#(?=\w{0,60}\p{L})\w+")
_PLACEHOLDER = regex.compile(r"(?<!\])\[(?=[^\]\n]{0,80}\p{L}{2})[^\[\]\n\"'{}][^\[\]\n{}]{1,80}\](?!\s?\(|\[)")
_NO_TAGS = frozenset(["this", "that", "with", "from", "your", "their", "when", "what", "made", "turn", "into", "have"])
SUMMING_UP = ("Summary", "In short")
REPORTING = frozenset({"report", "summary", "minutes", "analysis", "explanation"})
LABELS = ("Summary", "In short", "Note")
LABELS_TO_READERS = ("Note", "Reminder", "In short")
_PLACEHOLDERS = {
    2: "Please contact [name] on [telephone number].",
    3: "Please contact [name] of [address] on [telephone number].",
    4: "Please contact [name] of [address] on [telephone number] before [date].",
}


def _build_label(draft: Draft, arguments: Arguments) -> None:
    """The next sentence after the label; a summary says the first point again, in other words."""
    again = draft.material.points[draft.made[0]].sentences
    line = draft.further(again.__contains__) if arguments["label"] in SUMMING_UP else draft.sentence()
    draft.tail.insert(0, f"\n{arguments['label']}: {line}\n")


def _build_placeholders(draft: Draft, arguments: Arguments) -> None:
    draft.blocks[-1].append(_PLACEHOLDERS[arguments["num_placeholders"]])


def _build_highlights(draft: Draft, arguments: Arguments) -> None:
    """Set off the last two words of the longest sentences."""
    places = sorted(draft.sentences(), key=lambda place: -len(place[0][place[1]]))
    for block, index in places[: arguments["num_highlights"]]:
        *before, last, end = block[index].split()
        block[index] = " ".join([*before, f"*{last} {end.rstrip('.!?')}*{end[-1]}"])


def _build_hashtags(draft: Draft, arguments: Arguments) -> None:
    """The last words of the subject, then those of the title, as tags after the text."""
    words = [
        *regex.findall(r"[A-Za-z]{4,}", draft.material.title),
        *regex.findall(r"[A-Za-z]{4,}", draft.material.subject),
    ]
    tags = dict.fromkeys(f"#{word.capitalize()}" for word in reversed(words) if word.lower() not in _NO_TAGS)
    draft.tail.append(f"\n{' '.join(list(tags)[: arguments['hashtags']])}")


def placeholders(reply: Reading, *, num_placeholders: Count) -> CheckResult:
    """At least the given number of words or phrases in square brackets, such as [name]; links, check boxes and [1] don't count."""
    return at_least(len(_PLACEHOLDER.findall(reply.text)), num_placeholders, "placeholder")


def highlights(reply: Reading, *, num_highlights: Count) -> CheckResult:
    """At least the given number of stretches of text are emphasised in Markdown, each counted once however it is marked."""
    return at_least(len(reply.structure.highlights), num_highlights, "highlighted section")


def email_address(reply: Reading) -> CheckResult:
    """At least one e-mail address: a name, an @, and a domain with a dot in it, of any script."""
    found = _EMAIL.search(reply.text)
    return CheckResult(found is not None, f"e-mail address {shorten(found[0])}" if found else "no e-mail address")


def hashtags(reply: Reading, *, hashtags: Count) -> CheckResult:
    """Exactly the given number of hashtags: a `#` with a word right after it that holds a letter ("#1" is none)."""
    return exactly(len(_HASHTAG.findall(reply.text)), hashtags, "hashtag")


def labelled_line(reply: Reading, *, label: Word) -> CheckResult:
    """Exactly one line starts with the label and a colon, with text after it or on the next line."""
    mark = f"{label.strip()}:"
    found = labelled(reply.lines, [label])
    count = sum(1 for _, text in found if text)
    if found and not count:
        return CheckResult(False, f"nothing after {mark!r}")
    return exactly(count, 1, f"line that starts with {mark!r}/lines that start with {mark!r}")


CONTENT = (
    InstructionType(
        id="detectable_content:number_placeholders",
        group="placeholders",
        order=(
            "Include at least {num_placeholders} placeholders in square brackets, such as [name].",
            "Leave {num_placeholders} or more placeholders in square brackets, for example [address].",
        ),
        requirement=(
            "The reply must contain at least {num_placeholders} placeholders in square brackets, such as [address].",
            "There must be {num_placeholders} or more placeholders in square brackets, like [date].",
        ),
        note=(
            "at least {num_placeholders} placeholders in [square brackets]",
            "{num_placeholders} or more placeholders such as [name]",
        ),
        sample=amount("num_placeholders", 2, 4),
        build=_build_placeholders,
        check=placeholders,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="detectable_format:number_highlighted_sections",
        group="highlights",
        order=(
            "Highlight at least {num_highlights} parts of the text in Markdown, *like this*.",
            "Emphasise {num_highlights} or more phrases in Markdown, as in *highlighted phrase*.",
        ),
        requirement=(
            "At least {num_highlights} phrases must be highlighted in Markdown, as in *highlighted phrase*.",
            "The reply must highlight {num_highlights} or more passages in Markdown, *like this*.",
        ),
        note=(
            "at least {num_highlights} phrases *highlighted* in Markdown",
            "{num_highlights} or more *highlighted phrases*",
        ),
        sample=amount("num_highlights", 2, 3),
        build=_build_highlights,
        check=highlights,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="content:email_address",
        group="content:email_address",
        order=(
            "Include an e-mail address, real or invented.",
            "Give at least one e-mail address (it may be invented).",
        ),
        requirement=(
            "The reply must contain an e-mail address, which may be invented.",
            "At least one e-mail address must appear; it may be invented.",
        ),
        note=("an e-mail address (may be invented)", "at least one e-mail address, real or invented"),
        build=lambda draft, arguments: draft.blocks[-1].append("Questions can be sent to hello@example.com."),
        check=email_address,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="content:hashtags",
        group="content:hashtags",
        order=("Use exactly {hashtags} hashtags.", "Add {hashtags} hashtags, no more and no fewer."),
        requirement=(
            "The reply must contain exactly {hashtags} hashtags.",
            "There must be {hashtags} hashtags, no more and no fewer.",
        ),
        note=("exactly {hashtags} hashtags", "{hashtags} hashtags, no more and no fewer"),
        sample=amount("hashtags", 2, 4),
        build=_build_hashtags,
        check=hashtags,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="content:labelled_line",
        group="label",
        order=(
            "Include exactly one line that starts with '{label}:'.",
            "Add one line, and only one, that begins with '{label}:'.",
        ),
        requirement=(
            "Exactly one line of the reply must start with '{label}:'.",
            "There must be just one line that begins with '{label}:'.",
        ),
        note=("just one line starting with '{label}:'", "a single '{label}:' line"),
        sample=lambda rng, material: {"label": rng.choice(LABELS if material.kind in REPORTING else LABELS_TO_READERS)},
        build=_build_label,
        check=labelled_line,
        stage=Stage.EDGES,
    ),
)
