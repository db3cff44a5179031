"""How replies to zero-shot items are read: right ones in any honest form, wrong ones in any disguise."""

import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.records import Response
from ifeval.registry.plugins import discover
from tests.drawn import Drawn

TASK = discover()["zero_shot"]()
CORE = Drawn("zero_shot", 378)

answers = importlib.import_module("ifeval.tasks.zero_shot.answers")


def user(sample):
    return sample.messages[-1]["content"]


def right(sample, reply, finish="stop"):
    return TASK.score(sample, Response("k", reply, finish, answer=reply)).metrics["correct"] == 1.0


def test_naming_two_candidates_is_wrong():
    for sample in CORE:
        for rival in sample.target.get("rivals", ())[:5]:
            assert not right(sample, f"{sample.oracle}, {rival}"), (sample.id, rival)


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}.",
        "**{}**",
        '"{}"',
        "“{}”",
        "Answer: {}",
        "The answer is {}.",
        "```\n{}\n```",
        "Here it is:\n\n{}\n",
        "`{}`",
        "答案：{}",
        "Let me think about that for a moment.\n\nAnswer: {}",
    ],
)
def test_wrapping_does_not_matter(wrapped):
    wrong = [
        sample.id
        for sample in CORE
        if sample.target["match"] != "facts" and not right(sample, wrapped.format(sample.oracle))
    ]
    assert wrong == []


HONEST = {
    "number": ("It comes to {o} pounds in all.", "So it's {o}, if I've counted right.", "{o} (I double-checked)", "= {o}",
               "Let me see.\n\n4 + 5 = 9\n\nSo the answer is {o}.", "\\boxed{{{o}}}", "1. 3 * 4 = 12\n2. 12 - 2 = 10\nFinal answer: {o}"),
    "text": ("It's {o}.", "That would be {o}!", "{o}, without a doubt.", "Based on the text, the answer is **{o}**.", "- {o}",
             "{o}\n\nLet me know if you need anything else!"),
    "verbatim": ("Sure! Here it is:\n\n{o}", "> {o}", "“{o}”", "{o}\n\nI changed only what you asked for."),
    "sequence": ("{o}.", "Here is the list:\n{bullets}", "{numbered}", "The order is {prose}.", "{o}, as far as I can see."),
    "collection": ("{prose}.", "{bullets}"),
    "facts": ("Sure! Here it is:\n\n{o}", "**{o}**"),
}  # fmt: skip
"""Right replies as people and models write them."""


def test_honest_replies_are_right():
    for sample in CORE:
        items = sample.target.get("answers", [])
        said = {
            "o": sample.oracle,
            "bullets": "\n".join(f"- {item}" for item in items),
            "numbered": "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1)),
            "prose": " and ".join([", ".join(items[:-1]), *items[-1:]]),
        }
        for form in HONEST[sample.target["match"]]:
            assert right(sample, form.format(**said)), (sample.id, form, sample.oracle)


LAMP = answers.text("lamp", rivals=["lamp", "vase"])
SEVEN = answers.number(7)
PAIR = answers.target("sequence", ["a", "b"], rivals=["c"])
SOLD = answers.facts("Ines sold 3", [["Ines"], ["3"]], ["Bo"], words=(2, 5))


