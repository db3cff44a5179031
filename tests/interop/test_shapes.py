"""Files in the shapes that tools write besides the plainest: repeats, graders, several logs, parts that are missing."""

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.interop.importing import Choices, kind_of, read
from ifeval.interop.plain import Columns
from ifeval.interop.writing import announcement, write_run
from ifeval.runs.run import Run, load_run
from tests.interop import samples


def written(path: Path, value: Any) -> Path:
    """JSON, or JSONL where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in value) if path.suffix == ".jsonl" else json.dumps(value))
    return path


def imported(out: Path, *sources: Path, choices: Choices | None = None) -> Run:
    return load_run(write_run(read(sources, None, choices), out))


def log(values: Sequence[Any], **changes: Any) -> dict[str, Any]:
    """A log of inspect's whose samples have these scores; changes go into `eval`."""
    made = copy.deepcopy(samples.INSPECT)
    made["eval"] |= changes
    made["samples"] = [{**made["samples"][0], "id": place, "scores": {"s": {"value": value}}}
                       for place, value in enumerate(values)]  # fmt: skip
    return made


def test_inspects_words_and_numbers_are_scores(tmp_path: Path) -> None:
    run = imported(tmp_path / "run", written(tmp_path / "l.json", log(["C", "P", "N", "yes", "False", "0.25", True])))
    assert list(run.samples.sort_values("sample_id")["metric.s"]) == [1.0, 0.5, 0.0, 1.0, 0.0, 0.25, 1.0]
    graded = imported(tmp_path / "two", written(tmp_path / "m.json", log([{"a": "C", "b": 0.5}, {"a": "I", "b": [1]}])))
    assert graded.tasks["sums"].metrics["s.a"].estimate == 0.5


