"""What each check says, in both directions; equality with upstream's expressions; hostile text."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.checks import CHECKS, check
from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.ifeval.repaired import CHECKS as REPAIRED
from ifeval.errors import UserError

ARGUMENTS: dict[str, dict] = {
    "keywords:existence": {"keywords": ["river", "Mona Lisa"]},
    "keywords:frequency": {"keyword": "river", "frequency": 4, "relation": "at least"},
    "keywords:forbidden_words": {"forbidden_words": ["river"]},
    "keywords:letter_frequency": {"letter": "#", "let_frequency": 2, "let_relation": "at least"},
    "language:response_language": {"language": "de"},
    "length_constraints:number_sentences": {"num_sentences": 3, "relation": "less than"},
    "length_constraints:number_paragraphs": {"num_paragraphs": 2},
    "length_constraints:number_words": {"num_words": 4, "relation": "less than"},
    "length_constraints:nth_paragraph_first_word": {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "So"},
    "detectable_content:number_placeholders": {"num_placeholders": 2},
    "detectable_content:postscript": {"postscript_marker": "P.S."},
    "detectable_format:number_bullet_lists": {"num_bullets": 2},
    "detectable_format:number_highlighted_sections": {"num_highlights": 2},
    "detectable_format:multiple_sections": {"section_spliter": "Section", "num_sections": 2},
    "combination:repeat_prompt": {"prompt_to_repeat": "Say hi."},
    "startend:end_checker": {"end_phrase": "The end."},
    "change_case:capital_word_frequency": {"capital_frequency": 2, "capital_relation": "at least"},
}

# id, a reply, whether it follows, what the reason says
SPOKEN = [
    ("keywords:existence", "The RIVER of the Mona Lisa", True, "all 2 keywords appear"),
    ("keywords:existence", "A riverbed", False, "'Mona Lisa' missing"),
    ("keywords:frequency", "River, river", False, "'river' appears 2 times, wanted at least 4"),
    ("keywords:forbidden_words", "the River.", False, "forbidden 'river' found"),
    ("keywords:forbidden_words", "the rivers", True, "no forbidden word appears"),
    ("keywords:letter_frequency", "# one # two", True, "'#' appears 2 times, wanted at least 2"),
    ("language:response_language", "Der Hund läuft über die Straße.", True, "language detected 'de', wanted 'de'"),
    ("language:response_language", "12345", True, "the language cannot be told, counted as 'de'"),
    ("length_constraints:number_sentences", "One. Two. Three.", False, "3 sentences, wanted fewer than 3"),
    ("length_constraints:number_paragraphs", "a\n***\nb", True, "2 paragraphs, as wanted"),
    ("length_constraints:number_paragraphs", "a *** *** b", False, "a paragraph between two *** dividers is empty"),
    ("length_constraints:number_words", "It's four words", False, "4 words, wanted fewer than 4"),
    ("length_constraints:nth_paragraph_first_word", "a\n\nSo, b", True, "paragraph 2 starts with 'So'; 2 paragraphs, as wanted"),
    ("length_constraints:nth_paragraph_first_word", "a\n\nAnd b", False, "paragraph 2 starts with 'and', wanted 'So'"),
    ("length_constraints:nth_paragraph_first_word", "a", False, "there is no paragraph 2: 1 of 2 paragraphs"),
    ("detectable_content:number_placeholders", "[name", False, "0 of 2 placeholders"),
    ("detectable_content:number_placeholders", "[a][b] [c]", True, "3 placeholders, wanted at least 2"),
    ("detectable_content:postscript", "Bye.\np. s. more", True, "postscript 'P.S.' found"),
    ("detectable_format:number_bullet_lists", "* a\n- b\n* c", False, "3 bullet points, wanted 2"),
    ("detectable_format:constrained_response", "My answer is no.", True, "'My answer is no.' found"),
    ("detectable_format:number_highlighted_sections", "*a* and **b**", True, "2 highlighted sections, wanted at least 2"),
    ("detectable_format:multiple_sections", "Section 1 a", False, "1 of 2 'Section' sections"),
    ("detectable_format:json_format", "```json\n{}\n```", True, "parses as JSON"),
    ("detectable_format:json_format", "{", False, "not JSON: "),
    ("detectable_format:title", "x\n<<joy>>", True, "title 'joy'"),
    ("detectable_format:title", "<< >>", False, "no <<title>> found"),
    ("combination:two_responses", "a******a", False, "the two responses are the same"),
    ("combination:two_responses", "a******b", True, "2 responses, as wanted"),
    ("combination:repeat_prompt", " say HI. Hi", True, "the request is repeated word for word at the start"),
    ("startend:end_checker", 'And. the END."', True, "ends with 'The end.'"),
    ("startend:end_checker", "No", False, "ends with 'No', wanted 'The end.'"),
    ("startend:quotation", '"a"', True, "wrapped in double quotation marks"),
    ("startend:quotation", '"', False, "not wrapped in double quotation marks"),
    ("change_case:capital_word_frequency", "JOHN'S", True, "2 words in capitals, wanted at least 2"),
    ("change_case:english_capital", "Hello", False, "not all letters are capitals"),
    ("change_case:english_lowercase", "this is an english sentence", True, "language detected 'en', wanted 'en'"),
    ("punctuation:no_comma", "a, b, c", False, "2 commas, wanted none"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "ok", "reason"), SPOKEN)
def test_reasons(name: str, text: str, ok: bool, reason: str) -> None:
    verdict = check(name, text, ARGUMENTS.get(name, {}))
    assert verdict.ok is ok
    assert verdict.reason.startswith(reason)


def test_the_registry_is_complete() -> None:
    assert len(CHECKS) == 25
    assert set(REPAIRED) == set(CHECKS)
    with pytest.raises(UserError, match="no instruction 'keywords:rhyme'"):
        check("keywords:rhyme", "text", {})


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("punctuation:no_comma", {"n": 1}, "data.jsonl, row 3: punctuation:no_comma has no argument 'n'; it takes no arg"),
        ("keywords:existence", {}, "needs the argument 'keywords'"),
        ("keywords:existence", {"keywords": "river"}, "must be a list"),
        ("keywords:existence", {"keywords": ["(a"]}, "is not a regular expression"),
        ("keywords:existence", {"keywords": ["((a{999}){999}){999}"]}, "expands to more than 100,000 atoms"),
        ("keywords:frequency", {"keyword": "a", "frequency": True, "relation": "at least"}, "must be of type int"),
        ("keywords:frequency", {"keyword": "a", "frequency": 1, "relation": "about"}, "one of less than, at least"),
        ("length_constraints:number_words", {"num_words": -1, "relation": "at least"}, "must not be negative"),
        ("keywords:letter_frequency", {"letter": "ab", "let_frequency": 1, "let_relation": "at least"}, "single char"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_when_loaded(name: str, arguments: dict, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        validate(name, CHECKS[name], arguments, "data.jsonl, row 3")


MARKDOWN = st.text(st.sampled_from(list("ab *-<>[]\n\t \r\x0b\x85 #1.p")), max_size=40)

# Upstream's expressions take quadratic time on hostile text; these are the linear ones' definition.
UPSTREAM = {
    "detectable_format:number_bullet_lists": lambda text: len(
        re.findall(r"^\s*\*[^\*].*$", text, re.MULTILINE) + re.findall(r"^\s*-.*$", text, re.MULTILINE)
    ),
    "detectable_content:number_placeholders": lambda text: len(re.findall(r"\[.*?\]", text)),
}


@given(MARKDOWN)
def test_counts_equal_upstreams_expressions(text: str) -> None:
    bullets = UPSTREAM["detectable_format:number_bullet_lists"](text)
    assert CHECKS["detectable_format:number_bullet_lists"](text, num_bullets=bullets).ok
    placeholders = UPSTREAM["detectable_content:number_placeholders"](text)
    placeholder = CHECKS["detectable_content:number_placeholders"]
    assert placeholder(text, num_placeholders=placeholders).ok
    assert not placeholder(text, num_placeholders=placeholders + 1).ok


@given(MARKDOWN)
def test_title_and_postscript_equal_upstreams_expressions(text: str) -> None:
    titles = [title.lstrip("<").rstrip(">").strip() for title in re.findall(r"<<[^\n]+>>", text)]
    assert CHECKS["detectable_format:title"](text).ok == any(titles)
    found = re.findall(r"\s*p\.\s?p\.\s?s.*$", text.lower(), re.MULTILINE)
    assert CHECKS["detectable_content:postscript"](text, postscript_marker="P.P.S").ok == bool(found)


@pytest.mark.parametrize("registry", [CHECKS, REPAIRED], ids=["faithful", "repaired"])
@pytest.mark.parametrize("text", ["", " \n", "\x00", "\ud800", "\ud800 \udfff, x", "[" * 10_000, "{" * 10_000])
def test_odd_text_gets_a_verdict(registry: dict, text: str) -> None:
    for name, function in registry.items():
        assert function(text, **ARGUMENTS.get(name, {})).reason


@pytest.mark.parametrize(("registry", "size"), [(CHECKS, 1_000_000), (REPAIRED, 200_000)], ids=["faithful", "repaired"])
@pytest.mark.parametrize("unit", ["[", "*", "<", "\n", " "])
def test_long_hostile_text_takes_linear_time(registry: dict, size: int, unit: str) -> None:
    started = time.process_time()
    for name, function in registry.items():
        function(unit * size + "x", **ARGUMENTS.get(name, {}))
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    ("text", "ok"), [("[1]", True), ("7", False), ('"text"', False), ("[NaN]", False), ("", False)]
)
def test_repaired_json_is_an_object_or_array(text: str, ok: bool) -> None:
    assert REPAIRED["detectable_format:json_format"](text).ok is ok


REPAIRS = [
    # id, a reply, faithful, repaired
    ("keywords:existence", "riverside and Mona Lisa", True, False),
    ("language:response_language", "12345", True, False),
    ("change_case:english_capital", "THE QUICK BROWN FOX", False, True),
    ("length_constraints:nth_paragraph_first_word", "a\n\n\n\nSo b", False, True),
    ("length_constraints:nth_paragraph_first_word", "a\n\n**So** b", False, True),
    ("detectable_content:postscript", "the u.p.s.", True, False),
    ("detectable_format:number_bullet_lists", "---\n- a\n- b", False, True),
    ("detectable_format:number_bullet_lists", "*one*\n*two*", True, False),
    ("detectable_format:number_highlighted_sections", "***one***", True, False),
    ("detectable_format:multiple_sections", "Section 1, see Section 2", True, False),
    ("detectable_format:constrained_response", "My answer is yes. My answer is no.", True, False),
    ("detectable_format:json_format", "7", True, False),
    ("change_case:capital_word_frequency", "I think I know JOHN'S", True, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "faithful", "repaired"), REPAIRS)
def test_each_repair_changes_what_it_says(name: str, text: str, faithful: bool, repaired: bool) -> None:
    arguments = ARGUMENTS.get(name, {})
    assert CHECKS[name](text, **arguments).ok is faithful
    assert REPAIRED[name](text, **arguments).ok is repaired
