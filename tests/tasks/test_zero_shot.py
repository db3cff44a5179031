"""The zero-shot items prove that they can be solved and cannot be cheated; the report recovers planted effects."""

import doctest
import hashlib
import importlib
import re
from collections import Counter, defaultdict
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ifeval.decoys import decoys
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row
from ifeval.util.jsonio import dumps

TASK = discover()["zero_shot"]()
SAMPLES = list(TASK.samples(seed=0))
CORE = SAMPLES[:576]

answers = importlib.import_module("ifeval.tasks.zero_shot.answers")
clusters = importlib.import_module("ifeval.tasks.zero_shot.clusters")
draw = importlib.import_module("ifeval.tasks.zero_shot.draw")
slots = importlib.import_module("ifeval.tasks.zero_shot.slots")
templates = importlib.import_module("ifeval.tasks.zero_shot.templates")

FROZEN = "03ab260ba9984e3739dd8a0b94489bb5e9de8c546d71019246746b6e76031c6b"
WRITTEN = [name for name in clusters.NAMES if name not in clusters.LADDERS]


def user(sample):
    return sample.messages[-1]["content"]


def right(sample, reply, finish="stop"):
    return TASK.score(sample, Response("k", reply, finish, answer=reply)).metrics["correct"] == 1.0


def test_the_default_seed_is_frozen():
    """The samples are the same bytes on every machine; whoever changes them raises `version`."""
    assert hashlib.sha256(b"\n".join(map(dumps, SAMPLES))).hexdigest() == FROZEN


def test_seeds_share_no_prompt():
    drawn = [{dumps(sample.messages) for sample in TASK.samples(seed, 576)} for seed in range(3)]
    assert all(len(one) == 576 for one in drawn)
    assert len(set().union(*drawn)) == 3 * 576


def test_the_shape_of_the_set():
    assert len(SAMPLES) == len({sample.id for sample in SAMPLES}) == TASK.size == 1152
    types = defaultdict(set)
    for sample in SAMPLES:
        types[sample.tags["cluster"]].add(sample.tags["type"])
    assert len(types) == 18
    assert all(len(types[name]) == 8 for name in WRITTEN)
    assert len({sample.tags["language"] for sample in SAMPLES}) == 7


def test_any_prefix_is_balanced_over_clusters_and_wordings():
    for limit in (18, 40, 72, 200):
        prefix = list(TASK.samples(0, limit))
        assert prefix == SAMPLES[:limit]
        for tag in ("cluster", "wording"):
            counts = Counter(sample.tags[tag] for sample in prefix)
            assert max(counts.values()) - min(counts.values()) <= 1, tag


def test_a_quick_run_meets_every_cluster_and_most_rungs_and_core_meets_all():
    quick = SAMPLES[:72]
    assert len({sample.tags["item"] for sample in quick}) == 72
    assert set(Counter(sample.tags["cluster"] for sample in quick).values()) == {4}
    rungs = {
        ladder: ({s.tags.get(ladder) for s in quick} - {None}, {s.tags.get(ladder) for s in CORE} - {None})
        for ladder in ("steps", "rows", "conditions", "words")
    }
    assert rungs["steps"] == ({1, 2, 4, 6, 8, 10}, {1, 2, 3, 4, 6, 8, 10, 12})
    assert rungs["rows"] == ({5, 10, 20, 40}, {5, 10, 20, 40, 60})
    assert rungs["words"] == ({50, 100, 200, 800}, {50, 100, 200, 400, 800, 1600})
    assert rungs["conditions"] == ({1, 2, 3}, {1, 2, 3})
    assert {s.tags.get("words") for s in SAMPLES} - {None} == {50, 100, 200, 400, 800, 1600, 4000}


def test_documents_and_tables_have_the_size_of_their_rung():
    for sample in SAMPLES:
        material = sample.target["given"]
        if "words" in sample.tags:
            assert len(material.split()) == pytest.approx(sample.tags["words"], rel=0.25, abs=30), sample.id
        if "rows" in sample.tags:
            assert len([line for line in material.splitlines() if re.match(r"\W*\d{3}\b", line)]) == sample.tags["rows"]
        if sample.tags["cluster"] == "procedures":
            assert len(re.findall(r"^\d+\. ", material, re.MULTILINE)) == sample.tags["steps"]


def test_every_oracle_is_right():
    for sample in SAMPLES:
        reply = Response("k", sample.oracle, "stop", answer=sample.oracle)
        assert TASK.score(sample, reply).metrics == {"correct": 1.0, "exact": 1.0}, sample.id


