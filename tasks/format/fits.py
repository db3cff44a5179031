"""Which instructions go with which kind of text. What is in no row is never asked here.

Left out are what a reply follows anyway (a number beside facts that hold one) and what nobody would want of a letter or
a report (each word on a line of its own, brackets five deep, a letter to be avoided).
"""

from ifeval.checks.library import INSTRUCTIONS

PERSONAL = frozenset({"letter", "reply", "note"})
PUBLIC = frozenset({"ad", "product", "note"})
FACTUAL = frozenset({"report", "summary", "minutes", "analysis", "explanation", "instructions"})
CODE = frozenset({"code_comment"})
PROSE = PERSONAL | PUBLIC | FACTUAL
ANY = PROSE | CODE

_ROWS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (
        ANY,
        (
            *(
                "keywords:mention",
                "keywords:any",
                "keywords:existence",
                "keywords:frequency",
                "keywords:forbidden_words",
            ),
            *("keywords:once", "keywords:order", "sentence:keyword", "punctuation:no_comma"),
            *("content:no_questions", "content:no_exclamations", "edge:full_stop"),
            *("length:most_words", "length:least_words", "length_constraints:number_words", "count:word_count_range"),
            *("count:unique_word_count", "length:most_sentences", "length:least_sentences", "sentence:exact_count"),
            *("length_constraints:number_sentences", "sentence:longest", "layout:least_bullets"),
            *("detectable_format:number_bullet_lists", "layout:code_block"),
        ),
    ),
    (
        PROSE,
        (
            *("detectable_format:number_highlighted_sections", "edge:start_phrase", "startend:end_checker"),
            *("layout:least_paragraphs", "layout:paragraphs", "layout:one_paragraph", "content:labelled_line"),
            *("edge:first_word", "count:numbers", "layout:tags"),
        ),
    ),
    (
        FACTUAL | {"product"},
        (
            *(
                "layout:table",
                "layout:headings",
                "detectable_format:multiple_sections",
                "detectable_format:json_format",
            ),
            *("layout:sub_bullets", "layout:numbered_list", "content:semicolons"),
        ),
    ),
    (FACTUAL | PUBLIC, ("detectable_format:title", "layout:template", "layout:marked_list")),
    (FACTUAL | {"letter", "reply"}, ("length_constraints:nth_paragraph_first_word",)),
    (FACTUAL | {"letter", "product"}, ("length_constraints:number_paragraphs",)),
    (PERSONAL | {"minutes", "report"}, ("content:iso_date", "edge:signature")),
    (PERSONAL | {"ad", "instructions"}, ("detectable_content:postscript", "detectable_content:number_placeholders")),
    (PERSONAL | PUBLIC | {"instructions"}, ("content:some_exclamation", "content:email_address")),
    (PERSONAL | PUBLIC | {"explanation", "instructions"}, ("content:some_question", "edge:final_question")),
    (PUBLIC | {"explanation"}, ("content:questions",)),
    (PUBLIC | {"instructions"}, ("content:exclamations", "change_case:capital_word_frequency")),
    (PUBLIC | {"summary"}, ("content:hashtags",)),
    (PUBLIC | {"reply"}, ("combination:two_responses", "startend:quotation")),
    (PUBLIC, ("format:emoji", "case:title", "case:uppercase", "layout:acrostic")),
    (PUBLIC | {"instructions"} | CODE, ("layout:lines",)),
    (frozenset({"note", "reply"}), ("case:lowercase",)),
    (ANY - {"report", "analysis", "minutes"}, ("content:no_digits",)),
)

FITS: dict[str, frozenset[str]] = {name: kinds for kinds, names in _ROWS for name in names}
"""The kinds of brief that each instruction goes with."""

ODD_TOGETHER: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        frozenset({"content:some_question", "content:questions", "edge:final_question"}),
        frozenset({"content:no_questions"}),
    ),
    (
        frozenset({"layout:code_block", "detectable_format:json_format"}),
        frozenset({"format:emoji", "content:hashtags"}),
    ),
    (
        frozenset({"detectable_format:json_format", "layout:table"}),
        frozenset(
            {"content:iso_date", "sentence:keyword", "content:labelled_line", "edge:first_word", "edge:full_stop"}
        ),
    ),
    (
        frozenset({"case:lowercase", "case:uppercase", "case:title"}),
        frozenset({"edge:first_word", "content:email_address"}),
    ),
    (frozenset({"combination:two_responses"}), frozenset({"keywords:once", "keywords:order", "sentence:keyword"})),
    (frozenset({"content:email_address", "content:iso_date"}), frozenset({"startend:quotation", "layout:code_block"})),
)
"""Instructions that could be followed together, and that nobody would ask for together."""


_ON_A_LINE = frozenset(
    {
        *("keywords:mention", "keywords:any", "keywords:existence", "keywords:forbidden_words", "keywords:once"),
        *("punctuation:no_comma", "content:no_questions", "content:no_exclamations", "content:some_exclamation"),
        *("length:most_words", "length:most_sentences", "sentence:exact_count", "sentence:longest"),
        *("edge:full_stop", "edge:signature", "detectable_content:postscript", "content:hashtags", "format:emoji"),
        *("case:title", "case:uppercase", "case:lowercase", "change_case:capital_word_frequency"),
        *("startend:quotation", "startend:end_checker", "combination:two_responses"),
        "detectable_format:number_highlighted_sections",
    }
)


def on_a_line(kind: str) -> frozenset[str]:
    """What may be asked of a text of a line or two: no sections, nothing that makes it long, layout of a code comment only."""
    return _ON_A_LINE | {"layout:code_block", "layout:lines"} if kind in CODE else _ON_A_LINE


def goes_with(name: str, kind: str, others: list[str]) -> bool:
    """Whether a brief of `kind` that is asked for `others` may be asked for `name` as well."""
    if kind not in FITS.get(name, ()) or not all(INSTRUCTIONS[name].allows(INSTRUCTIONS[other]) for other in others):
        return False
    return not any(
        (name in one and other in another) or (name in another and other in one)
        for other in others
        for one, another in ODD_TOGETHER
    )
