import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifeval.checks.guards import guard, is_echo, is_jumble

PROMPT = "Explain how tides work to a busy reader. Use no commas, and finish with the words 'Any questions?'"


@pytest.mark.parametrize("answer", ["", "  \n\t ", " \x1c\x85"])
def test_blank(answer):
    assert guard(answer, PROMPT).failure == "empty"


@pytest.mark.parametrize(
    "answer",
    [
        PROMPT,
        PROMPT.upper(),
        f"  {PROMPT}\n\n",
        PROMPT.replace(" ", "\n"),
        f'"{PROMPT}"',
        PROMPT[:60],
        f"{PROMPT} The moon pulls the water.",
        f"User: {PROMPT}",
        PROMPT.replace(",", "").replace("busy", "very busy"),
    ],
)
def test_echo(answer):
    assert guard(answer, PROMPT).failure == "echo"


def test_an_answer_that_repeats_the_request_first_is_no_echo():
    answer = "Explain how tides work to a busy reader. The moon pulls at the sea and the sea swells. Any questions?"
    assert guard(answer, PROMPT) is None


def test_cut_and_short():
    answer = "The moon pulls at the sea and the sea swells."
    assert guard(answer, PROMPT) is None
    assert guard(answer, PROMPT, truncated=True).failure == "truncated"
    assert guard("The moon does it.", PROMPT).reason == "4 words, wanted a reply of at least 5"
    assert guard("The moon does it.", PROMPT, min_words=4) is None


def test_megabytes_and_surrogates():
    assert guard("a " * 500_000 + "\udc80\x00", "b " * 500_000) is None
    assert guard("word " * 200_000, "word " * 200_000).failure == "echo"


@given(st.text(min_size=1))
def test_any_prompt_with_a_word_is_its_own_echo(prompt):
    assert is_echo(prompt, prompt) == any(c.isalnum() or c == "_" for c in prompt)


NOTE = "How many seats does the Elm Room have? The number only. Elm: 16 seats, Rowan: 59 seats. The rooms are on the first floor."


@pytest.mark.parametrize(
    "answer", ["Room 16 floor only the are first", "have? 16 the How rooms", "seats does 16 are Elm have number the"]
)
def test_words_of_the_prompt_in_no_order(answer):
    assert is_jumble(answer, NOTE)


@pytest.mark.parametrize(
    "answer",
    [
        "The Elm Room has 16 seats.",
        "16 seats",
        "the room, 16",
        "The number of seats is 16.",
        "Elm: 16 seats",
        "The Elm Room does have 16 seats",
        "The rooms have 16 seats",
        "",
    ],
)
def test_a_sentence_of_the_words_of_the_prompt_is_none(answer):
    assert not is_jumble(answer, NOTE)


@given(st.text(), st.text())
def test_any_text_may_be_a_jumble(answer, prompt):
    assert is_jumble(answer, prompt) in (True, False)
