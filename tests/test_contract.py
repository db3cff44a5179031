"""Broken plug-ins: each is one sentence that names plug-in, file and remedy, with exit 2, before an engine starts."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.reliability.forked import told

GOOD = """
from random import Random

from ifeval.records import CheckResult, Sample, Score
from ifeval.task import Task


class Sums(Task):
    name = "{name}"
    version = "1"
    family = "zero_shot"
    primary = "right"
    description = "Sums of two numbers"
    size = 8

    def samples(self, seed, limit=None):
        rng = Random(seed)
        for number in range(min(limit or 8, 8)):
            a, b = rng.randrange(100), rng.randrange(100)
            yield Sample(
                id=f"{{seed}}-{{number}}",
                messages=[{{"role": "user", "content": f"What is {{a}} + {{b}}?"}}],
                target=a + b,
                oracle=str(a + b),
            )

    def score(self, sample, response):
        right = response.answer.strip() == str(sample.target)
        return Score((CheckResult(right, "the sum" if right else "not the sum"),), {{"right": float(right)}})
"""

BREAKS = {
    "no version": ('    version = "1"\n', "", ["has no `version`", 'add one, such as version = "1"'.replace('"', "'")]),
    "an integer id": ('id=f"{seed}-{number}"', "id=number", ["has the id 0", "an id is text"]),
    "ids that come twice": ('id=f"{seed}-{number}"', 'id="same"', ["two samples the id 'same'", "must be unique"]),
    "primary is no metric": ('primary = "right"', 'primary = "correct"', ["primary = 'correct'", "the metrics right"]),
    "a metric of 7.5": ("float(right)}", "7.5}", ["the metric right the value 7.5", "from 0 to 1"]),
    "a misspelt score": ("def score(", "def scroe(", ["defines no `score` method", "it defines `scroe`"]),
    "a misspelt prepare": (
        "def score(",
        "def prepair(self):\n        pass\n\n    def score(",
        ["`prepair`", "`prepare`"],
    ),
    "no description": ('    description = "Sums of two numbers"\n', "", ["has no `description`"]),
    "an unknown family": ('family = "zero_shot"', 'family = "sums"', ["family = 'sums'", "choose one of format"]),
    "a score that raises": ("right = response", "right = 1 / 0 or response", ["ZeroDivisionError", "an empty reply"]),
    "samples that raise": (
        "rng = Random(seed)",
        "rng = Random(seed, 2, 3)",
        ["TypeError", "when its samples are drawn"],
    ),
    "samples that differ": (
        "Random(seed)",
        "Random()",
        ["when seed 0 is drawn again", "draw everything from the seed"],
    ),
    "a score of another type": (
        "right = response",
        "return {}\n        right = response",
        ["returns dict", "wanted a Score"],
    ),
    "a size in words": ("size = 8", 'size = "8"', ["size = '8'", "a whole number or None"]),
    "a syntax error": ("class Sums(Task):", "class Sums(Task)", ["cannot be imported: SyntaxError"]),
    "no task at all": ("class Sums(Task):", "class Sums:", ["defines no class that derives from ifeval.task.Task"]),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder per broken plug-in, and a good one beside each."""
    folder = tmp_path_factory.mktemp("plugins")
    for place, (old, new, _) in BREAKS.items():
        name = place.replace(" ", "-").replace(".", "-")
        source = GOOD.format(name=name)
        assert old in source
        for plugin, text in ((name, source.replace(old, new)), (f"good-{name}", GOOD.format(name=f"good-{name}"))):
            (folder / name / plugin).mkdir(parents=True)
            (folder / name / plugin / "task.py").write_text(text)
    return folder


@pytest.mark.parametrize("place", BREAKS)
def test_a_broken_plug_in_is_one_sentence_and_exit_2(place: str, folder: Path, tmp_path: Path) -> None:
    name = place.replace(" ", "-").replace(".", "-")
    out = tmp_path / "run"
    run = told(
        ["run", "--model", "scripted:oracle", "--tasks", name, "--task-path", folder / name, "--out", out], tmp_path
    )
    assert run.returncode == 2, run.stdout + run.stderr
    *_, sentence = run.stderr.strip().splitlines()
    assert "Traceback" not in run.stderr
    assert sentence.startswith("ifeval: ")
    for words in (*BREAKS[place][2], "task.py", name):
        assert words in sentence
    assert not out.exists()


def test_a_broken_plug_in_hides_no_other_one(folder: Path, tmp_path: Path) -> None:
    paths = [part for place in ("no-version", "a-syntax-error") for part in ("--task-path", folder / place)]
    listed = told(["tasks", "list", *paths], tmp_path)
    assert listed.returncode == 2
    assert "good-no-version" in listed.stdout
    assert "good-a-syntax-error" in listed.stdout
    assert "has no `version`" in listed.stderr
    assert "SyntaxError" in listed.stderr
    good = told(["tasks", "validate", "good-no-version", *paths], tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr


def test_validate_says_it_too(folder: Path, tmp_path: Path) -> None:
    found = told(["tasks", "validate", "a-metric-of-7-5", "--task-path", folder / "a-metric-of-7-5"], tmp_path)
    assert found.returncode == 2
    assert "the metric right the value 7.5" in found.stderr


def test_the_builtin_folder_may_be_named(tmp_path: Path) -> None:
    listed = told(["tasks", "list", "--task-path", ROOT / "tasks"], tmp_path)
    assert listed.returncode == 0, listed.stderr
