"""Statements of facts in other people's words: what is said right is covered, a value put where it doesn't belong is not."""

import tomllib
from pathlib import Path
from random import Random

import pytest

from ifeval.checks.text.coverage import Reading, covered
from ifeval.tasks.format.briefs import _all, _filled, _texts
from ifeval.tasks.format.slots import draw, fill

FILES = sorted(Path(__file__).with_name("fact_statements").glob("*.toml"))
STATEMENTS = [one for path in FILES for one in tomllib.loads(path.read_text("utf-8"))["statement"]]


@pytest.mark.parametrize("seed", range(3))
def test_right_statements_are_covered_and_misplaced_values_are_not(seed: int) -> None:
    misjudged = []
    for one in STATEMENTS:
        name = one["brief"]
        values = draw(_all()[name][2]["draw"], _texts(name), Random(seed))
        forms = next(fact.forms for fact in _filled(name, values).facts if fact.say == fill(one["say"], values))
        for verdict, key in ((True, "right"), (False, "wrong")):
            said = [fill(statement, values) for statement in one[key]]
            misjudged += [(key, name, text, forms) for text in said if covered(Reading(text), forms) is not verdict]
    assert misjudged == []


def test_there_are_many_statements_of_many_briefs() -> None:
    briefs = {one["brief"] for one in STATEMENTS}
    assert len(briefs) >= 100
    assert sum(len(one["right"]) for one in STATEMENTS) >= 400
    assert sum(len(one["wrong"]) for one in STATEMENTS) >= 150
