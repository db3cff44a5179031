"""Verifiable instructions: a text and arguments in, a `CheckResult` with its reason out.

`CHECKS` holds the 25 instructions of IFEval with upstream's semantics to the last boolean (Zhou et al. 2023;
google-research, instruction_following_eval). `ifeval.checks.ifeval.repaired.CHECKS` holds them with their defects fixed.
"""

from collections.abc import Mapping
from typing import Any

from ifeval.checks.ifeval import case, combination, content, format, keywords, length, punctuation, startend
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.text import language
from ifeval.errors import UserError
from ifeval.records import CheckResult

CHECKS: dict[str, Check] = {
    "keywords:existence": keywords.existence,
    "keywords:frequency": keywords.frequency,
    "keywords:forbidden_words": keywords.forbidden_words,
    "keywords:letter_frequency": keywords.letter_frequency,
    "language:response_language": language.response_language,
    "length_constraints:number_sentences": length.number_sentences,
    "length_constraints:number_paragraphs": length.number_paragraphs,
    "length_constraints:number_words": length.number_words,
    "length_constraints:nth_paragraph_first_word": length.nth_paragraph_first_word,
    "detectable_content:number_placeholders": content.number_placeholders,
    "detectable_content:postscript": content.postscript,
    "detectable_format:number_bullet_lists": format.number_bullet_lists,
    "detectable_format:constrained_response": format.constrained_response,
    "detectable_format:number_highlighted_sections": format.number_highlighted_sections,
    "detectable_format:multiple_sections": format.multiple_sections,
    "detectable_format:json_format": format.json_format,
    "detectable_format:title": format.title,
    "combination:two_responses": combination.two_responses,
    "combination:repeat_prompt": combination.repeat_prompt,
    "startend:end_checker": startend.end_checker,
    "startend:quotation": startend.quotation,
    "change_case:capital_word_frequency": case.capital_word_frequency,
    "change_case:english_capital": case.english_capital,
    "change_case:english_lowercase": case.english_lowercase,
    "punctuation:no_comma": punctuation.no_comma,
}


def check(instruction_id: str, text: str, arguments: Mapping[str, Any]) -> CheckResult:
    """Judge `text` by one of `CHECKS`. Raises UserError for an unknown id."""
    if instruction_id not in CHECKS:
        raise UserError(f"There is no instruction {instruction_id!r}; known are {', '.join(CHECKS)}.")
    return CHECKS[instruction_id](text, **arguments)
