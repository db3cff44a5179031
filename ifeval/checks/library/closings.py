"""How the reply closes."""

from ifeval.checks.ifeval import repaired, startend
from ifeval.checks.library.builds import last
from ifeval.checks.library.draft import Draft
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.text.counting import shorten
from ifeval.checks.text.division import lines_of_text
from ifeval.records import CheckResult

END_PHRASES = (
    "That is all for now.",
    "Thank you for reading.",
    "Please ask if anything is unclear.",
    "Any questions are welcome.",
    "More will follow in due course.",
    "Thank you for your time.",
)
NAMES = ("Marta", "Oliver", "Ingrid", "Samuel", "Judith", "Conrad")


def _build_postscript(draft: Draft, arguments: Arguments) -> None:
    draft.tail.append(f"\n{arguments['postscript_marker']} {draft.sentence()}")


def final_question(text: str) -> CheckResult:
    """The last character is a question mark."""
    last = text.rstrip()[-1:]
    return CheckResult(last == "?", f"ends with {last!r}, wanted a question mark")


def full_stop(text: str) -> CheckResult:
    """The last character is a full stop."""
    last = text.rstrip()[-1:]
    return CheckResult(last == ".", f"ends with {last!r}, wanted a full stop")


def signature(text: str, *, name: str) -> CheckResult:
    """The last line that is not blank is the name and nothing else, after at least one other line."""
    found = lines_of_text(text)
    ok = len(found) > 1 and found[-1] == name
    return CheckResult(ok, f"the last line is {shorten(found[-1] if found else '')!r}, wanted {name!r} below the reply")


CLOSINGS = (
    InstructionType(
        id="startend:end_checker",
        group="closing",
        order=(
            'End your reply with the exact words "{end_phrase}" and add nothing after them.',
            'Finish with exactly this phrase, with nothing after it: "{end_phrase}"',
        ),
        requirement=(
            'The reply must end with the exact words "{end_phrase}"',
            'The very last words have to be "{end_phrase}"',
        ),
        note=('last words: "{end_phrase}"', 'ends with exactly "{end_phrase}"'),
        sample=lambda rng, material: {"end_phrase": rng.choice(END_PHRASES)},
        build=last("{end_phrase}"),
        check=startend.end_checker,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="detectable_content:postscript",
        group="closing",
        excludes=frozenset({"case:lowercase"}),
        order=(
            "Add a postscript at the end, on a new line that starts with {mark}",
            "Close with a new line that holds a postscript marked {mark}",
        ),
        requirement=(
            "After the text there must be a new line with a postscript that starts with {mark}",
            "At the end there has to be a postscript on a line of its own, marked {mark}",
        ),
        note=("a postscript on its own line, marked {mark}", "ends with a {mark} postscript on a new line"),
        spoken=lambda arguments: {"mark": {"P.S.": "P.S.", "P.P.S": "P.P.S."}[arguments["postscript_marker"]]},
        sample=lambda rng, material: {"postscript_marker": rng.choice(("P.S.", "P.P.S"))},
        build=_build_postscript,
        check=repaired.postscript,
        stage=Stage.EDGES,
    ),
    InstructionType(
        id="edge:final_question",
        group="closing",
        order=(
            "End the reply with a question, so that its last character is a question mark.",
            "Finish with a question; a question mark must be the very last character.",
        ),
        requirement=(
            "The last character of the reply must be a question mark.",
            "The reply has to end with a question, its question mark being the last character.",
        ),
        note=("ends with a question mark", "a question as the last sentence, nothing after it"),
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
            "Let the last character of the reply be a full stop.",
        ),
        requirement=("The reply must end with a full stop.", "The last character of the reply has to be a full stop."),
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
            "Below the text, the last line has to be just the name {name}, with no other word or mark.",
        ),
        note=("last line: {name}, nothing else", "signed {name}, alone on the last line"),
        sample=lambda rng, material: {"name": rng.choice(NAMES)},
        build=last("\n{name}"),
        check=signature,
        stage=Stage.EDGES,
    ),
)
