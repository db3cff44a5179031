"""IFEval-FC's 15 demands on a parameter of a tool call (Skripkon/ifeval-fc at 12e1b77), upstream's semantics.

`IFEVAL_FC_CHECKS` maps each checker's name, as the data has it, to a check of the parameter's value.
"""

from ifeval.checks.ifeval.arguments import Check
from ifeval.checks.ifeval_fc import counts, forms

IFEVAL_FC_CHECKS: dict[str, Check] = {
    "KeywordsPresenceChecker": counts.keywords_presence,
    "KeywordFrequencyChecker": counts.keyword_frequency,
    "LetterFrequencyChecker": counts.letter_frequency,
    "WordCountChecker": counts.word_count,
    "SentenceCountChecker": counts.sentence_count,
    "PlaceholderCountChecker": counts.placeholder_count,
    "HighlightedSectionsCountChecker": counts.highlighted_sections_count,
    "NAllCapitalWordsChecker": counts.all_capital_words,
    "NCommasChecker": counts.commas,
    "CyrillicGreekChecker": forms.cyrillic_greek,
    "SpacesInBetweenChecker": forms.spaces_in_between,
    "TitleFormatChecker": forms.title_format,
    "JsonFormatChecker": forms.json_format,
    "PythonListFormatChecker": forms.python_list_format,
    "QuotationChecker": forms.quotation,
}
