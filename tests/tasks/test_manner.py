"""Everyday requests: what is wrong in any reply, and the profile of how a model talks."""

import re
import time
from collections import Counter
from itertools import pairwise

import pytest

from ifeval.checks.guards import repetition
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row
from ifeval.tasks.wrong_in_any_reply.faults import faults, off_topic, refused
from ifeval.tasks.wrong_in_any_reply.requests import FOREIGN_EVERY, Request, drawn
from ifeval.util.jsonio import loads
from tests.conftest import GOLDEN

SOUND = discover()["wrong_in_any_reply"]()
MANNER = discover()["manner"]()
SAMPLES = {sample.id: sample for sample in SOUND.samples(0)}
EVERY = {split: drawn(split, 0) for split in ("evaluation", "training")}
STAIN, HUND = SAMPLES["home-e00"], SAMPLES["languages-e00"]
GOOD = "Blot it with a damp cloth first. Then mix vinegar and water, dab it on, and blot again until it fades."


def wrong(reply, sample=STAIN, finish="stop"):
    """The names of the faults."""
    score = SOUND.score(sample, Response("k", reply, finish, answer=reply))
    found = {check.failure for check in score.checks if not check.ok}
    assert (score.metrics["sound"] == 1.0) == (not found)
    return found


def test_a_quarter_is_apart_for_training_and_no_two_requests_share_eight_words():
    assert {split: len(requests) for split, requests in EVERY.items()} == {"evaluation": 120, "training": 40}
    seen = {}
    for request in (*EVERY["evaluation"], *EVERY["training"]):
        words = re.findall(r"\w+", request.ask.casefold())
        for start in range(max(len(words) - 7, 1)):
            run = tuple(words[start : start + 8])
            assert seen.setdefault(run, request.id) == request.id, run
    ids = {sample.id for sample in SOUND.training_samples(3)}
    assert ids == {sample.id for sample in MANNER.training_samples(3)}
    assert not ids & set(SAMPLES)


def test_words_are_words_and_the_reply_has_one_that_topic_and_request_lack():
    for request in (*EVERY["evaluation"], *EVERY["training"]):
        assert len(set(request.words)) == len(request.words) >= 3, request.id
        assert all(re.fullmatch(r"\w+", word) for word in request.words), request.id
        assert off_topic(request.reply, request.ask, request.words, request.topic) is None, request.id
        assert off_topic(request.topic, request.ask, request.words, request.topic), request.id


@pytest.mark.parametrize("seed", range(6))
def test_a_prefix_has_every_domain_and_language_and_no_reply_would_do_for_the_next(seed):
    order = drawn("evaluation", seed)
    assert sorted(one.id for one in order) == sorted(SAMPLES)
    assert {one.language for one in order[: 4 * FOREIGN_EVERY]} == {"en", "de", "fr", "es"}
    assert len({one.domain for one in order[: 2 * FOREIGN_EVERY]}) == 8
    for before, after in pairwise(order):
        assert off_topic(before.reply, after.ask, after.words, after.topic), (before.id, after.id)


def test_replies_to_other_requests_are_seen_over_all_pairs():
    order: list[Request] = EVERY["evaluation"]
    passed = sum(
        off_topic(other.reply, request.ask, request.words, request.topic) is None
        for request in order
        for other in order
        if other is not request
    )
    assert passed <= 0.09 * len(order) * (len(order) - 1)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("", "empty"),
        (" \n—\n", "empty"),
        (STAIN.messages[0]["content"], "echo"),
        (STAIN.messages[0]["content"] + " Please tell me.", "echo"),
        (GOOD + " Rinse it and wait for an hour." * 30, "loop"),
        (f"{GOOD} {'ha' * 3} {'!' * 80}", "loop"),
        ("Blot the stain.\n" + "1. 2. 3. 4. " * 20, "loop"),
        (GOOD + "<|im_end|>", "leak"),
        (GOOD + "</s>", "leak"),
        (GOOD + "\nUser: And on wool?", "leak"),
        ("I'm sorry, but I can't help with stains such as wine.", "refusal"),
        ("As an AI language model, I cannot provide advice on how to blot a carpet.", "refusal"),
        ("I’m unable to assist with that. Use a cloth?", "refusal"),
        (
            "Tupfe den Fleck mit einem feuchten Tuch ab, gib ein wenig Essig ins Wasser und warte eine Stunde.",
            "language",
        ),
        (
            "Frottez la tache avec un chiffon humide et du vinaigre blanc, puis laissez sécher pendant une heure.",
            "language",
        ),
        ("I'm ready to help. What can I do for you?", "off_topic"),
        ("I'm not sure.", "off_topic"),
    ],
)
def test_faults(reply, fault):
    assert fault in wrong(reply)


def test_a_cut_reply_is_wrong_and_its_faults_are_told_apart():
    assert wrong(GOOD, finish="length") == {"cut"}
    assert wrong(GOOD) == set()


