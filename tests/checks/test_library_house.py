"""The checks of our own, easy ones too, each on replies that follow and on near misses."""

import pytest

from ifeval.checks.library import CHECKS

CASES = [
    ("case:uppercase", {}, ["ALL OF IT, 2 TIMES."], ["All OF IT", "12 34"]),
    ("case:lowercase", {}, ["all of it."], ["All of it", "..."]),
    ("case:title", {}, ['Every Word 4 "You" And [Me]'], ["Every Word of It"]),
    ("layout:paragraphs", {"paragraphs": 2}, ["a\nb\n \n\nc"], ["a\nb", "a\n\nb\n\nc"]),
    ("layout:lines", {"lines": 2}, ["a\n\nb\n"], ["a", "a\nb\nc"]),
    ("layout:numbered_list", {"items": 2}, ["So:\n1. a\n2) b\nDone"], ["1. a", "1. a\n1. b", "2. a\n1. b", "1. a\n2. b\n3. c"]),
    ("layout:marked_list", {"mark": "=>", "items": 2}, ["=> a\n => b"], ["=> a\n=>", "a => b => c", "=> a\n=> b\n=> c"]),
    (
        "layout:sub_bullets",
        {"bullets": 2},
        ["* a\n  - b\n* c\n\t- d\n  - e"],
        ["* a\n* c\n  - d", "* a\n- b\n* c\n- d", "plain", "* a\n  - b"],
    ),
    ("layout:stairs", {"steps": 3}, ["a\n b\n   c"], ["a\nb\nc", "a\n b", " a\n  b\n  c"]),
    (
        "layout:template",
        {"labels": ["Claim", "Reason"]},
        ["Claim: a\nReason: b", "Claim:\na\n\nReason: b\nc"],
        ["Reason: b\nClaim: a", "Claim: a", "Claim: a\nReason:", "Claim: a\nClaim: b\nReason: c", "Claim: a Reason: b"],
    ),
    (
        "layout:echo_paragraphs",
        {"paragraphs": 2},
        ["So it is\nand so.\n\nOn and on."],
        ["So it is so.", "So it is so.\n\nOn and off.", "A a.\n\nB b.\n\nC c."],
    ),
    (
        "layout:table",
        {"columns": 2, "rows": 1},
        ["Here:\n| a | b |\n|---|:-:|\n| c | d |\nDone", "a | b\n--|--\nc | d"],
        ["| a | b |\n| c | d |", "| a | b |\n|---|---|\n| c | d | e |", "| a | b |\n|---|---|", "none"],
    ),
    ("layout:headings", {"headings": 1}, ["## One\ntext"], ["# One", "### One", "## One\n## Two", "##"]),
    ("layout:tags", {"tag": "reply"}, [" <reply>\na\n</reply> "], ["<reply>a", "a</reply>", "<reply>a</reply> b", "<reply><reply>a</reply>"]),
    ("layout:code_block", {}, ["```\na\n```", "```text\na\n```"], ["a", "```\na\n``` b", "```a```\n```b```"]),
    ("layout:acrostic", {"word": "HI"}, ["Here\n\nit is", "hi\nin", "- **H**ere\n- \"It"], ["Hi", "Here\nIt\nIs"]),
    ("edge:start_phrase", {"phrase": "First things first."}, ["\nFirst things first. So"], ["first things first. So", "So. First things first."]),
    ("edge:final_question", {}, ["Is it? Really?\n"], ["Is it?!", "Is it? Yes.", 'He asks "why?"']),
    ("edge:signature", {"name": "Marta"}, ["Bye\nMarta\n"], ["Marta", "Bye Marta", "Bye\nMarta.", "Bye\n- Marta"]),
    ("content:labelled_line", {"label": "Tip"}, ["a\n Tip: b"], ["a Tip: b", "Tip:", "Tip: a\nTip: b"]),
    ("content:no_digits", {}, ["two"], ["2", "٣"]),
    ("content:semicolons", {"semicolons": 1}, ["a; b"], ["a", "a; b; c"]),
    ("content:questions", {"questions": 1}, ["Why? So."], ["So.", "Why? Who?"]),
    ("content:exclamations", {"exclamations": 1}, ["Ah! So."], ["So.", "Ah! Oh!"]),
    ("content:iso_date", {}, ["on 2024-02-29."], ["2023-02-29", "24-02-20", "12024-02-20", "29/02/2024"]),
    ("content:email_address", {}, ["(me@mail.example.org)"], ["me@example", "@a.b", "me at example.org"]),
    ("content:hashtags", {"hashtags": 2}, ["#a and #b"], ["# a #b", "x#a #b", "#a #b #c", "## a b"]),
    ("sentence:longest", {"words": 3}, ["One two three. Four five\nSix seven"], ["One two three four. Five."]),
    ("sentence:growing", {"sentences": 2, "step": 2}, ["It is. It is all good."], ["It is.", "It is. It is good."]),
    ("sentence:chain", {"sentences": 2}, ["It is so. So it is."], ["It is so.", "It is so. It is."]),
    ("sentence:exact_count", {"sentences": 2}, ["It is. It was."], ["It is.", "It is. It was. It will be."]),
    ("keywords:once", {"keyword": "moon"}, ["The Moon."], ["moons", "moon and MOON"]),
    ("keywords:order", {"first": "sun", "second": "moon"}, ["Sun, then moon, then sun."], ["moon and sun", "sun", "sunny moon"]),
    ("keywords:topic", {"keyword": "tides"}, ["The Tides."], ["tide"]),
    ("keywords:mention", {"keyword": "moon"}, ["MOON!"], ["moons", "moonlight"]),
    ("keywords:any", {"keywords": ["sun", "moon"]}, ["a moon", "the sun and moon"], ["stars", "sunny"]),
    ("keywords:no_letter", {"letter": "z"}, ["none"], ["lazy", "Zoo"]),
    ("content:some_number", {}, ["about 7"], ["seven"]),
    ("content:some_question", {}, ["Why? So."], ["So."]),
    ("content:some_exclamation", {}, ["Ah! So."], ["So."]),
    ("content:no_questions", {}, ["So."], ["Why?"]),
    ("content:no_exclamations", {}, ["So."], ["Ah!"]),
    ("layout:one_paragraph", {}, ["\nIt is. It was.\n"], ["It is.\nIt was."]),
    ("layout:least_bullets", {"bullets": 2}, ["- a\n- b", "So:\n • a\n* b\n+ c"], ["- a\n-b", "1. a\n2. b", "a - b - c", "-\n-\n"]),
    ("layout:least_paragraphs", {"paragraphs": 2}, ["a\n\nb", "a\n \nb\n\nc"], ["a\nb", "a\n\n\n"]),
    ("edge:first_word", {"word": "Today"}, ["Today, it is.", "**today** it is", '"Today it is"'], ["It is today.", "Todays"]),
    ("edge:full_stop", {}, ["It is.\n"], ["It is", "It is!", 'It is."']),
    ("length:most_words", {"words": 3}, ["one two three"], ["one two three four"]),
    ("length:least_words", {"words": 3}, ["one two three"], ["one two"]),
    ("length:most_sentences", {"sentences": 2}, ["It is. It was."], ["It is. It was. It will be."]),
    ("length:least_sentences", {"sentences": 2}, ["It is. It was."], ["It is."]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "follow", "miss"), CASES, ids=[case[0] for case in CASES])
def test_check(name, arguments, follow, miss):
    for text in follow:
        assert CHECKS[name](text, **arguments).ok, text
    for text in miss:
        verdict = CHECKS[name](text, **arguments)
        assert not verdict.ok, text
        assert verdict.reason


HOSTILE = ["", "\udc80\x00", "[" * 10_000, "-" * 1_000_000, "a@" * 300_000, "\n" * 500_000, " \n" * 300_000, "|" * 500_000, "#" * 500_000, "1" * 500_000]  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_hostile_text_is_judged(case):
    for text in HOSTILE:
        CHECKS[case[0]](text, **case[1])
