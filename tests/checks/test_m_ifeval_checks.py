"""M-IFEval's own rules by example, and that no text makes a check raise or take long."""

import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.checks import m_ifeval
from ifeval.checks.ifeval.arguments import validate
from ifeval.checks.m_ifeval import M_IFEVAL_CHECKS, japanese_text, spanish_text
from ifeval.errors import UserError

PATIENCE = 10.0
"""Seconds one check may take on one text: a guard against hanging, far above what any needs."""

CASES: list[tuple[str, dict[str, Any], str, bool]] = [
    ("es:keywords:frequency", {"keyword": "casa", "frequency": 2, "relation": "como máximo"}, "Casa, casas", True),
    ("es:keywords:frequency", {"keyword": "casa", "frequency": 1, "relation": "como máximo"}, "Casa, casas", False),
    ("es:detectable_format:number_bullet_lists", {"num_bullets": 1}, "- uno\n* dos", True),
    ("es:detectable_content:postscript", {"postscript_marker": "Nota"}, "una anotación", True),
    ("es:detectable_content:postscript", {"postscript_marker": "P.D."}, "p. d. adiós", True),
    ("es:startend:end_checker", {"end_phrase": "Un saludo"}, '"Gracias. Un saludo."', True),
    ("es:startend:end_checker", {"end_phrase": "Un saludo."}, "Gracias. Un saludo.", False),
    (
        "es:length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "En mi opinión"},
        "Uno.\n\nEn mi opinión, dos.",
        True,
    ),
    ("es:change_case:spanish_capital", {}, "EL AÑO PASADO VIAJÉ CON MI FAMILIA A LA PLAYA", True),
    ("es:change_case:spanish_capital", {}, "EL AÑO PASADO VIAJÉ CON MI FAMILIA A LA 2ª PLAYA", False),
    ("es:punctuation:question_marks", {}, "¿ ? ¿Qué\ntal?", True),
    ("es:punctuation:question_marks", {}, "¿¿?? ¿Sin cerrar", False),
    ("es:punctuation:exclamation_marks", {}, "¡!", False),
    (
        "es:length_constraints:number_sentences",
        {"num_sentences": 3, "relation": "al menos"},
        "1. Hola.\n2. ¿Qué tal?\n...\nAdiós",
        True,
    ),
    (
        "es:length_constraints:number_sentences",
        {"num_sentences": 2, "relation": "como máximo"},
        "Cuesta 3.5 euros. Adiós",
        True,
    ),
    ("fr:detectable_format:title", {}, "## Le titre", False),
    ("fr:detectable_format:title", {}, "##Le titre##", True),
    ("fr:startend:quotation", {}, "« Oui »", True),
    ("fr:startend:quotation", {}, "\"Oui'", False),
    ("fr:detectable_content:informal_address", {}, "Je t'aime, et vous ?", True),
    ("fr:detectable_content:informal_address", {}, "Vous êtes tulipe", False),
    ("fr:detectable_content:no_digits", {}, "x² et XIV", True),
    ("fr:detectable_content:no_digits", {}, "chapitre ３", False),
    ("fr:special_character:no_accents", {}, "coeur, cœur", True),
    ("fr:special_character:no_accents", {}, "ça", False),
    ("fr:special_character:ethel_or_cedilla", {"forbidden_char": "œ"}, "ŒUF", False),
    ("fr:special_character:accents", {"word_to_accentuate": {"lecon": "leçon"}}, "La leçon.", True),
    ("fr:special_character:accents", {"word_to_accentuate": {"lecon": "leçon"}}, "La leçón.", False),
    ("fr:special_character:accents", {"word_to_accentuate": {"lecon": "leçon"}}, "Rien.", True),
    (
        "fr:length_constraints:number_sentences",
        {"num_sentences": 3, "relation": "moins de"},
        "M. Dupont, cf. vol. 3, arrive. Il part.",
        True,
    ),
    ("ja:detectable_format:number_numbered_lists", {"num_items": 2}, "1. あ\n２. い\n3．う", True),
    ("ja:detectable_format:number_highlighted_sections", {"num_highlights": 2}, "《あ》と《 》と《《い》", True),
    (
        "ja:detectable_format:multiple_sections",
        {"section_spliter": "章", "num_sections": 2},
        "第1章 第２章 第三章",
        True,
    ),
    (
        "ja:detectable_format:multiple_sections",
        {"section_spliter": "章", "num_sections": 3},
        "第1章 第２章 第三章",
        False,
    ),
    ("ja:keywords:letter_frequency", {"letter": "か", "let_frequency": 3, "let_relation": "以上"}, "かカか", True),
    (
        "ja:length_constraints:number_sentences",
        {"num_sentences": 3, "relation": "未満"},
        "「はい。そう！」と言う。彼の\n\n本（青い！）？",
        True,
    ),
    ("ja:letters:furigana", {}, "漢字（かんじ）と仮名（かな）", True),
    ("ja:letters:furigana", {}, "漢字（カンジ）", False),
    ("ja:letters:hiragana_only", {}, "あいう、えー。12", True),
    ("ja:letters:hiragana_only", {}, "あいうabc", False),
    ("ja:letters:katakana_only", {}, "アイ・ウー、ｱ", True),
    ("ja:letters:katakana_only", {}, "ヴァイオリン", False),
    ("ja:letters:no_katakana", {}, "らーめん", True),
    ("ja:startend:sentence_unified_end", {"ending": "です"}, "本です。「いや。」です！", True),
    ("ja:startend:sentence_unified_end", {"ending": "です"}, "本です。\n", False),
    ("ja:startend:end_checker", {"end_phrase": "以上です。"}, "「以上です。」", True),
    ("ja:punctuation:no_period", {}, "半角｡", True),
]
NEED_SPACY = [
    ("es:length_constraints:number_words", {"num_words": 3, "relation": "como máximo"}, "1. Uno + dos.", True),
    ("es:special_character:enie", {"let_frequency": 2}, "El niño y la niña.", True),
    ("es:special_character:enie", {"let_frequency": 1}, "El niño y la niña.", False),
    ("es:special_character:dieresis", {"let_frequency": 1}, "PINGÜINO", True),
    ("es:special_character:tildes", {"num_words": 1, "relation": "como máximo"}, "Él año pingüino", True),
    (
        "es:change_case:capital_word_frequency",
        {"capital_frequency": 2, "capital_relation": "al menos"},
        "CO2 Y x",
        True,
    ),
]
NEED_JANOME = [
    ("ja:keywords:existence", {"keywords": ["夢"]}, "夢を見る。", True),
    ("ja:keywords:forbidden_words", {"forbidden_words": ["ラテ"]}, "カフェラテを飲む。", True),
    ("ja:keywords:frequency", {"keyword": "夢", "frequency": 2, "relation": "以上"}, "夢の中の夢。", True),
    ("ja:detectable_format:nominal_ending", {"count": 1}, "これは本。", True),
    ("ja:detectable_format:nominal_ending", {"count": 1}, "「これは本。」と言う。", False),
]
ARGUMENTS = {
    **{name: arguments for name, arguments, *_ in [*CASES, *NEED_SPACY, *NEED_JANOME]},
    "es:keywords:existence": {"keywords": ["a"]},
    "es:keywords:forbidden_words": {"forbidden_words": ["a"]},
    "es:keywords:letter_frequency": {"letter": "a", "let_frequency": 1, "let_relation": "al menos"},
    "fr:keywords:existence": {"keywords": ["a"]},
    "fr:keywords:forbidden_words": {"forbidden_words": ["a"]},
    "fr:keywords:frequency": {"keyword": "a", "frequency": 1, "relation": "au moins"},
    "fr:keywords:letter_frequency": {"letter": "a", "let_frequency": 1, "let_relation": "au moins"},
    "fr:length_constraints:number_words": {"num_words": 1, "relation": "au moins"},
    "fr:change_case:capital_word_frequency": {"capital_frequency": 1, "capital_relation": "moins de"},
    "fr:detectable_content:postscript": {"postscript_marker": "P-S"},
    "fr:startend:end_checker": {"end_phrase": "a"},
    "ja:length_constraints:number_letters": {"num_letters": 1, "relation": "以上"},
    "ja:letters:kanji": {"kanji_limit": 1, "relation": "以上"},
    "ja:detectable_content:postscript": {"postscript_marker": "追伸"},
    "ja:detectable_format:number_bullet_lists": {"num_bullets": 1},
    **{f"{code}:language:response_language": {"language": "fr"} for code in ("es", "fr", "ja")},
    **{f"{code}:length_constraints:number_paragraphs": {"num_paragraphs": 1} for code in ("es", "fr", "ja")},
    **{f"{code}:detectable_content:number_placeholders": {"num_placeholders": 1} for code in ("es", "fr", "ja")},
    **{f"{code}:combination:repeat_prompt": {"prompt_to_repeat": "a"} for code in ("es", "fr", "ja")},
    **{
        f"{code}:length_constraints:nth_paragraph_first_word": {
            "num_paragraphs": 1,
            "nth_paragraph": 1,
            "first_word": "a",
        }
        for code in ("es", "fr", "ja")
    },
    **{f"{code}:detectable_format:number_highlighted_sections": {"num_highlights": 1} for code in ("es", "fr")},
    **{
        f"{code}:detectable_format:multiple_sections": {"section_spliter": "Partie", "num_sections": 1}
        for code in ("es", "fr")
    },
    "fr:detectable_format:number_bullet_lists": {"num_bullets": 1},
}
LONG = 200_000
NASTY = {
    "empty": "",
    "NUL and surrogates": "a\0b. \ud800。",
    "letters": "a" * LONG,
    "kanji": "漢" * LONG,
    "furigana begun": ("漢" * 50 + "（") * (LONG // 51),
    "line ends": "\n" * LONG,
    "の on every line": "の\n" * (LONG // 2),
    "full stops": "." * LONG + "a",
    "opening question marks": "¿" * LONG,
    "opening brackets": "『" * LONG,
    "asterisks": "* " * (LONG // 2),
    "hashes": "#" * LONG,
    "angle brackets": "《" * LONG,
    "numbers": "1" * LONG,
}


def has(module: str) -> bool:
    try:
        __import__(module)
    except ImportError:
        return False
    return True


TOKENIZED = {name for _, (_, names) in m_ifeval._TOKENIZERS.items() for name in names}


def runnable() -> list[str]:
    """The checks that need no tokenizer, and those whose tokenizer is here."""
    needs = {"es": has("spacy"), "fr": True, "ja": has("janome")}
    return [name for name in M_IFEVAL_CHECKS if needs[name[:2]] or name.split(":", 1)[1] not in TOKENIZED]


@pytest.mark.parametrize(("name", "arguments", "text", "ok"), CASES)
def test_a_rule(name: str, arguments: dict[str, Any], text: str, ok: bool) -> None:
    validate(name, M_IFEVAL_CHECKS[name], arguments, "here")
    verdict = M_IFEVAL_CHECKS[name](text, **arguments)
    assert verdict.ok == ok, verdict.reason


@pytest.mark.parametrize(("name", "arguments", "text", "ok"), NEED_SPACY)
def test_a_rule_on_spanish_words(name: str, arguments: dict[str, Any], text: str, ok: bool) -> None:
    pytest.importorskip("spacy")
    test_a_rule(name, arguments, text, ok)


@pytest.mark.parametrize(("name", "arguments", "text", "ok"), NEED_JANOME)
def test_a_rule_on_japanese_words(name: str, arguments: dict[str, Any], text: str, ok: bool) -> None:
    pytest.importorskip("janome")
    test_a_rule(name, arguments, text, ok)


def test_long_chunks_are_cut_for_spacy() -> None:
    pytest.importorskip("spacy")
    start = time.process_time()
    assert spanish_text.words("hola " + "(" * 20_000 + " adiós") == ("hola", "adiós")
    assert time.process_time() - start < PATIENCE


def test_what_is_missing_is_said_before_anything_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, text, name in (
        ("spacy", spanish_text, "es:special_character:enie"),
        ("janome", japanese_text, "ja:keywords:existence"),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        monkeypatch.setitem(sys.modules, f"{module}.tokenizer", None)
        text._tokenizer.cache_clear()
        with pytest.raises(UserError, match=r"ifeval-harness\[m-ifeval\]"):
            m_ifeval.require({name})
    m_ifeval.require({"fr:punctuation:no_comma", "es:punctuation:no_comma", "ja:punctuation:no_comma"})


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_bounded_on_nasty_text(text: str) -> None:
    for name in runnable():
        # Tokenizers take time in proportion, a good deal of it.
        shorter = text[:5_000] if name.split(":", 1)[1] in TOKENIZED else text
        start = time.process_time()
        verdict = M_IFEVAL_CHECKS[name](shorter, **ARGUMENTS.get(name, {}))
        assert time.process_time() - start < PATIENCE, name
        assert 0 < len(verdict.reason) < 400, name
        assert "\n" not in verdict.reason, name


@given(st.text(st.characters(), max_size=100) | st.text("aÑé1.¿?¡!*-\"'「」『』（）。の漢カ \n\r", max_size=100))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str) -> None:
    for name in runnable():
        assert M_IFEVAL_CHECKS[name](text, **ARGUMENTS.get(name, {})).reason
