"""Punctuation marks to use, to count or to leave out."""

import re

from ifeval.checks.ifeval.arguments import Count
from ifeval.checks.library.builds import amount, ask, exclaim, uncapitalised, weave
from ifeval.checks.library.draft import CannotBuild, Draft
from ifeval.checks.library.instruction import Arguments, InstructionType, Stage
from ifeval.checks.text.counting import at_least, exactly, none, plural
from ifeval.checks.text.reading import Reading
from ifeval.records import CheckResult

DEPTH = 5
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_SMILEY = re.compile(r"(?<!\w)[:;=]-?[()]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_BRACKETS = "(see above [and below {and here (as always [in brackets])}])"


def _build_no_comma(draft: Draft, arguments: Arguments) -> None:
    """Sentences without a comma; figures lose theirs."""
    draft.keep(lambda sentence: "," not in _THOUSANDS.sub("", sentence))
    draft.edits.append(lambda text: _THOUSANDS.sub("", text))


def _build_semicolons(draft: Draft, arguments: Arguments) -> None:
    """Join neighbouring sentences of a block, as many as there are to be semicolons."""
    missing = arguments["semicolons"]
    while sum(len(block) - 1 for block in draft.blocks) < missing:
        draft.add(draft.sentence())
    for block in draft.blocks:
        joins = min(missing, len(block) - 1)
        missing -= joins
        joined = [block[0].rstrip("."), *(uncapitalised(one).rstrip(".") for one in block[1 : joins + 1])]
        block[: joins + 1] = [f"{'; '.join(joined)}."]
        if ".;" in block[0]:
            raise CannotBuild


def some_question(reply: Reading) -> CheckResult:
    """At least one question mark, in any script; one inside a web address doesn't count."""
    return at_least(reply.count("?"), 1, "question mark")


def some_exclamation(reply: Reading) -> CheckResult:
    """At least one exclamation mark, in any script."""
    return at_least(reply.count("!"), 1, "exclamation mark")


def no_questions(reply: Reading) -> CheckResult:
    """No question mark, in any script; one inside a web address doesn't count."""
    return none(reply.count("?"), "question mark")


def no_exclamations(reply: Reading) -> CheckResult:
    """No exclamation mark, in any script; that of a Markdown image doesn't count."""
    return none(reply.count("!"), "exclamation mark")


def questions(reply: Reading, *, questions: Count) -> CheckResult:
    """Exactly the given number of question marks, in any script; those inside web addresses don't count."""
    return exactly(reply.count("?"), questions, "question mark")


def exclamations(reply: Reading, *, exclamations: Count) -> CheckResult:
    """Exactly the given number of exclamation marks, in any script; those of Markdown images don't count."""
    return exactly(reply.count("!"), exclamations, "exclamation mark")


def semicolons(reply: Reading, *, semicolons: Count) -> CheckResult:
    """Exactly the given number of semicolons; those of HTML entities ("&amp;") don't count."""
    return exactly(reply.count(";"), semicolons, "semicolon")


def no_comma(reply: Reading) -> CheckResult:
    """No comma of any script; one inside a web address doesn't count."""
    return none(reply.count(","), "comma")


def parentheses(reply: Reading) -> CheckResult:
    """Brackets ( [ { are nested at least 5 deep, with text inside and each of them closed."""
    deepest = _depth(reply.text)
    return CheckResult(deepest >= DEPTH, f"brackets {plural(deepest, 'level')} deep, wanted at least {DEPTH}")


def _depth(text: str) -> int:
    """How many levels of brackets are closed around each other somewhere, with a letter or digit inside."""
    levels: list[tuple[str, int, bool]] = [("", 0, False)]
    deepest = 0
    for mark in _SMILEY.sub("", text):
        kind, height, held = levels[-1]
        if mark in _CLOSES:
            levels.append((_CLOSES[mark], 0, False))
        elif mark.isalnum():
            levels[-1] = kind, height, True
        elif mark == kind:
            levels.pop()
            above, most, full = levels[-1]
            levels[-1] = above, max(most, height + 1), full or held
            deepest = max(deepest, height + 1 if held else 0)
    return deepest


MARKS = (
    InstructionType(
        id="content:some_question",
        group="marks",
        difficulty="easy",
        excludes=frozenset({"edge:final_question"}),
        order=("Ask at least one question.", "Include a question somewhere in the reply."),
        requirement=(
            "The reply must contain at least one question, with a question mark.",
            "At least one sentence must be a question.",
        ),
        note=("at least one question", "a question somewhere"),
        build=lambda draft, arguments: ask(draft, 1),
        check=some_question,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="content:some_exclamation",
        group="marks",
        difficulty="easy",
        order=("Use at least one exclamation mark.", "End at least one sentence with an exclamation mark."),
        requirement=(
            "The reply must contain at least one exclamation mark.",
            "At least one sentence must end with an exclamation mark.",
        ),
        note=("at least one exclamation mark", "one or more exclamation marks"),
        build=lambda draft, arguments: exclaim(draft, 1),
        check=some_exclamation,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="content:no_questions",
        group="marks",
        difficulty="easy",
        excludes=frozenset({"edge:final_question"}),
        order=("Do not ask any questions.", "Do not use question marks."),
        requirement=("The reply must not contain any questions.", "No question marks may appear."),
        note=("no questions", "without question marks"),
        build=lambda draft, arguments: None,
        check=no_questions,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="content:no_exclamations",
        group="marks",
        difficulty="easy",
        order=("Do not use any exclamation marks.", "Write without exclamation marks."),
        requirement=("The reply must not contain any exclamation marks.", "No exclamation marks may appear."),
        note=("no exclamation marks", "without exclamation marks"),
        build=lambda draft, arguments: None,
        check=no_exclamations,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="content:questions",
        group="marks",
        difficulty="hard",
        excludes=frozenset({"opening", "edge:final_question", "startend:end_checker"}),
        order=(
            "Use exactly {questions} question marks.",
            "Ask exactly {questions} questions, each with one question mark.",
        ),
        requirement=(
            "The reply must contain exactly {questions} question marks.",
            "There must be {questions} questions, each with one question mark.",
        ),
        note=("exactly {questions} question marks", "{questions} questions, each with one question mark"),
        sample=amount("questions", 2, 3),
        build=lambda draft, arguments: ask(draft, arguments["questions"]),
        check=questions,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="content:exclamations",
        group="marks",
        excludes=frozenset({"opening", "startend:end_checker"}),
        order=(
            "Use exactly {exclamations} exclamation marks.",
            "Use {exclamations} exclamation marks, no more and no fewer.",
        ),
        requirement=(
            "The reply must contain exactly {exclamations} exclamation marks.",
            "There must be {exclamations} exclamation marks in all.",
        ),
        note=("exactly {exclamations} exclamation marks", "{exclamations} exclamation marks in all"),
        sample=amount("exclamations", 2, 3),
        build=lambda draft, arguments: exclaim(draft, arguments["exclamations"]),
        check=exclamations,
        stage=Stage.SENTENCES,
    ),
    InstructionType(
        id="content:semicolons",
        group="content:semicolons",
        difficulty="hard",
        order=(
            "Use exactly {semicolons} semicolons.",
            "Use {semicolons} semicolons, no more and no fewer.",
        ),
        requirement=(
            "The reply must contain exactly {semicolons} semicolons.",
            "There must be {semicolons} semicolons, no more and no fewer.",
        ),
        note=("exactly {semicolons} semicolons", "{semicolons} semicolons, no more and no fewer"),
        sample=amount("semicolons", 2, 3),
        build=_build_semicolons,
        check=semicolons,
        stage=Stage.CONTENT,
    ),
    InstructionType(
        id="punctuation:no_comma",
        group="punctuation:no_comma",
        difficulty="easy",
        excludes=frozenset({"detectable_format:json_format"}),
        order=("Do not use any commas.", "Leave out commas entirely."),
        requirement=("The reply must not contain any commas.", "No commas may appear anywhere in the reply."),
        note=("no commas", "without any commas"),
        build=_build_no_comma,
        check=no_comma,
        stage=Stage.CHOICE,
    ),
    InstructionType(
        id="format:parentheses",
        group="placeholders",
        difficulty="hard",
        order=(
            "Nest brackets at least 5 levels deep somewhere, as in (a [b {{c (d [e])}}]).",
            "Write one passage with brackets inside brackets, at least 5 levels deep: (, [ and {{ may all be used.",
        ),
        requirement=(
            "Somewhere in the reply, brackets must be nested at least 5 levels deep, as in (a [b {{c (d [e])}}]).",
            "The reply must nest parentheses (and [brackets {{and braces}}]) at least 5 levels deep.",
        ),
        note=(
            "brackets nested at least 5 levels deep, as in (a [b {{c (d [e])}}])",
            "5 or more levels of nested ( [ {{ brackets",
        ),
        build=weave(_BRACKETS),
        check=parentheses,
        stage=Stage.CONTENT,
    ),
)
