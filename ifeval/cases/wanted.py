"""What a right reply holds, read from a case: instructions, facts, patterns, answers and a schema."""

from functools import cache
from typing import Any

from ifeval.cases.place import Place
from ifeval.checks.text.coverage import Reading
from ifeval.checks.text.patterns import compile_problem
from ifeval.checks.trying import Named, catalogue, judge
from ifeval.structured.schema.validator import SchemaError, compile_schema

LONGEST_TEXT = 1_000_000
LONGEST_FACT = 300
LONGEST_PATTERN = 1000
MOST = 50
"""Checks of one kind in a case: a pattern may take a second on a reply that is made for it."""

Form = list[str]


@cache
def checks() -> dict[str, Named]:
    """Every instruction that `ifeval check` knows."""
    return catalogue()[0]


def text_of(place: Place, key: str, value: Any, most: int = LONGEST_TEXT) -> str:
    """A text that holds something, of at most `most` characters."""
    if not isinstance(value, str) or not value.strip():
        raise place.fault(key, f"wanted text, not {value!r:.60}; put numbers, true and false in quotation marks")
    if len(value) > most:
        raise place.fault(key, f"{len(value):,} characters; at most {most:,} are read, so shorten it")
    return value


def listed(place: Place, key: str, value: Any) -> list[Any]:
    """One, or a list of at most `MOST`."""
    values = value if isinstance(value, list) else [value]
    if len(values) > MOST:
        raise place.fault(key, f"{len(values)} of them; a case has at most {MOST}, so make several cases of it")
    return values


def instructions_of(place: Place, value: Any) -> list[tuple[str, dict[str, Any]]]:
    """(id, arguments) of each instruction: an id alone, or `instruction` and `arguments` as in `ifeval check`."""
    found = []
    for one in listed(place, "instructions", value):
        named = {"instruction": one} if isinstance(one, str) else one
        if not isinstance(named, dict) or not set(named) <= {"instruction", "arguments"} or "instruction" not in named:
            raise place.fault("instructions", "write each as an id, or as {instruction: ID, arguments: {...}}")
        name = text_of(place, "instructions", named["instruction"])
        arguments = named.get("arguments", {})
        if not isinstance(arguments, dict):
            raise place.fault("instructions", f"{name}: its arguments are names and values, such as {{words: 80}}")
        judge(name, arguments, "", checks(), where=f"{place}: instructions: ")
        found.append((name, arguments))
    return found


def facts_of(place: Place, value: Any) -> list[dict[str, Any]]:
    """{say, forms} of each fact: a text, `together` (parts in one sentence), or `any_of` several of these."""
    return [_fact(place, one) for one in listed(place, "facts", value)]


def patterns_of(place: Place, key: str, value: Any) -> list[str]:
    """Regular expressions, searched with regard to case."""
    patterns = [text_of(place, key, one, LONGEST_PATTERN) for one in listed(place, key, value)]
    for pattern in patterns:
        if problem := compile_problem(pattern):
            raise place.fault(key, f"{pattern[:60]!r} {problem}; fix it (in YAML, put it in single quotes)")
    return patterns


def answers_of(place: Place, value: Any) -> list[str]:
    """Accepted answers: text or numbers."""
    answers = []
    for one in listed(place, "answer", value):
        number = isinstance(one, int | float) and not isinstance(one, bool)
        answers.append(text_of(place, "answer", str(one) if number else one, LONGEST_PATTERN))
    if not answers:
        raise place.fault("answer", "the list is empty; write an answer, or take the key out")
    return answers


def schema_of(place: Place, value: Any) -> dict[str, Any]:
    """A JSON Schema; nothing is ever fetched for it."""
    if not isinstance(value, dict):
        raise place.fault("schema", "wanted a JSON Schema, such as {type: object, required: [name]}")
    try:
        compile_schema(value, formats=True)
    except SchemaError as error:
        raise place.fault("schema", f"cannot be used: {error}; fix it") from None
    return value


def _fact(place: Place, value: Any) -> dict[str, Any]:
    whole = value["any_of"] if isinstance(value, dict) and set(value) == {"any_of"} else [value]
    if not isinstance(whole, list) or not whole or len(whole) > MOST:
        raise place.fault(
            "facts", "any_of is a list of texts, such as {any_of: [14 March, the second Friday of March]}"
        )
    forms = [_form(place, one) for one in whole]
    return {"say": " or ".join(" with ".join(form) for form in forms), "forms": forms}


def _form(place: Place, value: Any) -> Form:
    """The parts that stand together, marks made plain as in the reply they are looked for in."""
    parts = value["together"] if isinstance(value, dict) and set(value) == {"together"} else [value]
    if isinstance(value, dict | list) and parts == [value]:
        raise place.fault("facts", "write each as text, {together: [TEXT, TEXT]} or {any_of: [TEXT, TEXT]}")
    if not isinstance(parts, list) or not parts or len(parts) > MOST:
        raise place.fault("facts", "together is a list of texts that stand in one sentence, such as [deposit, £250]")
    plain = []
    for part in parts:
        said = str(part) if isinstance(part, int | float) and not isinstance(part, bool) else part
        text = Reading(text_of(place, "facts", said, LONGEST_FACT)).whole.strip()
        if not all(any(map(str.isalnum, one)) for one in text.split("|")):
            raise place.fault("facts", f"{said!r:.60} holds no word or figure; write one on each side of every |")
        plain.append(text)
    return plain
