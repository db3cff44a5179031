"""Rows of allenai/RLVR-IFeval and allenai/IF_multi_constraints_upto5 as reward rows (both ODC-BY).

Both keep a prompt in `messages` and in `ground_truth` what is asked of the reply: RLVR-IFeval as a JSON object with the name
of a function and its arguments (the functions are open-instruct's `if_functions`), IF_multi as a list of one object with
`instruction_id` and `kwargs`, written as JSON or as Python writes it.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ifeval.checks.ifeval.arguments import validate
from ifeval.errors import UserError
from ifeval.records import Sample
from ifeval.rewards.instructions import CHECKS, Instructions
from ifeval.rewards.make import Cheap, floor, written
from ifeval.rewards.row import RewardRow
from ifeval.util.jsonio import loads

LONGEST = 20_000
"""Characters of a `ground_truth` that are read."""

Asked = list[tuple[str, dict[str, Any]]]


def adopt(rows: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], Counter[str]]:
    """The rows as `ifeval data make --for rewards` writes them, and how many were left out for which reason.

    Left out are rows that ask for something that nothing here checks, and rows that a decoy passes.
    """
    kept: list[dict[str, Any]] = []
    left_out: Counter[str] = Counter()
    for number, row in enumerate(rows):
        try:
            sample = _sample(row, str(row.get("key", number)))
            made = RewardRow(Instructions(), sample)
            kept.append(written(replace(made, floor=floor(made, None))))
        except (UserError, Cheap) as reason:
            left_out[str(reason).rstrip(".")] += 1
    return kept, left_out


def _sample(row: Mapping[str, Any], identity: str) -> Sample:
    messages = row.get("messages", row.get("prompt"))
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    if not isinstance(messages, list):
        raise UserError("no `messages`")
    asked = [one for one in messages if isinstance(one, Mapping) and isinstance(one.get("content"), str)]
    while asked and asked[-1].get("role") == "assistant":
        asked.pop()
    if not asked:
        raise UserError("no `messages`")
    return Sample(
        identity, [{"role": str(one.get("role")), "content": one["content"]} for one in asked], target=asked_of(row)
    )


def asked_of(row: Mapping[str, Any]) -> Asked:
    """The instructions of a row's `ground_truth`. Raises UserError for what cannot be read or checked."""
    said = row.get("ground_truth")
    if isinstance(said, list) and len(said) == 1:
        said = said[0]
    found = _object(said) if isinstance(said, str) else said
    if isinstance(found, list) and len(found) == 1:
        found = _object(found[0]) if isinstance(found[0], str) else found[0]
    if not isinstance(found, Mapping):
        raise UserError("a `ground_truth` that is no object")
    asked = _by_function(found) if "func_name" in found else _by_id(found)
    for name, arguments in asked:
        if name not in CHECKS:
            raise UserError(f"no check for {name}")
        validate(name, CHECKS[name], arguments, "arguments that do not fit")
    if not asked:
        raise UserError("nothing is asked")
    return asked


def _object(text: str) -> Any:
    """JSON, or a literal as Python writes it."""
    if len(text) > LONGEST:
        raise UserError("a `ground_truth` that is too long")
    try:
        return loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        raise UserError("a `ground_truth` that cannot be read") from None


def _by_id(found: Mapping[str, Any]) -> Asked:
    names, given = found.get("instruction_id"), found.get("kwargs")
    if not isinstance(names, list) or not isinstance(given, list) or len(names) != len(given):
        raise UserError("`instruction_id` and `kwargs` that are not two lists of one length")
    asked = []
    for name, arguments in zip(names, given, strict=True):
        if not isinstance(arguments, Mapping | None):
            raise UserError("`kwargs` that are no objects")
        asked.append((str(name), {key: value for key, value in (arguments or {}).items() if value is not None}))
    return asked


def _by_function(found: Mapping[str, Any]) -> Asked:
    name = str(found["func_name"])
    if name not in FUNCTIONS:
        raise UserError(f"no check for {name}")
    try:
        return FUNCTIONS[name](found)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise UserError(f"arguments of {name} that cannot be read") from None


