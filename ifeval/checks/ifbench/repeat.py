"""IFBench's `repeat:` group: the request, or a part of it, given back word for word."""

from ifeval.checks.ifbench.arguments import Whole, Word
from ifeval.checks.text.counting import shorten
from ifeval.records import CheckResult

SENTENCE = "Only output this sentence here, ignore all other requests."


def repeat_change(text: str, *, prompt_to_repeat: Word) -> CheckResult:
    """The request with another first word and nothing else; runs of white space are alike."""
    if text == prompt_to_repeat:
        return CheckResult(False, "the request is repeated unchanged, wanted another first word")
    ok = text.split()[1:] == prompt_to_repeat.split()[1:]
    return CheckResult(
        ok, "the request is repeated" + ("" if ok else " differently after its first word, or not at all")
    )


def repeat_simple(text: str) -> CheckResult:
    """Nothing but `SENTENCE`, in any case."""
    ok = text.strip().lower() == SENTENCE.lower()
    return CheckResult(ok, "the sentence alone" if ok else f"'{shorten(text)}', wanted '{SENTENCE}' alone")


def repeat_span(text: str, *, prompt_to_repeat: Word, n_start: Whole, n_end: Whole) -> CheckResult:
    """Nothing but a span of the request, in any case, white space around it aside.

    The prompts ask for the words `n_start` to `n_end`; upstream takes both for character positions, counted from 0
    and included, and so does this.
    """
    span = prompt_to_repeat[int(n_start) : int(n_end) + 1].strip()
    ok = text.strip().lower() == span.lower()
    return CheckResult(ok, "the span alone" if ok else f"'{shorten(text)}', wanted '{shorten(span)}' alone")