@pytest.mark.parametrize("seed", [0, 1])
def test_decoys_and_floors_are_wrong(seed):
    previous = None
    for sample in TASK.samples(seed, 576):
        other = previous if previous != sample.oracle else None
        for name, reply in decoys(user(sample), TASK.decoys(sample), other):
            assert not right(sample, reply), (sample.id, name)
        for reply in ("", " \n", sample.messages[0]["content"], f"{sample.oracle} {sample.oracle}"):
            assert not right(sample, reply), (sample.id, reply)
        assert not right(sample, sample.oracle, finish="length")
        previous = sample.oracle


def test_chance_is_computed_from_the_candidates_in_the_prompt():
    for sample in SAMPLES:
        named = TASK.decoys(sample).candidates
        assert sample.tags["chance_percent"] == (round(100 / len(named)) if named else 0)
        assert all(one in user(sample) for one in named)
        assert len(named) != 1


def test_naming_two_candidates_is_wrong():
    for sample in SAMPLES:
        for rival in sample.target.get("rivals", ())[:5]:
            assert not right(sample, f"{sample.oracle}, {rival}"), (sample.id, rival)


def test_answers_of_a_block_differ_where_there_is_room():
    """A constant reply is right for one open item of a type at most."""
    groups = defaultdict(dict)
    for position, sample in enumerate(SAMPLES):
        if not sample.target.get("rivals"):
            key = position // draw.BLOCK, sample.tags["cluster"], sample.tags["type"]
            groups[key].setdefault(sample.tags["item"], sample)
    pairs = [pair for group in groups.values() for pair in pairwise(group.values())]
    same = [(one.id, other.id) for one, other in pairs if right(one, other.oracle)]
    assert len(same) <= 0.02 * len(groups), same


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
@given(st.text(max_size=80), st.sampled_from(SAMPLES[:72]))
def test_any_reply_is_judged_with_a_reason(reply, sample):
    assert answers.judge(sample.target, reply).reason


@pytest.mark.parametrize(
    "reply", ["9" * 1_000_000, "a," * 500_000, "[" * 8_000, "\ud800\x00", ":" * 7999, "1. " * 2600, "A. " * 2600]
)
def test_hostile_replies_are_wrong_and_cheap(reply):
    assert not any(right(sample, reply) for sample in SAMPLES[:72])


def test_a_copy_of_the_prompt_is_no_answer_but_one_after_it_is():
    sample = next(s for s in SAMPLES if s.tags["type"] == "best_month")
    assert "copies the prompt" in TASK.score(sample, Response("k", "", "stop", answer=user(sample))).checks[0].reason
    assert right(sample, f"{user(sample)}\n\n{sample.oracle}")


@pytest.mark.parametrize("name", WRITTEN)
def test_every_template_draws_sound_items(name):
    """Thirty draws each: no slot left over, an oracle that is right, and hardly ever the same text twice."""
    for number, make in enumerate(templates.makers(name)):
        seen = set()
        for attempt in range(30):
            item = make(Random(f"{name} {number} {attempt}"))
            said = "\n".join([*item.wordings.values(), item.topic, item.system, item.target["oracle"]])
            assert not re.search(r"\{\w|\}", said), said
            assert "  " not in re.sub(r"\n +", "\n", said.replace("    ", "")) or name == "code", said
            assert answers.judge(item.target, item.target["oracle"]).ok, item.target
            seen.add(item.wordings["terse"] + item.system)
        assert len(seen) >= 28, (name, item.type)


def test_no_two_templates_share_eight_words():
    runs = defaultdict(set)
    for name in WRITTEN:
        for number, template in enumerate(templates.material(name)["item"]):
            texts = [template[key] for key in ("terse", "polite", "rambling", "input_first")] + [
                template.get("text", "")
            ]
            texts += [value for case in template.get("case", ()) for value in case.values()]
            for text in texts:
                words = re.findall(r"[\w']+", text.lower())
                for start in range(len(words) - 7):
                    runs[" ".join(words[start : start + 8])].add((name, number))
    assert {run: where for run, where in runs.items() if len(where) > 1} == {}


def test_tables_are_counted_again():
    """The answer follows from the table as it is printed and the question as it is asked."""
    for sample in (s for s in SAMPLES if s.tags["cluster"] == "tables" and s.tags["wording"] == "terse"):
        rows = [
            [cell.strip() for cell in re.split(r"[|,]", line.strip("| "))]
            for line in sample.target["given"].splitlines()
            if re.match(r"\W*\d{3}\b", line)
        ]
        question = user(sample).splitlines()[0]
        if named := re.search(r"(?:no\.|slip) (\d{3})", question):
            found = [row[-2] if "cost" in question else row[-1] for row in rows if row[0] == named[1]]
            assert sample.oracle == found[0]
            continue
        limit = re.search(r"(?:less than|more than) (\d+)", question)
        hits = [
            row
            for row in rows
            if row[2] in question
            and (" at " not in question or row[3] in question)
            and (" ready on " not in question or row[4] in question)
            and (not limit or (int(row[3]) < int(limit[1]) if "less" in question else int(row[4]) > int(limit[1])))
        ]
        assert sample.oracle == (str(len(hits)) if "How many" in question else hits[0][1 if "Who" in question else 0])