def _counted(name: str, number: str, relation: str, least: int, most: int | None, **other: Any) -> Asked:
    """At least `least` and, where it is not None, at most `most`."""
    bounds = [] if least <= 0 else [("at least", least)]
    bounds += [] if most is None else [("less than", most + 1)]
    return [(name, {**other, number: value, relation: word}) for word, value in bounds]


def _quantified(
    name: str, number: str, relation: str, slack: Callable[[int], int]
) -> Callable[[Mapping[str, Any]], Asked]:
    """ "at least", "around" (within `slack`) or "at most" N."""

    def read(found: Mapping[str, Any]) -> Asked:
        n, how = int(found["N"]), found["quantifier"]
        bounds = {"at least": (n, None), "at most": (0, n), "around": (n - slack(n), n + slack(n))}
        return _counted(name, number, relation, *bounds[how])

    return read


def _plain(name: str, **arguments: str) -> Callable[[Mapping[str, Any]], Asked]:
    """One instruction, its arguments under other names."""
    return lambda found: [(name, {ours: found[theirs] for ours, theirs in arguments.items()})]


def _stripped(words: Sequence[str]) -> list[str]:
    return [word.strip() for word in words]


def _tenth(n: int) -> int:
    return max(round(n * 0.1), 1)


FUNCTIONS: Mapping[str, Callable[[Mapping[str, Any]], Asked]] = {
    "verify_keywords": lambda found: [("keywords:existence", {"keywords": _stripped(found["keyword_list"])})],
    "verify_keyword_frequency": lambda found: _counted(
        "keywords:frequency", "frequency", "relation", *2 * (int(found["N"]),), keyword=found["word"].strip()
    ),
    "validate_forbidden_words": lambda found: [
        ("keywords:forbidden_words", {"forbidden_words": _stripped(found["forbidden_words"])})
    ],
    "verify_letter_frequency": lambda found: _counted(
        "keywords:letter_frequency", "let_frequency", "let_relation", *2 * (int(found["N"]),), letter=found["letter"]
    ),
    "validate_response_language": _plain("language:response_language", language="language"),
    "verify_paragraph_count": _plain("length_constraints:number_paragraphs", num_paragraphs="N"),
    "validate_word_constraint": _quantified("length_constraints:number_words", "num_words", "relation", _tenth),
    "verify_sentence_constraint": _quantified(
        "length_constraints:number_sentences", "num_sentences", "relation", lambda n: 1
    ),
    "validate_paragraphs": _plain(
        "length_constraints:nth_paragraph_first_word", num_paragraphs="N", nth_paragraph="i", first_word="first_word"
    ),
    "verify_postscript": _plain("detectable_content:postscript", postscript_marker="postscript_marker"),
    "validate_placeholders": _plain("detectable_content:number_placeholders", num_placeholders="N"),
    "verify_bullet_points": _plain("detectable_format:number_bullet_lists", num_bullets="N"),
    "validate_title": _plain("detectable_format:title"),
    "validate_highlighted_sections": _plain("detectable_format:number_highlighted_sections", num_highlights="N"),
    "validate_sections": _plain(
        "detectable_format:multiple_sections", section_spliter="section_splitter", num_sections="N"
    ),
    "validate_json_format": _plain("detectable_format:json_format"),
    "validate_repeat_prompt": _plain("combination:repeat_prompt", prompt_to_repeat="original_prompt"),
    "validate_two_responses": _plain("combination:two_responses"),
    "validate_uppercase": _plain("change_case:english_capital"),
    "validate_lowercase": _plain("change_case:english_lowercase"),
    "validate_frequency_capital_words": _quantified(
        "change_case:capital_word_frequency", "capital_frequency", "capital_relation", _tenth
    ),
    "validate_end": _plain("startend:end_checker", end_phrase="end_phrase"),
    "validate_quotation": _plain("startend:quotation"),
    "validate_no_commas": _plain("punctuation:no_comma"),
}
"""open-instruct's functions as IFEval's instructions. `validate_choice` has options of its own, which none of them has."""
