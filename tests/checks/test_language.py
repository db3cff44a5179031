"""The detector against langdetect itself, seeded alike."""

import random

import pytest

from ifeval.checks.text.language import detect

TEXTS = [
    "The weather is fine today.",
    "THE QUICK BROWN FOX",
    "Der Hund läuft über die Straße.",
    "A tiếng Việt e\u0301 ạ\u0301",
    "日本語のテキスト ひらがな",
    "안녕하세요 세계",
    "यह हिन्दी है",
    "latin words и русские слова mixed",
    "https://a.b/c me@example.org ok",
    "x",
    "12345 !!",
    "",
    "\ud800\x00",
]


@pytest.fixture(scope="module")
def langdetect_factory():
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory


def random_texts() -> list[str]:
    draw = random.Random(5)
    letters = "aAbZéß ñ.,\n\tжЖيیあアㄅ一龍한กขİßẠạ\u0300ạe\u0301 '0the an"
    return ["".join(draw.choices(letters, k=draw.randint(1, 60))) for _ in range(60)]


@pytest.mark.parametrize("text", TEXTS + random_texts())
def test_verdict_is_langdetects(langdetect_factory, text: str) -> None:
    from langdetect.lang_detect_exception import LangDetectException

    detector = langdetect_factory.create()
    detector.append(text)
    try:
        expected = detector.detect()
    except LangDetectException:
        expected = None
    assert detect(text) == expected


def test_same_text_same_answer() -> None:
    assert len({detect.__wrapped__("une phrase or a sentence") for _ in range(5)}) == 1