def test_chains_of_amounts_are_solved_again():
    """Statements are read back from the text and followed from the one amount that is given."""
    for sample in (s for s in SAMPLES if s.tags["type"] == "prices"):
        known, steps = {}, []
        for line in sample.target["given"].splitlines():
            things = re.findall(r"the (?:[\w']+ )?(?:clock|sundial|hourglass|watch)", line.lower())
            amounts = [int(amount) for amount in re.findall(r"\d+(?= pounds)", line)]
            if len(things) == 1 and amounts:
                known[things[0]] = amounts[0]
            elif len(things) == 2:
                factor = 2 if re.search("twice|double", line) else 1
                change = -amounts[0] if re.search("less|cheaper", line) else sum(amounts)
                steps.append((*things, factor, change))
        for _ in steps:
            known |= {x: factor * known[y] + change for x, y, factor, change in steps if y in known}
        last = next(thing for thing in known if thing in user(sample).replace(sample.target["given"], "").lower())
        assert known[last] == int(sample.oracle), sample.id


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 9))
def test_sums_of_slots(a, b, c):
    values = {"a": slots.Count(a), "b": slots.Count(b), "c": slots.Count(c)}
    assert slots.evaluate("(a + b) * c - a // c", values) == (a + b) * c - a // c
    assert slots.evaluate("a > b and c == 3", values) == (a > b and c == 3)


def test_slots():
    draws = slots.Draw(Random(1))
    draws.add({"n": "= 1240", "day": "date", "t": "time"})
    draws.values |= {"day": "27 February", "t": "09:50", "w": "Friday"}
    draws.add(
        {
            "later": "after day 3",
            "next": "later t n",
            "then": "after w 4",
            "say": "if n > 1000: {n} a | b",
            "up": "upper w",
        }
    )
    filled = draws.fill("{n} {later} {next} {then} {say} {up}")
    assert filled == "1,240 2 March 06:30 Tuesday 1,240 a FRIDAY"
    with pytest.raises(ValueError, match="no description of a draw"):
        draws.add({"x": "something"})
    with pytest.raises(ValueError, match="is no sum"):
        slots.evaluate("__import__('os')", {})


def test_two_people_share_no_name():
    draws = slots.Draw(Random(3))
    draws.add({f"p{n}": "person" for n in range(20)})
    names = [part for person in draws.values.values() for part in person.split(" ")]
    assert len(names) == len(set(names)) == 40


def report(is_right, samples=SAMPLES):
    rows = []
    for sample in samples:
        reply = sample.oracle if is_right(sample) else "nothing"
        response = Response("k", reply, "stop", answer=reply)
        rows.append(Row(sample.id, 0, sample.tags, response, TASK.score(sample, response)))
    return TASK.report(iter(rows))


def test_the_report_of_a_perfect_model():
    result = report(lambda sample: True)
    assert {row["value"] for row in result["clusters"].values()} == {1.0}
    assert result["wording"]["spread"] == 0.0
    assert result["reliability"]["all"]["value"] == result["reliability"]["worst_of"]["4"] == 1.0
    assert list(result["composition"]) == ["1", "2", "3", "4", "6", "8", "10", "12"]
    assert result["ladders"]["words"]["span"]["value"] == pytest.approx(8000)
    dumps(result)


def test_the_report_finds_the_span_of_each_ladder():
    result = report(
        lambda s: s.tags.get("steps", 0) <= 4 and s.tags.get("rows", 0) <= 10 and s.tags.get("words", 0) <= 400
    )
    spans = {name: ladder["span"] for name, ladder in result["ladders"].items()}
    assert list(spans) == ["steps", "rows", "words"]
    assert 4 < spans["steps"]["value"] < 6
    assert 10 < spans["rows"]["value"] < 20
    assert 400 < spans["words"]["value"] < 800
    assert all(span["low"] <= span["value"] <= span["high"] for span in spans.values())
    assert result["ladders"]["steps"]["rungs"]["6"]["value"] == 0.0


