"""M-IFEval's 93 instructions in Spanish, French and Japanese (Dussolle et al. 2025, arXiv 2502.04688).

`M_IFEVAL_CHECKS` maps each instruction id, the language its first part, to its check, with the semantics of
lightblue-tech/M-IFEval at 0bc3143 to the boolean; `es:length_constraints:number_sentences` alone needs a trained model
there and is judged by rule here. Where an instruction has IFEval's rule, it is IFEval's check.
"""

from ifeval.checks import CHECKS
from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.m_ifeval import french, japanese, japanese_letters, japanese_text, shared, spanish, spanish_text

LANGUAGES = ("es", "fr", "ja")

_IN_ALL = (
    "language:response_language",
    "length_constraints:number_paragraphs",
    "detectable_content:number_placeholders",
    "detectable_format:json_format",
    "combination:two_responses",
)
_IN_SPANISH_AND_FRENCH = (
    "keywords:existence",
    "keywords:forbidden_words",
    "combination:repeat_prompt",
    "punctuation:no_comma",
)
_SPANISH: dict[str, Check] = {
    "keywords:frequency": spanish.keyword_frequency,
    "keywords:letter_frequency": spanish.letter_frequency,
    "length_constraints:number_sentences": spanish.number_sentences,
    "length_constraints:number_words": spanish.number_words,
    "length_constraints:nth_paragraph_first_word": spanish.nth_paragraph_first_word,
    "detectable_content:number_placeholders": spanish.number_placeholders,
    "detectable_content:postscript": spanish.postscript,
    "detectable_format:number_bullet_lists": spanish.number_bullet_lists,
    "detectable_format:constrained_response": spanish.constrained_response,
    "detectable_format:number_highlighted_sections": spanish.number_highlighted_sections,
    "detectable_format:multiple_sections": spanish.multiple_sections,
    "detectable_format:title": CHECKS["detectable_format:title"],
    "startend:end_checker": spanish.end_checker,
    "startend:quotation": CHECKS["startend:quotation"],
    "change_case:capital_word_frequency": spanish.capital_word_frequency,
    "change_case:spanish_capital": spanish.spanish_capital,
    "change_case:spanish_lowercase": spanish.spanish_lowercase,
    "punctuation:question_marks": spanish.question_marks,
    "punctuation:exclamation_marks": spanish.exclamation_marks,
    "special_character:enie": spanish.enie,
    "special_character:tildes": spanish.tildes,
    "special_character:dieresis": spanish.dieresis,
}
_FRENCH: dict[str, Check] = {
    "keywords:frequency": french.keyword_frequency,
    "keywords:letter_frequency": french.letter_frequency,
    "length_constraints:number_sentences": french.number_sentences,
    "length_constraints:number_words": french.number_words,
    "length_constraints:nth_paragraph_first_word": CHECKS["length_constraints:nth_paragraph_first_word"],
    "detectable_content:postscript": CHECKS["detectable_content:postscript"],
    "detectable_content:informal_address": french.informal_address,
    "detectable_content:no_digits": shared.no_digits,
    "detectable_format:number_bullet_lists": CHECKS["detectable_format:number_bullet_lists"],
    "detectable_format:constrained_response": french.constrained_response,
    "detectable_format:number_highlighted_sections": CHECKS["detectable_format:number_highlighted_sections"],
    "detectable_format:multiple_sections": CHECKS["detectable_format:multiple_sections"],
    "detectable_format:title": french.title,
    "startend:end_checker": CHECKS["startend:end_checker"],
    "startend:quotation": french.quotation,
    "change_case:capital_word_frequency": french.capital_word_frequency,
    "change_case:french_capital": french.french_capital,
    "change_case:french_lowercase": french.french_lowercase,
    "special_character:ethel_or_cedilla": french.ethel_or_cedilla,
    "special_character:no_accents": french.no_accents,
    "special_character:accents": french.accents,
}
_JAPANESE: dict[str, Check] = {
    "keywords:existence": japanese.existence,
    "keywords:frequency": japanese.frequency,
    "keywords:forbidden_words": japanese.forbidden_words,
    "keywords:letter_frequency": japanese.letter_frequency,
    "length_constraints:number_sentences": japanese.number_sentences,
    "length_constraints:number_letters": japanese.number_letters,
    "length_constraints:nth_paragraph_first_word": japanese.nth_paragraph_first_word,
    "detectable_content:postscript": japanese.postscript,
    "detectable_format:number_bullet_lists": japanese.number_bullet_lists,
    "detectable_format:number_numbered_lists": japanese.number_numbered_lists,
    "detectable_format:constrained_response": japanese.constrained_response,
    "detectable_format:number_highlighted_sections": japanese.number_highlighted_sections,
    "detectable_format:multiple_sections": japanese.multiple_sections,
    "detectable_format:title": japanese.title,
    "detectable_format:nominal_ending": japanese.nominal_ending,
    "combination:repeat_prompt": japanese.repeat_prompt,
    "startend:end_checker": japanese.end_checker,
    "startend:quotation": japanese.quotation,
    "startend:sentence_unified_end": japanese.sentence_unified_end,
    "punctuation:no_period": japanese.no_period,
    "punctuation:no_comma": japanese.no_comma,
    "letters:furigana": japanese_letters.furigana,
    "letters:kanji": japanese_letters.kanji,
    "letters:kansuuji": shared.no_digits,
    "letters:no_hiragana": japanese_letters.no_hiragana,
    "letters:hiragana_only": japanese_letters.hiragana_only,
    "letters:no_katakana": japanese_letters.no_katakana,
    "letters:katakana_only": japanese_letters.katakana_only,
}


def _named(language: str, own: dict[str, Check], shared_with: tuple[str, ...] = ()) -> dict[str, Check]:
    same = {name: CHECKS[name] for name in (*_IN_ALL, *shared_with)}
    return {f"{language}:{name}": check for name, check in (same | own).items()}


M_IFEVAL_CHECKS: dict[str, Check] = (
    _named("es", _SPANISH, _IN_SPANISH_AND_FRENCH)
    | _named("fr", _FRENCH, _IN_SPANISH_AND_FRENCH)
    | _named("ja", _JAPANESE)
)

_TOKENIZERS = {
    "es": (
        spanish_text.require,
        (
            "length_constraints:number_words",
            "change_case:capital_word_frequency",
            "special_character:enie",
            "special_character:tildes",
            "special_character:dieresis",
        ),
    ),
    "ja": (
        japanese_text.require,
        (
            "keywords:existence",
            "keywords:frequency",
            "keywords:forbidden_words",
            "detectable_format:nominal_ending",
        ),
    ),
}
"""For each language with a tokenizer of its own: what asks for it, and the instructions that use it."""


def require(instruction_ids: set[str]) -> None:
    """Raise UserError where one of the instructions needs a tokenizer that is not installed."""
    for language, (ask, names) in _TOKENIZERS.items():
        if instruction_ids & {f"{language}:{name}" for name in names}:
            ask()
