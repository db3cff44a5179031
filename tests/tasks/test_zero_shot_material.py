"""The hand-written material of zero-shot items: sound draws, no sentence twice, answers that are worked out again."""

import importlib
import re
from collections import defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drawn import Drawn

SAMPLES = Drawn("zero_shot")

answers = importlib.import_module("ifeval.tasks.zero_shot.answers")
clusters = importlib.import_module("ifeval.tasks.zero_shot.clusters")
slots = importlib.import_module("ifeval.tasks.zero_shot.slots")
templates = importlib.import_module("ifeval.tasks.zero_shot.templates")


def user(sample):
    return sample.messages[-1]["content"]


def test_documents_and_tables_have_the_size_of_their_rung():
    for sample in SAMPLES:
        material = sample.target["given"]
        if "words" in sample.tags:
            assert len(material.split()) == pytest.approx(sample.tags["words"], rel=0.25, abs=30), sample.id
        if "rows" in sample.tags:
            assert len([line for line in material.splitlines() if re.match(r"\W*\d{3}\b", line)]) == sample.tags["rows"]
        if sample.tags["cluster"] == "procedures" and "steps" in sample.tags:
            assert len(re.findall(r"^\d+\. ", material, re.MULTILINE)) == sample.tags["steps"]


@pytest.mark.parametrize("name", clusters.NAMES)
def test_every_template_draws_sound_items(name):
    """Thirty draws each: no slot left over, an oracle that is right, and hardly ever the same text twice."""
    makers = [*templates.makers(name, plain=False), *templates.makers(name, plain=True)]
    for number, make in enumerate(makers):
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
    for name in clusters.NAMES:
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
    for sample in (s for s in SAMPLES if "rows" in s.tags and s.tags["wording"] == "terse"):
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
