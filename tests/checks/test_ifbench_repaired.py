"""`ifbench-fixed`: each repair on a reply that upstream misjudges, no text that raises, and upstream's own cases."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.checks.ifbench.repaired import FIXED_CHECKS
from tests.checks.test_ifbench_hostile import ARGUMENTS, NASTY

REPAIRS = [
    ("words:words_position", {"keyword": "curve"}, "A curve is a “curve” here…", True),
    ("words:keywords_specific_position", {"keyword": "map", "n": 1, "m": 3}, "It's the map, again.", True),
    ("repeat:repeat_span", {"prompt_to_repeat": "Say it all again now.", "n_start": 1, "n_end": 2}, "“it all”", True),
    ("format:line_indent", {}, "a\n\n\n b\n  c", True),
    ("format:line_indent", {}, "only one line", False),
    ("ratio:sentence_type", {}, "No question here", False),
    ("ratio:sentence_type", {}, "He said “go.” She did. Why?", True),
    ("ratio:sentence_balance", {}, "nothing at all", False),
    ("ratio:sentence_words", {}, "Cat. Cat. Cat.", False),
    ("count:keywords_multiple", ARGUMENTS["count:keywords_multiple"], "a bb ccc", False),
    ("format:sub-bullets", {}, "* **Bold** one\n  - early\n* Two\n  - late", True),
    ("format:sub-bullets", {}, "No bullets.", False),
    ("words:no_consecutive", {}, "Begin again\nAnd on", True),
    ("words:no_consecutive", {}, "Big bears", False),
    ("ratio:overlap", {"reference_text": "one two three four", "percentage": 50}, "one two three five", True),
    ("count:conjunctions", {"small_n": 2}, "and And and, AND", False),
    ("count:unique_word_count", {"N": 2}, "Tea — “tea” – tea", False),
    ("count:numbers", {"N": 2}, "10-15 minutes", True),
    ("count:words_japanese", {"N": 5}, "too short", False),
    ("words:last_first", {}, "Only one sentence.", False),
    ("sentence:increment", {"small_n": 1}, "Only one sentence.", False),
    ("sentence:alliteration_increment", {}, "Big cats run. Big bad cats run.", True),
    ("custom:date_format_list", {}, "1800-00-00", False),
    ("format:list", {"sep": "..."}, "... one\n... two", True),
    ("format:list", {"sep": "..."}, "... ...", False),
    ("format:no_bullets_bullets", {}, "One. Two.\n\n* a\n\n* b\n\nThat is all.", True),
    ("format:options", {"options": "a), b), c)"}, "b", True),
    ("format:output_template", {}, "Future Outlook: x My Answer: y My Conclusion: z", False),
    ("format:output_template", {}, "**My Answer:** y\n**My Conclusion:** z\n**Future Outlook:** x", True),
    ("format:parentheses", {}, ":( :( :( :( (really)", False),
    ("format:quotes", {}, "“a ‘b “c” d’ e”", True),
    ("format:quote_unquote", {}, "nothing quoted", False),
    ("format:title_case", {}, "The Lord of the Rings", True),
    ("format:emoji", {}, "In France 🇫🇷. In Japan 🇯🇵.", True),
    ("format:newline", {}, "one two\n \n", False),
    ("repeat:repeat_simple", {}, '"Only output this sentence here, ignore all other requests."', True),
    ("words:repeats", {"small_n": 2}, "yes — no — yes — no —", True),
]
"""What upstream judges otherwise, apart from the near misses that show the other side."""


@pytest.mark.parametrize(("name", "arguments", "text", "ok"), REPAIRS)
def test_a_repaired_check(name: str, arguments: dict, text: str, ok: bool) -> None:
    result = FIXED_CHECKS[name](text, **arguments)
    assert result.ok is ok, result.reason


def test_all_58_are_there() -> None:
    assert FIXED_CHECKS.keys() == IFBENCH_CHECKS.keys()


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_bounded_on_nasty_text(text: str) -> None:
    for name, check in FIXED_CHECKS.items():
        reason = check(text, **ARGUMENTS.get(name, {})).reason
        assert 0 < len(reason) < 600, name


@given(st.text("aB1.,?!*-\"'()[]#`<& \n\t\r😀あ", max_size=120))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_raises(text: str) -> None:
    for name, check in FIXED_CHECKS.items():
        assert check(text, **ARGUMENTS.get(name, {})).reason, name


def test_upstreams_unit_cases_but_for_what_is_repaired(golden: Path) -> None:
    file = golden / "ifbench" / "golden_unit_cases.jsonl"
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    other = {
        case["instruction_id"]
        for case in cases
        if case["instruction_id"] in FIXED_CHECKS
        and FIXED_CHECKS[case["instruction_id"]](case["value"], **case["kwargs"]).ok != case["result"]
    }
    assert other == {"format:options", "format:quote_unquote"}
