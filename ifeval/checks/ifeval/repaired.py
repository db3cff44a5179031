"""IFEval's checks with their defects fixed, for `ifeval-fixed`. docs/tasks-ifeval.md gives the reason of each.

All of them ask the one reading of a reply (`ifeval.checks.text.reading`); those that the library has are the library's.
"""

from collections.abc import Callable

from ifeval.checks import CHECKS as FAITHFUL
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.ifeval.format import CONSTRAINED_RESPONSES
from ifeval.checks.library import CHECKS as LIBRARY
from ifeval.checks.library.openings import repeated_request
from ifeval.checks.text import language
from ifeval.checks.text.counting import exactly
from ifeval.checks.text.reading import Reading, on_text
from ifeval.records import CheckResult


def response_language(reply: Reading, *, language: str) -> CheckResult:
    """The text is detected as `language`; a text without letters is not."""
    return _detected_as(reply.text, language)


def english_capital(reply: Reading) -> CheckResult:
    """No lower-case letter, and in English as it stands or in lower case: langdetect skips words in capitals."""
    cased = LIBRARY["case:uppercase"](reply)
    if not cased.ok:
        return cased
    as_it_stands = _detected_as(reply.text, "en")
    return as_it_stands if as_it_stands.ok else _detected_as(reply.text.lower(), "en")


def english_lowercase(reply: Reading) -> CheckResult:
    """No capital letter, and in English."""
    cased = LIBRARY["case:lowercase"](reply)
    return _detected_as(reply.text, "en") if cased.ok else cased


def constrained_response(reply: Reading) -> CheckResult:
    """Exactly one of the three fixed answers occurs."""
    found = [option for option in CONSTRAINED_RESPONSES if option in reply.text]
    return exactly(len(found), 1, "of the fixed answers/of the fixed answers")


def repeat_prompt(reply: Reading, *, prompt_to_repeat: str) -> CheckResult:
    """The text starts with the request, word for word; some prompts ask for no more than that."""
    return repeated_request(reply, prompt_to_repeat)


_OWN: dict[str, Callable[..., CheckResult]] = {
    "combination:repeat_prompt": repeat_prompt,
    "language:response_language": response_language,
    "detectable_format:constrained_response": constrained_response,
    "change_case:english_capital": english_capital,
    "change_case:english_lowercase": english_lowercase,
}

CHECKS: dict[str, Check] = {name: on_text(_OWN[name]) if name in _OWN else LIBRARY[name] for name in FAITHFUL}


def _detected_as(text: str, wanted: str) -> CheckResult:
    detected = language.detect(text)
    return language.in_language(detected, wanted) if detected else CheckResult(False, "the language cannot be told")
