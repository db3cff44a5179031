"""The task `ifbench`: its samples, its score, and what it says of data that cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row

IFBench = discover()["ifbench"]


def data(folder: Path, *instructions: tuple[str, dict[str, Any]], key: str = "7") -> Path:
    file = folder / "data.jsonl"
    names, arguments = [name for name, _ in instructions], [kwargs for _, kwargs in instructions]
    row = {"key": key, "prompt": "Say hello.", "instruction_id_list": names, "kwargs": arguments}
    file.write_text(json.dumps(row) + "\n")
    return file


def test_a_reply_is_scored_strictly_and_loosely(tmp_path: Path) -> None:
    file = data(tmp_path, ("format:no_whitespace", {"N": None}), ("count:numbers", {"N": 1.0, "keyword": None}))
    task = IFBench(file)
    [sample] = task.samples(seed=0)
    assert sample.id == "7"
    assert sample.messages == [{"role": "user", "content": "Say hello."}]
    response = Response(key="", raw="", finish_reason="stop", answer="Sure:\nhello1")
    score = task.score(sample, response)
    assert score.strict == (False, True)
    assert score.loose == (True, True)
    assert score.metrics == {"prompt_strict": 0.0, "prompt_loose": 1.0}
    assert score.counts["instruction_strict"] == (1, 2)
    assert score.checks[0].reason == "1 white-space character, wanted none"
    report = task.report([Row("7", 0, sample.tags, response, score)])
    assert report["by_instruction"]["format:no_whitespace"] == {"count": 1, "strict": 0.0, "loose": 1.0}


def test_instructions_of_ifeval_may_be_mixed_in(tmp_path: Path) -> None:
    [sample] = IFBench(data(tmp_path, ("punctuation:no_comma", {}), ("words:vowel", {}))).samples(seed=0)
    assert sample.tags == {"instructions": 2}


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        (("words:nonsense", {}), "row 1: unknown instruction 'words:nonsense'"),
        (("count:numbers", {"M": 3}), "row 1: count:numbers has no argument 'M'"),
        (("count:numbers", {"N": None}), "row 1: count:numbers needs the argument 'N'"),
        (("count:numbers", {"N": "3"}), "row 1: count:numbers: N '3' must be"),
        (("count:words_japanese", {"N": 0}), "row 1: count:words_japanese: N 0 must be"),
        (("words:words_position", {"keyword": " "}), "row 1: words:words_position: keyword ' ' must not be blank"),
    ],
)
def test_data_that_cannot_be_used_is_refused_when_read(
    tmp_path: Path, instruction: tuple[str, dict[str, Any]], said: str
) -> None:
    with pytest.raises(UserError, match=r"data\.jsonl") as error:
        list(IFBench(data(tmp_path, instruction)).samples(seed=0))
    assert said in str(error.value)


def test_without_data_the_task_says_how_to_get_it() -> None:
    with pytest.raises(UserError, match="ifeval data fetch ifbench"):
        list(IFBench().samples(seed=0))


def test_all_samples(golden: Path) -> None:
    task = IFBench(golden / "ifbench" / "IFBench_test.jsonl")
    samples = list(task.samples(seed=0))
    assert [sample.id for sample in samples] == [str(number) for number in range(300)]
    assert [sample.id for sample in task.samples(seed=0, limit=3)] == ["0", "1", "2"]