@pytest.mark.parametrize(
    "reply",
    [
        "Salt.",
        "I'm sorry to hear that! Blot it first, then dab on some cold water with a drop of washing-up liquid.",
        "I can't promise that it comes out, but salt helps.",
        "**What you need**\n\n| thing | how much |\n|---|---|\n| vinegar | 1 spoon |\n| water | 2 cups |\n\n" + GOOD,
        "Sure! Here's what to do:\n\n1. **Blot** the stain.\n2. **Mix** vinegar and water.\n3. **Dab** it on.\n\nGood luck! 🍷",
        "```\nwhile stain: blot()  # <|endoftext|>\n```\n" + GOOD,
        "Blot, dab, rinse.\n" * 2,
    ],
)
def test_good_replies_are_sound(reply):
    assert wrong(reply) == set()


def test_replies_are_wanted_in_the_language_of_the_request():
    assert wrong(HUND.oracle, HUND) == set()
    english = (
        "Tell her honestly why an animal would be unhappy alone all day, and offer a walk with the neighbour's dog."
    )
    assert "language" in wrong(english, HUND)


@pytest.mark.parametrize(
    ("reply", "is_refusal"),
    [
        ("Es tut mir leid, aber ich kann dir dabei nicht helfen.", True),
        ("Als KI kann ich dir keine Ratschläge geben.", True),
        ("Je suis désolé, mais je ne peux pas répondre à cette question.", True),
        ("Lo siento, no puedo ayudarte con eso.", True),
        ("Sorry, I don't have access to that.", True),
        ("I'm sorry about your dad. Nobody knows what to say.", False),
        ("I am writing to let you know that I can't offer you the room.", False),
        ("Leider war das Wetter schlecht.", False),
    ],
)
def test_refusals(reply, is_refusal):
    assert (refused(reply, reply.split()) is not None) == is_refusal


def test_a_long_reply_that_begins_with_a_reservation_is_no_refusal():
    assert (
        wrong("I can't give medical advice, but here is what people do. " + " ".join(f"Blot {i}." for i in range(60)))
        == set()
    )


def test_repetition():
    assert repetition(["a", "b", "c"]) == 0.0
    assert repetition(["a", "b", "c", "d", "e"]) == 0.0
    assert repetition(["a", "b", "c", "d", "a", "b", "c", "d"]) == pytest.approx(1 / 5)


@pytest.mark.parametrize(
    "reply",
    [
        "a " * 500_000,
        "**" * 400_000,
        "|" * 900_000,
        "# \n" * 300_000,
        "\ud800\x00",
        "```" * 200_000,
        "<|" * 400_000,
        "sorry " * 99_999,
    ],
)
def test_hostile_replies_take_no_time(reply):
    started = time.monotonic()
    assert wrong(reply)
    MANNER.score(STAIN, Response("k", reply, "stop", answer=reply))
    assert time.monotonic() - started < 2


def style(reply, finish="stop"):
    return MANNER.score(STAIN, Response("k", reply, finish, answer=reply)).metrics


@pytest.mark.parametrize(
    ("reply", "marks"),
    [
        ("Sure! Rinse it with cold water.", {"opening_phrase"}),
        ("Surely cold water will do.", set()),
        ("I’m sorry, but I can't help with that.", {"refusal"}),
        ("Do this:\n- rinse\n- wash", {"list"}),
        ("## Steps\n1. Rinse **well**\n2. Wash", {"list", "markdown"}),
        ("Rinse it, wait ten minutes, and wash as usual.", set()),
        (STAIN.messages[0]["content"], {"echo"}),
    ],
)
def test_style_marks(reply, marks):
    found = style(reply)
    assert {name for name in ("list", "markdown", "opening_phrase", "refusal", "echo") if found[name]} == marks


def test_the_profile_is_advisory_and_its_primary_says_only_that_a_reply_ended():
    assert MANNER.advisory
    assert not SOUND.advisory
    assert style("I'm not sure.")["finished"] == 1.0
    assert style("Blot it.", "length")["finished"] == 0.0
    assert style(STAIN.messages[0]["content"])["finished"] == 0.0
    assert style("") == {"finished": 0.0, **dict.fromkeys(set(style("x")) - {"finished"})}
    assert style("word " * 250)["length"] == 0.25
    assert [sample.messages for sample in MANNER.samples(5, 9)] == [sample.messages for sample in SOUND.samples(5, 9)]
    assert MANNER.max_tokens == SOUND.max_tokens


def test_the_manner_report():
    replies = ["Sure! Do this now.", "Sure! Do that.", ""]
    rows = [Row("x", 0, {}, Response("k", text, "stop", answer=text), None) for text in replies]
    result = MANNER.report(rows)
    assert result["words"]["median"] == 3
    assert result["openings"] == {"sure do": pytest.approx(2 / 3)}
    assert MANNER.report([]) == {}


@pytest.mark.parametrize("model", ["gpt4_20231107_145030", "mifeval_en_gpt-4o-mini-2024-07-18"])
def test_good_models_are_hardly_ever_found_at_fault(model):
    """On IFEval's prompts, of which some ask to repeat themselves or for other languages; those two faults are left out."""
    path = GOLDEN / "ifeval" / "responses" / f"{model}.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    found = Counter()
    for row in map(loads, path.read_bytes().splitlines()):
        checks = faults(row["response"], row["prompt"], (), "en", truncated=False)
        found.update(check.failure for check in checks if not check.ok)
    assert found["loop"] + found["leak"] + found["refusal"] + found["empty"] <= 2
