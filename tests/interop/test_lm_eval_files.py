"""Which of lm-eval's files belong together, whatever they are called, and what of them can be used."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ifeval.errors import UserError
from ifeval.interop.importing import Choices, kind_of, read
from ifeval.interop.rescoring import write_rescored
from ifeval.interop.writing import announcement, write_run
from ifeval.runs.run import load_run
from tests.interop.samples import LM_EVAL, LM_EVAL_RESULTS

EARLY, LATE = "2026-11-27T11-00-02.270753", "2026-11-28T09-30-00"


def rows(path: Path, values: Any = LM_EVAL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in values))
    return path


def results(path: Path, **changes: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**LM_EVAL_RESULTS, **changes}))
    return path


def evaluation(folder: Path, time: str = EARLY, task: str = "toy", name: str = "results", **changes: Any) -> Path:
    rows(folder / f"samples_{task}_{time}.jsonl")
    return results(folder / f"{name}_{time}.json", **changes)


def scores(source: Path, out: Path) -> Mapping[str, float]:
    return {name: task.primary.estimate for name, task in load_run(write_run(read([source]), out)).tasks.items()}


def test_several_models_in_a_folder_are_refused(tmp_path: Path) -> None:
    evaluation(tmp_path / "all" / "a")
    evaluation(tmp_path / "all" / "b")
    with pytest.raises(UserError, match=r"several folders .*; give the folder of one model"):
        read([tmp_path / "all"])
    evaluation(tmp_path / "all" / "b", model_name="other")
    with pytest.raises(UserError, match="is of other, not of o/m; give the files of one model"):
        read([tmp_path / "all" / "a", tmp_path / "all" / "b"])


def test_evaluations_of_one_model_make_one_run(tmp_path: Path) -> None:
    """As lm-eval writes them when it is run twice with the same --output_path; of the same task the later one counts."""
    evaluation(tmp_path, EARLY, "first")
    evaluation(tmp_path, EARLY, "toy")
    evaluation(tmp_path, LATE, "toy")
    run = read([tmp_path])
    assert set(run.tasks) == {"first", "toy"}
    assert len(run.samples) == 4
    assert f"toy: the samples of results_{EARLY}.json are left out, for there are later ones" in announcement(run)
    evaluation(tmp_path, "2026-11-29T09-30-00", "toy", system_instruction="Be brief.")
    run = read([tmp_path])
    assert set(run.tasks) == {"toy"}
    assert "was made with other settings" in announcement(run)


@pytest.mark.parametrize("given", ["folder", "results", "samples"])
def test_a_results_file_may_have_a_name_of_its_own(tmp_path: Path, given: str) -> None:
    """As `--output_path out/mine.json` has it."""
    named = evaluation(tmp_path / "out", name="mine")
    source = {"folder": named.parent, "results": named, "samples": named.parent / f"samples_toy_{EARLY}.jsonl"}[given]
    assert kind_of(source) == "lm-eval"
    assert read([source]).model == "o/m"
    assert scores(source, tmp_path / "run") == {"toy": 0.5}


def test_files_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    assert scores(rows(tmp_path / "samples_toy.jsonl"), tmp_path / "a") == {"toy": 0.5}
    plain = [{**row, "arguments": [["q", {"until": []}]]} for row in LM_EVAL]
    assert scores(results(tmp_path / "dump.json", samples={"toy": plain}), tmp_path / "b") == {"toy": 0.5}
    with pytest.raises(UserError, match="has no samples beside it; run lm_eval with --log_samples"):
        read([results(tmp_path / "old.json")])


def test_a_task_without_a_share_costs_the_others_nothing(tmp_path: Path) -> None:
    evaluation(tmp_path)
    rows(tmp_path / f"samples_wiki_{EARLY}.jsonl", [{**row, "metrics": ["ppl"], "ppl": 12.5} for row in LM_EVAL])
    run = read([tmp_path])
    write_run(run, tmp_path / "run")
    assert set(load_run(tmp_path / "run").tasks) == {"toy"}
    assert "left out, for no sample has a score between 0 and 1: wiki" in announcement(run)


def test_the_metric_is_that_of_the_tasks_which_have_it(tmp_path: Path) -> None:
    evaluation(tmp_path)
    rows(
        tmp_path / f"samples_more_{EARLY}.jsonl",
        [{**row, "metrics": ["acc", "norm"], "norm": 1.0} for row in LM_EVAL],
    )
    run = read([tmp_path], None, Choices(metric="norm"))
    assert {name: task.primary for name, task in run.tasks.items()} == {"toy": "acc", "more": "norm"}
    with pytest.raises(UserError, match="--task mine: there are several tasks"):
        read([tmp_path], None, Choices(task="mine"))


def test_replies_without_scores_are_scored_here(tmp_path: Path) -> None:
    """As --predict_only leaves them; the task of the leaderboard is IFEval by another name."""
    document = {
        "key": 7,
        "prompt": "Say it without a comma.",
        "instruction_id_list": ["punctuation:no_comma"],
        "kwargs": [{}],
    }
    row = {**LM_EVAL[0], "doc": document, "metrics": ["bypass"], "bypass": None, "resps": [["No comma."]]}
    source = rows(tmp_path / f"samples_leaderboard_ifeval_{EARLY}.jsonl", [row])
    with pytest.raises(UserError, match="no sample has a score between 0 and 1"):
        write_run(read([source]), tmp_path / "plain")
    run = read([source], None, Choices(task="ifeval"))
    scored = load_run(write_rescored(run, tmp_path / "run", {}))
    assert scored.tasks["ifeval"].metrics["prompt_strict"].estimate == 1.0