@pytest.mark.parametrize(
    ("target", "reply", "ok"),
    [
        (answers.text("lamp"), "Lamp", True),
        (answers.text("lamp"), "Lamp. It is made of glass.", True),
        (LAMP, "It is the lamp of Marta.", True),
        (LAMP, "It is the lamp, or the vase.", False),
        (LAMP, "It is not the lamp.", False),
        (LAMP, "I'd take the lamp, as there is no bowl left.", True),
        (LAMP, "I would not take the lamp, as it is broken.", False),
        (LAMP, "I would take the lamp if it were not broken.", False),
        (LAMP, "The lamp isn't it, I think.", False),
        (LAMP, "Lamp.\n\nThe vase is much smaller.", True),
        (LAMP, "At first sight it could be the vase. Looking again, it must be the lamp.", True),
        (LAMP, "It is the lamp. " + "I like it a lot. " * 3, True),
        (LAMP, "It is the lamp. " * 8, False),
        (LAMP, "lamp\nvase", False),
        (LAMP, "Lamp.\n\nVase.", False),
        (LAMP, "Lamp. On second thoughts, vase.", False),
        (LAMP, "There are a few things to weigh. First, the size.\n\n**Answer: lamp**", True),
        (answers.text("no", rivals=["yes"]), "No, the text does not mention it.", True),
        (answers.text("no", rivals=["yes"]), "There is no such thing.", True),
        (answers.text("Marta", rivals=["Ben"]), "书最多的是Marta。", True),
        (answers.text("14 March"), "March 14th", True),
        (answers.text("14 March"), "The book is due on the 14th of March.", True),
        (answers.text("14 March"), "15 March", False),
        (answers.text("14:05"), "2.05 pm", True),
        (answers.text("14:05"), "It arrives at 14.05.", True),
        (answers.text("14:05"), "14:50", False),
        (answers.target("verbatim", ["LAMP"]), "Lamp", False),
        (answers.target("verbatim", ["A lamp, isn't it?"]), "A lamp, isn’t it?", True),
        (answers.target("verbatim", ["See you tomorrow."]), "See you **tomorrow**.", True),
        (answers.target("verbatim", ["print(len(x))"]), "print(len(x)", False),
        (answers.target("verbatim", ["print(len(x))"]), "```python\nprint(len(x))\n```", True),
        (answers.number(1250), "1,250", True),
        (SEVEN, "It is 07.0 dollars.", True),
        (SEVEN, "3 + 4 = 7", True),
        (SEVEN, "seven", True),
        (SEVEN, "£7", True),
        (SEVEN, "-7", False),
        (SEVEN, "3 and 7", False),
        (SEVEN | {"asked": ["3"]}, "No. 3 costs 7 pounds.", True),
        (SEVEN | {"asked": ["3"]}, "The price of number 3 is 7 pounds.", True),
        (SEVEN | {"asked": ["3"]}, "The price of number 3 is 7 pounds, not 8.", False),
        (SEVEN | {"asked": ["3", "7"]}, "The price of number 3 is 7 pounds.", False),
        (SEVEN, "7 7", False),
        (SEVEN, "7\n8", False),
        (SEVEN, "There were 9 of them, and 2 went home.\nSo 7 are left.", True),
        (SEVEN, "1. Start with 9.\n2. Take away 2: 9 - 2 = 7\n\nThere are 7 left.", True),
        (SEVEN, "There were 7 at first.\nSo 9 are left.", False),
        (SEVEN, "7. There were 9 of them, and 2 went home.", True),
        (PAIR, "1. a\n2. b", True),
        (PAIR, "- A\n- B", True),
        (PAIR, "Here you are: a; b.", True),
        (PAIR, "b, a", False),
        (PAIR, "a, b\nb, a", False),
        (PAIR, "The letters are a and b.", True),
        (PAIR, "The letters are a, b and c.", False),
        (answers.target("sequence", ["3", "5"]), "(3, 5)", True),
        (answers.target("sequence", ["nails", "a hinge"]), "Nails, hinge", True),
        (answers.target("sequence", ["a", "b"]), "b, a", False),
        (answers.target("collection", ["a", "b"]), "b, a", True),
        (answers.target("collection", ["a", "b"]), "a, b, a", False),
        (SOLD, "3 were sold by Ines", True),
        (SOLD, "Three were sold by Ines", True),
        (SOLD, "33 were sold by Ines", False),
        (SOLD, "3.5 were sold by Ines", False),
        (SOLD, "Ines sold Bo 3", False),
        (SOLD, "Ines sold 3 of them on that day", False),
    ],
)
def test_comparisons(target, reply, ok):
    verdict = answers.judge(target, reply)
    assert verdict.ok is ok, verdict.reason


@pytest.mark.parametrize(
    ("target", "reply", "exactly"),
    [
        (LAMP, "**Lamp**.", True),
        (LAMP, "Answer: lamp", False),
        (LAMP, "It is the lamp.", False),
        (SEVEN, "7.", True),
        (SEVEN, "7 lamps", False),
        (PAIR, "- a\n- b", True),
        (PAIR, "The letters are a and b.", False),
        (SOLD, "Ines sold 3", True),
    ],
)
def test_the_answer_and_nothing_else(target, reply, exactly):
    assert answers.judge(target, reply).ok
    assert answers.is_exact(target, reply) is exactly


@settings(max_examples=60)
@given(st.text(max_size=80), st.integers(0, 71))
def test_any_reply_is_judged_with_a_reason(reply, place):
    assert answers.judge(CORE[place].target, reply).reason


@pytest.mark.parametrize(
    "reply", ["9" * 1_000_000, "a," * 500_000, "[" * 8_000, "\ud800\x00", ":" * 7999, "1. " * 2600, "A. " * 2600]
)
def test_hostile_replies_are_wrong_and_cheap(reply):
    assert not any(right(sample, reply) for sample in CORE[:72])


def test_a_copy_of_the_prompt_is_no_answer_but_one_after_it_is():
    sample = next(s for s in CORE if s.tags["type"] == "best_month")
    assert "copies the prompt" in TASK.score(sample, Response("k", "", "stop", answer=user(sample))).checks[0].reason
    assert right(sample, f"{user(sample)}\n\n{sample.oracle}")