def test_the_report_finds_a_weak_wording():
    result = report(lambda sample: sample.tags["wording"] != "rambling")
    wording = result["wording"]
    assert wording["worst"] == "rambling"
    assert wording["spread"] == 1.0 > wording["spread_by_chance"]
    assert wording["spread_p"] < 0.01
    assert wording["difference"]["rambling"]["value"] == pytest.approx(-0.75)
    reliability = result["reliability"]
    assert (reliability["mean"], reliability["any"]["value"], reliability["all"]["value"]) == (0.75, 1.0, 0.0)
    assert reliability["worst_of"]["2"] == pytest.approx(0.5)


def test_wordings_that_differ_by_luck_are_not_called_different():
    wording = report(lambda sample: int(hashlib.sha256(sample.id.encode()).hexdigest(), 16) % 2 == 0)["wording"]
    assert wording["spread_p"] > 0.05


def test_composition_is_held_against_independent_steps():
    """A model that gets half of the single steps and nothing longer."""
    table = report(lambda s: s.tags.get("steps") == 1 and s.tags["wording"] in ("terse", "polite"))["composition"]
    assert table["1"]["value"] == 0.5
    assert table["3"]["value"] == 0.0
    assert table["3"]["predicted"]["value"] == pytest.approx(0.125)
    assert table["3"]["predicted"]["low"] < 0.125 < table["3"]["predicted"]["high"]


def test_a_short_run_still_has_a_report():
    assert set(report(lambda sample: False, islice(SAMPLES, 3))) == {"clusters", "ladders", "composition"}


MANNER = discover()["manner"]()
REQUESTS = list(MANNER.samples(seed=0))


def manner(reply, finish="stop"):
    return MANNER.score(REQUESTS[0], Response("k", reply, finish, answer=reply)).metrics


def test_requests_are_fresh_and_their_replies_natural():
    drawn = [sample.messages[0]["content"] for seed in range(8) for sample in MANNER.samples(seed)]
    assert len(drawn) == len(set(drawn)) == 8 * MANNER.size == 320
    for sample in REQUESTS:
        assert (
            MANNER.score(sample, Response("k", sample.oracle, "stop", answer=sample.oracle)).metrics["natural"] == 1.0
        )


def test_unnatural_replies():
    assert manner("")["natural"] == 0.0
    assert manner("")["list"] is None
    assert manner("1. 1. 1. 2. 3. 4. 1. 1. 1. 2. 3. 4. 1. 1. 1. 2. 3. 4. 1. 1. 1. 2.")["natural"] == 0.0
    assert manner(REQUESTS[0].messages[0]["content"])["natural"] == 0.0
    assert manner(" ".join(sorted(REQUESTS[0].messages[0]["content"].split())))["natural"] == 0.0
    assert manner("Rinse it in cold water at once.", "length")["natural"] == 0.0


@pytest.mark.parametrize(
    ("reply", "marks"),
    [
        ("Sure! Rinse it with cold water.", {"opening_phrase"}),
        ("Surely cold water will do.", set()),
        ("I’m sorry, but I can't help with that.", {"refusal"}),
        ("Do this:\n- rinse\n- wash", {"list"}),
        ("## Steps\n1. Rinse **well**\n2. Wash", {"list", "markdown"}),
        ("Rinse it, wait ten minutes, and wash as usual.", set()),
    ],
)
def test_style_marks(reply, marks):
    found = manner(reply)
    assert {name for name in ("list", "markdown", "opening_phrase", "refusal") if found[name]} == marks


def test_the_manner_report():
    replies = ["Sure! Do this now.", "Sure! Do that.", ""]
    rows = [Row("x", 0, {}, Response("k", text, "stop", answer=text), None) for text in replies]
    result = MANNER.report(rows)
    assert result["words"]["median"] == 3
    assert result["openings"] == {"sure do": pytest.approx(2 / 3)}
    assert MANNER.report([]) == {}


@pytest.mark.parametrize("reply", ["a " * 500_000, "**" * 400_000, "|" * 900_000, "# \n" * 300_000, "\ud800\x00"])
def test_manner_survives_hostile_replies(reply):
    assert manner(reply)["natural"] == 0.0


DOC = Path(__file__).resolve().parents[2] / "docs" / "tasks-zero-shot.md"


def test_the_examples_of_the_page_are_true():
    failed, attempted = doctest.testfile(str(DOC), module_relative=False)
    assert (failed, attempted > 0) == (0, True)


def test_the_page_lists_every_cluster_and_type():
    types = defaultdict(dict)
    for sample in SAMPLES:
        types[sample.tags["cluster"]][sample.tags["type"]] = None
    page = DOC.read_text(encoding="utf-8")
    for cluster, kinds in types.items():
        assert f"| {cluster} | {', '.join(kinds)} |" in page, f"| {cluster} | {', '.join(kinds)} |"
