"""How the reply closes."""

from itertools import pairwise

import regex

from ifeval.checks.ifbench.arguments import Word
from ifeval.checks.library.builds import last
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.library.phrases import END_PHRASES, suited
from ifeval.checks.text.counting import quoted
from ifeval.checks.text.marks import STOP, normalised
from ifeval.checks.text.reading import Reading
from ifeval.checks.text.words import words_of
from ifeval.records import CheckResult

_POSTSCRIPT = {
    "P.S": regex.compile(r"p\.\s?s\b\.?", regex.IGNORECASE),
    "P.P.S": regex.compile(r"p\.\s?p\.\s?s\b\.?", regex.IGNORECASE),
}
_ANY_POSTSCRIPT = regex.compile(r"(?:p\.\s?){1,4}s\b", regex.IGNORECASE)
_STOPPED = regex.compile(r"[.!?…。][\"')\]]*\s*$")
_BELOW_POSTSCRIPT = regex.compile(r"(?:(?i:p)\.\s?){1,4}(?i:s)\b|\p{Ll}|(?:#\w+\s*)+$")
"""What may stand below a postscript: another one, the rest of a wrapped line, hashtags."""


NAMES = ("Marta", "Oliver", "Ingrid", "Samuel", "Judith", "Conrad")


def _build_postscript(draft: Draft, arguments: Arguments) -> None:
    draft.tail.append(f"\n{arguments['postscript_marker']} {draft.sentence()}")


def end_phrase(reply: Reading, *, end_phrase: Word) -> CheckResult:
    """The text ends with the phrase, ignoring case; quotes and Markdown around it don't matter, nothing else follows."""
    wanted = normalised(end_phrase).strip("\"' \n\t")
    text = reply.text.rstrip("\"' \n\t")
    ok = text.casefold().endswith(wanted.casefold())
    return CheckResult(
        ok, f"ends with {quoted(text[-max(40, len(wanted)) :] if not ok else wanted)}, wanted {quoted(end_phrase)}"
    )


def postscript(reply: Reading, *, postscript_marker: Word) -> CheckResult:
    """A line after the text starts with the mark, goes on after it or on the next line, and is the last thing of all."""
    marker = postscript_marker.strip()
    mark = _POSTSCRIPT.get(
        marker.upper().rstrip("."), regex.compile(regex.escape(normalised(marker)), regex.IGNORECASE)
    )
    lines = [line.lstrip("\"'(") for line in reply.lines]
    at = next((place for place, line in enumerate(lines) if mark.match(line)), None)
    if at is None:
        return CheckResult(False, f"no line starts with the postscript mark {marker!r}")
    if not any(map(str.isalnum, "".join(lines[:at]))):
        return CheckResult(False, f"no text before the postscript {marker!r}")
    own = lines[at][mark.match(lines[at]).end() :]
    after = lines[at + 1 :]
    if not any(map(str.isalnum, own)):
        own, after = (after[0], after[1:]) if after and not _ANY_POSTSCRIPT.match(after[0]) else ("", after)
    if not any(map(str.isalnum, own)):
        return CheckResult(False, f"nothing after the postscript mark {marker!r}")
    above = [own, *after]
    trailing = [
        line
        for before, line in pairwise(above)
        if words_of(line) and _STOPPED.search(before) and not _BELOW_POSTSCRIPT.match(line)
    ]
    if trailing:
        return CheckResult(False, f"{quoted(trailing[0])} follows the postscript, wanted nothing after it")
    return CheckResult(True, f"postscript {marker!r} at the end")


def final_question(reply: Reading) -> CheckResult:
    """The last character of the text is a question mark, Markdown aside."""
    return _last_character(reply, "?", "a question mark")


def full_stop(reply: Reading) -> CheckResult:
    """The last character of the text is a full stop, Markdown aside."""
    return _last_character(reply, f".{STOP}", "a full stop")


def signature(reply: Reading, *, name: Word) -> CheckResult:
    """The last line of text is the name and nothing else, Markdown aside, with text above it."""
    last = reply.source.rstrip().rpartition("\n")[2].strip(" \t*_")
    if last == normalised(name).strip() and len(reply.lines) < 2:
        return CheckResult(False, f"no text above {quoted(name)}")
    return CheckResult(
        last == normalised(name).strip(), f"the last line is {quoted(last)}, wanted {quoted(name)} alone"
    )


def _last_character(reply: Reading, marks: str, wanted: str) -> CheckResult:
    last = reply.text.rstrip()[-1:]
    return CheckResult(bool(last) and last in marks, f"ends with {quoted(last)}, wanted {wanted}")


CLOSINGS = (
    InstructionType(
        id="startend:end_checker",
        group="closing",
        order=(
            'End your reply with the exact words "{end_phrase}" and add nothing after them.',
            'Finish with exactly this phrase and nothing after it: "{end_phrase}"',
        ),
        requirement=(
            'The reply must end with the exact words "{end_phrase}"',
            'The very last words must be "{end_phrase}"',
        ),
        note=('last words: "{end_phrase}"', 'ends with exactly "{end_phrase}"'),
        sample=lambda rng, material: {"end_phrase": rng.choice(suited(END_PHRASES, material.kind))},
        build=last("{end_phrase}"),
        check=end_phrase,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="detectable_content:postscript",
        group="closing",
        excludes=frozenset({"case:lowercase"}),
        order=(
            "End with a postscript on a new line that starts with {mark}",
            "Close with a postscript on a line of its own, marked {mark}",
        ),
        requirement=(
            "The reply must end with a postscript on a new line that starts with {mark}",
            "At the end there must be a postscript on its own line, marked {mark}",
        ),
        note=("a final postscript on its own line, marked {mark}", "a {mark} postscript on a new line at the end"),
        spoken=lambda arguments: {"mark": {"P.S.": "P.S.", "P.P.S": "P.P.S."}[arguments["postscript_marker"]]},
        sample=lambda rng, material: {"postscript_marker": "P.S."},
        build=_build_postscript,
        check=postscript,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:final_question",
        group="closing",
        order=(
            "End the reply with a question; nothing may follow the question mark.",
            "Finish with a question; a question mark must be the very last character.",
        ),
        requirement=(
            "The last character of the reply must be a question mark.",
            "The reply must end with a question, with nothing after the question mark.",
        ),
        note=("ends with a question mark", "a question at the end, nothing after it"),
        build=last("Do you have any questions?"),
        check=final_question,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:full_stop",
        group="closing",
        difficulty="easy",
        order=(
            "End the reply with a full stop.",
            "Finish the reply with a full stop.",
        ),
        requirement=("The reply must end with a full stop.", "The last character of the reply must be a full stop."),
        note=("ends with a full stop", "a full stop as the last character"),
        build=lambda draft, arguments: None,
        check=full_stop,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:signature",
        group="closing",
        order=(
            "Sign the reply with the name {name}, alone on the last line.",
            "Put the name {name} and nothing else on the last line.",
        ),
        requirement=(
            "The last line of the reply must be the name {name} and nothing else.",
            "The reply must be signed with just the name {name} on the last line.",
        ),
        note=("last line: {name}, nothing else", "signed {name}, alone on the last line"),
        sample=lambda rng, material: {"name": rng.choice(NAMES)},
        build=last("\n{name}"),
        check=signature,
        stage=Stage.EDGES,
    ),
)
