"""The tasks `ifeval` and `ifeval-fixed`: data in, samples and scores out."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from ifeval.errors import UserError
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row, Task

ROW = {
    "key": 7,
    "prompt": "No commas, please.",
    "instruction_id_list": ["punctuation:no_comma", "length_constraints:number_words"],
    "kwargs": [{"num_words": None}, {"num_words": 0, "relation": "at least", "letter": None}],
}


@pytest.fixture(scope="module")
def tasks() -> dict[str, type[Task]]:
    return discover()


def written(folder: Path, *rows: dict) -> Path:
    file = folder / "data.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def reply(answer: str) -> Response:
    return Response("key", answer, "stop", answer=answer)


def test_rows_become_samples(tasks: dict[str, type[Task]], tmp_path: Path) -> None:
    task = tasks["ifeval"](written(tmp_path, ROW, ROW | {"key": "b"}))
    first, second = task.samples(seed=0)
    assert (first.id, second.id) == ("7", "b")
    assert first.messages == [{"role": "user", "content": "No commas, please."}]
    assert first.target == (
        ("punctuation:no_comma", {}),
        # null is dropped, zero is not
        ("length_constraints:number_words", {"num_words": 0, "relation": "at least"}),
    )
    assert first.tags == {"instructions": 2}
    assert [sample.id for sample in task.samples(seed=0, limit=1)] == ["7"]


def test_score_and_report(tasks: dict[str, type[Task]], tmp_path: Path) -> None:
    task = tasks["ifeval"](written(tmp_path, ROW))
    (sample,) = task.samples(seed=0)
    score = task.score(sample, reply("Sure, here:\nno comma here"))
    assert score.strict == (False, True)
    assert score.loose == (True, True)
    assert score.metrics[task.primary] == 0.0
    report = task.report([Row("7", 0, sample.tags, reply(""), score)])
    assert report["by_instruction"]["punctuation:no_comma"] == {"count": 1, "strict": 0.0, "loose": 1.0}
    assert task.score(sample, Response("key", "<think>…", "length", unclosed_reasoning=True)).strict == (False, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"instruction_id_list": ["punctuation:no_comma", "x:y"]}, "row 2: unknown instruction 'x:y'"),
        ({"kwargs": [{}]}, "row 2: 2 instruction ids and 1 kwargs"),
        ({"kwargs": [{"n": 1}, {}]}, "row 2: punctuation:no_comma has no argument 'n'"),
        ({"kwargs": [{}, {"relation": "at least"}]}, "needs the argument 'num_words'"),
        ({"kwargs": [{}, None]}, "must be an object"),
        ({"prompt": None}, "row 2: 'prompt' must be a string"),
        ({"key": None}, "row 2: 'key' must be a number or a string"),
        ({"key": 7}, "row 2: key '7' comes twice"),
    ],
)
def test_bad_rows_are_named(tasks: dict[str, type[Task]], tmp_path: Path, change: dict, message: str) -> None:
    file = written(tmp_path, ROW, ROW | {"key": 8} | change)
    with pytest.raises(UserError) as caught:
        list(tasks["ifeval"](file).samples(seed=0))
    assert str(file) in str(caught.value)
    assert message in str(caught.value)


def test_data_is_asked_for(tasks: dict[str, type[Task]], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ifeval data fetch ifeval"):
        list(tasks["ifeval"]().samples(seed=0))
    with pytest.raises(UserError, match=r"holds 0 \.jsonl files"):
        list(tasks["ifeval"](tmp_path).samples(seed=0))
    with pytest.raises(UserError, match="holds no prompts"):
        list(tasks["ifeval"](written(tmp_path)).samples(seed=0))


def test_a_folder_with_one_file_will_do(tasks: dict[str, type[Task]], tmp_path: Path) -> None:
    written(tmp_path, ROW)
    assert len(list(tasks["ifeval"](tmp_path).samples(seed=0))) == 1


def test_fixed_mends_the_three_contradictory_rows(tasks: dict[str, type[Task]], golden: Path) -> None:
    file = golden / "ifeval" / "input_data.jsonl"
    faithful = {sample.id: sample for sample in tasks["ifeval"](file).samples(seed=0)}
    fixed = {sample.id: sample for sample in tasks["ifeval-fixed"](file).samples(seed=0)}
    assert len(faithful) == 541
    assert set(faithful) - set(fixed) == {"2078"}
    assert {key for key, sample in fixed.items() if sample.target != faithful[key].target} == {"30", "337"}
    assert fixed["337"].target[0][1]["num_words"] == 400
    assert fixed["30"].target[0] == ("change_case:english_lowercase", {})


def test_data_of_ones_own_is_left_alone(tasks: dict[str, type[Task]], tmp_path: Path) -> None:
    (sample,) = tasks["ifeval-fixed"](written(tmp_path, ROW | {"key": 337})).samples(seed=0)
    assert sample.target[1][1]["num_words"] == 0


def test_a_limit_takes_a_prefix(tasks: dict[str, type[Task]], golden: Path) -> None:
    task = tasks["ifeval-fixed"](golden / "ifeval" / "input_data.jsonl")
    prefixes = [[sample.id for sample in task.samples(seed=0, limit=limit)] for limit in (3, 50)]
    assert all(long[: len(short)] == short for short, long in pairwise(prefixes))
    assert [len(prefix) for prefix in prefixes] == [3, 50]
