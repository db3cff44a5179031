"""IFEval's `combination:` group."""

from ifeval.checks.text.counting import exactly
from ifeval.records import CheckResult

SEPARATOR = "******"


def two_responses(text: str) -> CheckResult:
    """Exactly two different non-blank responses around six asterisks; only the first and last part may be blank."""
    parts = [part.strip() for part in text.split(SEPARATOR)]
    if not all(parts[1:-1]):
        return CheckResult(False, f"a response between two {SEPARATOR} is empty")
    responses = list(filter(None, parts))
    if len(responses) == 2 and responses[0] == responses[1]:
        return CheckResult(False, "the two responses are the same")
    return exactly(len(responses), 2, "response")


def repeat_prompt(text: str, *, prompt_to_repeat: str) -> CheckResult:
    """The text starts with the request, word for word, ignoring case."""
    ok = text.strip().lower().startswith(prompt_to_repeat.strip().lower())
    return CheckResult(ok, f"the request is {'' if ok else 'not '}repeated word for word at the start")