def test_a_folder_of_logs_is_a_run_of_several_tasks(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    written(folder / "1.json", {**log([1], task_id="a", created="2026-11-01"), "status": "error"})
    written(folder / "2.json", log([1, 0], task_id="a", created="2026-11-02"))  # what eval-retry made of it
    failed = {**log([], task="other", task_id="b"), "status": "error"}
    written(folder / "3.json", failed)
    written(folder / "tokenizer.json", {"version": "1.0"})
    written(folder / "list.json", [1])
    assert kind_of(folder) == "inspect"
    run = read([folder])
    assert {name: len(run.samples) for name in run.tasks} == {"sums": 2}
    assert "3.json has no samples: its status is error" in announcement(run)
    with pytest.raises(UserError, match="has no samples"):
        read([written(tmp_path / "alone.json", failed)])
    written(folder / "4.json", log([1], task_id="c"))
    with pytest.raises(UserError, match="holds sums, as an earlier file does"):
        read([folder])


def promptfoo(places: Sequence[tuple[int, int, str]], repeat: int = 1) -> dict[str, Any]:
    """Results of (test, prompt, provider), each test `repeat` times, which promptfoo numbers as further tests."""
    whole = copy.deepcopy(samples.PROMPTFOO)
    passed = whole["results"]["results"][0]
    whole["results"]["results"] = [
        {**passed, "testIdx": test * repeat + again, "promptIdx": prompt, "provider": {"id": provider},
         "prompt": {"raw": f"{test} in prompt {prompt % 2}"}, "vars": {"n": test}}
        for test, prompt, provider in places for again in range(repeat)
    ]  # fmt: skip
    return whole


def test_repeats_of_promptfoo_are_repeats_of_a_sample(tmp_path: Path) -> None:
    source = written(tmp_path / "o.json", promptfoo([(0, 0, "a"), (1, 0, "a")], repeat=3))
    run = imported(tmp_path / "run", source)
    assert run.manifest["settings"]["repeats"] == 3
    assert run.tasks["smoke"].primary.n == 2


def test_prompts_of_two_providers_have_the_same_numbers(tmp_path: Path) -> None:
    """promptfoo counts a provider's prompts on from those of the one before."""
    places = [(test, prompt, "ab"[prompt // 2]) for test in range(2) for prompt in range(4)]
    source = written(tmp_path / "o.json", promptfoo(places))
    ids = {name: {sample.id for sample in read([source], None, Choices(model=name)).samples} for name in "ab"}
    assert ids["a"] == ids["b"] == {"0/0", "0/1", "1/0", "1/1"}


def test_promptfoo_writes_lines_too(tmp_path: Path) -> None:
    source = written(tmp_path / "o.jsonl", samples.PROMPTFOO["results"]["results"])
    assert kind_of(source) == "promptfoo"
    assert imported(tmp_path / "run", source).tasks["promptfoo"].primary.estimate == 0.5


def test_what_a_grader_of_openai_evals_said_is_no_reply(tmp_path: Path) -> None:
    asked = {"sample_id": "sums.dev.0", "type": "sampling", "data": {"prompt": "Is 2 right?", "sampled": ["Yes"]}}
    graded = {"sample_id": "sums.dev.0", "type": "metrics", "data": {"choice": "Y", "score": 1.0}}
    run = read([written(tmp_path / "o.jsonl", [*samples.OPENAI[:3], asked, graded])])
    (sample,) = run.samples
    assert sample.reply == "2"
    assert sample.metrics == {"correct": 1.0, "score": 1.0}


def test_every_eval_ever_has_repeats_and_conversations(tmp_path: Path) -> None:
    said = [{"turn_idx": 0, "role": "user", "content": "q"}, {"turn_idx": 1, "role": "assistant", "content": "a"}]
    talk = {**samples.EVERY_EVAL_EVER[0], "output": None, "messages": said}
    again = {**samples.EVERY_EVAL_EVER[0], "evaluation": {"score": 0.0, "is_correct": False}}
    run = imported(
        tmp_path / "run", written(tmp_path / "e_samples.jsonl", [talk, again, *samples.EVERY_EVAL_EVER[1:] * 2])
    )
    assert run.manifest["settings"]["repeats"] == 2
    assert run.tasks["sums"].primary.estimate == 0.25
    assert set(run.samples["reply"]) == {"a"}


def test_a_metric_without_an_id_that_is_better_when_lower_is_left_out(tmp_path: Path) -> None:
    rows = [{name: value for name, value in row.items() if name != "evaluation_result_id"}
            for row in samples.EVERY_EVAL_EVER]  # fmt: skip
    result = {"evaluation_name": "sums", "metric_config": {"lower_is_better": True}}
    written(tmp_path / "e.json", {"schema_version": "0.3.0", "model_info": {}, "evaluation_results": [result]})
    written(tmp_path / "e_samples.jsonl", rows)
    with pytest.raises(UserError, match="no sample has a score between 0 and 1"):
        write_run(read([tmp_path / "e.json"]), tmp_path / "run")


def test_a_cell_of_a_table_keeps_its_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('id,reply,score,repeat\n\n1,"One.\n\nTwo.",1,0\n')
    assert read([tmp_path / "t.csv"]).samples[0].reply == "One.\n\nTwo."
    (tmp_path / "t.csv").write_text("id,score,repeat\n1,1,first\n")
    with pytest.raises(UserError, match="row 1, column 'repeat': 'first' is no number of a repeat"):
        read([tmp_path / "t.csv"])


def test_a_table_is_named_by_flags(tmp_path: Path) -> None:
    source = written(tmp_path / "t.jsonl", [{"n": 1, "ok": "pass"}, {"n": 2, "ok": "fail"}])
    choices = Choices("m", "quiz", None, Columns(id="n", scores=("ok",)))
    assert imported(tmp_path / "run", source, choices=choices).tasks["quiz"].primary.estimate == 0.5


def test_a_metric_that_only_some_samples_have_counts_those(tmp_path: Path) -> None:
    first, second = ({**samples.EVERY_EVAL_EVER[0], "sample_id": str(place)} for place in range(2))
    rows = [first, {**first, "evaluation_result_id": "other"}, second, second]
    run = imported(tmp_path / "run", written(tmp_path / "e_samples.jsonl", rows))
    assert {name: metric.n for name, metric in run.tasks["sums"].metrics.items() if "@" not in name} == {
        "acc": 2, "other": 1,
    }  # fmt: skip
