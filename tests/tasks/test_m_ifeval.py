"""The task `m_ifeval`: its samples, its report, and what it says of data that cannot be used."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.records import Response
from ifeval.registry.plugins import discover
from ifeval.task import Row

MIFEval = discover()["m_ifeval"]


def write(folder: Path, language: str, *instructions: tuple[str, dict[str, Any]], keys: int = 1) -> Path:
    """Rows with the same instructions, their keys counted from 0."""
    names, arguments = [name for name, _ in instructions], [kwargs for _, kwargs in instructions]
    row = {"prompt": "¡Hola!", "instruction_id_list": names, "kwargs": arguments}
    file = folder / f"{language}_input_data.jsonl"
    file.write_text("".join(json.dumps({"key": key, **row}) + "\n" for key in range(keys)))
    return file


def test_a_reply_is_scored_strictly_and_loosely(tmp_path: Path) -> None:
    task = MIFEval(write(tmp_path, "es", ("es:punctuation:no_comma", {}), ("es:startend:quotation", {})))
    [sample] = task.samples(seed=0)
    assert (sample.id, sample.tags) == ("0", {"language": "es", "instructions": 2})
    response = Response("", "", "stop", answer='Claro, aquí está:\n"Hola"')
    score = task.score(sample, response)
    assert score.strict == (False, False)
    assert score.loose == (True, True)
    assert score.metrics == {"prompt_strict": 0.0, "prompt_loose": 1.0}
    report = task.report([Row("0", 0, sample.tags, response, score)])
    assert report["by_instruction"]["es:punctuation:no_comma"] == {"count": 1, "strict": 0.0, "loose": 1.0}
    assert report["instruction_strict_by_language"] == {"es": 0.0}
    assert report["instruction_strict_average"] is None


def test_a_folder_of_languages_is_read_in_turn(tmp_path: Path) -> None:
    write(tmp_path, "es", ("es:punctuation:no_comma", {}), keys=1)
    write(tmp_path, "fr", ("fr:punctuation:no_comma", {}), keys=3)
    write(tmp_path, "ja", ("ja:punctuation:no_comma", {}), keys=2)
    task = MIFEval(tmp_path)
    samples = list(task.samples(0))
    assert [sample.id for sample in samples] == ["es:0", "fr:0", "ja:0", "fr:1", "ja:1", "fr:2"]
    assert list(task.samples(0, limit=4)) == samples[:4]
    scored = [(sample, Response("", "", "stop", answer="a, b")) for sample in samples]
    rows = [Row(sample.id, 0, sample.tags, reply, task.score(sample, reply)) for sample, reply in scored]
    report = task.report(rows)
    assert report["instruction_strict_by_language"] == {"es": 0.0, "fr": 0.0, "ja": 1.0}
    assert report["instruction_strict_average"] == pytest.approx(1 / 3)


def test_the_published_prompts(golden: Path, tmp_path: Path) -> None:
    for language, count in {"es": 115, "fr": 235, "ja": 172}.items():
        file = golden / "m_ifeval" / f"{language}_input_data.jsonl"
        keys = [str(json.loads(line)["key"]) for line in file.read_text("utf-8").splitlines()]
        assert [sample.id for sample in MIFEval(file).samples(0)] == keys
        assert len(keys) == count
        shutil.copy(file, tmp_path)
    assert len({sample.id for sample in MIFEval(tmp_path).samples(0)}) == 522


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        (("es:words:nonsense", {}), "row 1: unknown instruction 'es:words:nonsense'"),
        (("punctuation:no_comma", {}), "row 1: unknown instruction 'punctuation:no_comma'"),
        (("es:special_character:enie", {}), "row 1: es:special_character:enie needs the argument 'let_frequency'"),
        (
            ("fr:length_constraints:number_words", {"num_words": 3, "relation": "al menos"}),
            "row 1: fr:length_constraints:number_words: relation 'al menos' must be one of au moins, moins de",
        ),
        (
            ("fr:special_character:accents", {"word_to_accentuate": {"a": 1}}),
            "row 1: fr:special_character:accents: word_to_accentuate {'a': 1} must map words to words",
        ),
        (
            ("ja:keywords:letter_frequency", {"letter": "a", "let_frequency": 1, "let_relation": "以上"}),
            "row 1: ja:keywords:letter_frequency: letter 'a' must be one hiragana",
        ),
    ],
)
def test_data_that_cannot_be_used(tmp_path: Path, instruction: tuple[str, dict[str, Any]], said: str) -> None:
    with pytest.raises(UserError, match=r"xx_input_data\.jsonl") as error:
        MIFEval(write(tmp_path, "xx", instruction)).prepare()
    assert said in str(error.value)


def test_a_file_holds_one_language(tmp_path: Path) -> None:
    file = write(tmp_path, "xx", ("es:punctuation:no_comma", {}), ("fr:punctuation:no_comma", {}))
    with pytest.raises(UserError, match="key '0': es and fr in one file"):
        MIFEval(file).prepare()


def test_without_data_the_task_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ifeval data fetch m_ifeval"):
        MIFEval().prepare()
    with pytest.raises(UserError, match=r"holds no \.jsonl files"):
        MIFEval(tmp_path).prepare()
