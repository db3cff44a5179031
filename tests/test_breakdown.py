"""Scores by a tag: the summary's own numbers, floors and other seeds beside them, and how far columns agree."""

from collections.abc import Iterator

import pytest

import ifeval
from ifeval.cli.show import print_breakdowns
from ifeval.errors import UserError
from ifeval.registry.plugins import discover
from ifeval.runs.breakdown import agreement, breakdowns, to_text
from ifeval.runs.run import Run
from ifeval.util.jsonio import dumps, loads
from tests.drawn import share


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """The oracle, and a model that is right in every second cluster, under two seeds."""
    folder = tmp_path_factory.mktemp("runs")

    def half(name: str, seed: int) -> Run:
        rows = [
            {
                "prompt": sample.messages[-1]["content"],
                "response": sample.oracle if place % 2 else "I would rather not say.",
            }
            for place, sample in enumerate(discover()["zero_shot"]().samples(seed, 128))
        ]
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(dumps, rows)))
        model = f"replay:{folder / name}.jsonl"
        return ifeval.evaluate(model, tasks="zero_shot", limit=128, seed=seed, out=folder / name, cache=False)

    with pytest.MonkeyPatch.context() as patch:
        share(patch, "zero_shot")
        tasks = ["zero_shot", "tool_calls"]
        oracle = ifeval.evaluate("scripted:oracle", tasks=tasks, limit=128, out=folder / "oracle", cache=False)
        yield {"oracle": oracle, "half": half("half", 0), "other": half("other", 1)}


def test_one_run_shows_every_metric_as_the_summary_has_it(runs: dict[str, Run]) -> None:
    (table,) = breakdowns([runs["half"]], "cluster")
    assert (table.task, table.columns) == ("zero_shot", ("correct", "exact"))
    assert table.values[-1] == "all"
    summary = runs["half"].summary["tasks"]["zero_shot"]
    for value, cells in zip(table.values[:-1], table.cells, strict=False):
        wanted = summary["by"]["cluster"][value]
        assert (cells[0].estimate, cells[0].low, cells[0].high) == (wanted["value"], wanted["low"], wanted["high"])
    assert table.cells[-1][0].estimate == summary["metrics"]["correct"]["value"]
    assert dict(zip(table.values, table.chance, strict=True))["conditional"] > 0.2


def test_several_runs_stand_side_by_side(runs: dict[str, Run]) -> None:
    (table,) = breakdowns([runs["half"], runs["other"], runs["oracle"]], "cluster")
    assert table.columns == ("half", "other", "oracle")
    assert {row[2].estimate for row in table.cells} == {1.0}
    seeds, ceiling = agreement(table)
    assert seeds.startswith("other against half: correlation ")
    assert "18 of 18 values agree" in seeds
    assert "correlation" not in ceiling, "a column without spread has none"


def test_numbers_sort_by_size_and_tasks_are_chosen(runs: dict[str, Run], capsys: pytest.CaptureFixture[str]) -> None:
    (table,) = breakdowns([runs["oracle"]], "tools", "tool_calls")
    numbers = [int(value) for value in table.values[:-1]]
    assert numbers == sorted(numbers)
    assert to_text(table)[0].split() == [
        *("tool_calls", "n", "correct", "correct_any_form", "called", "parsed", "refrained", "answered")
    ]
    print_breakdowns([runs["oracle"].path], "kind", None, json=False)
    assert capsys.readouterr().out.startswith("tool_calls ")
    print_breakdowns([runs["oracle"].path], "kind", "tool_calls", json=True)
    records = [loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {record["score"] for record in records if record["column"] == "correct" and record["n"]} == {1.0}
    assert records[-1]["value"] == "all"
    assert records[-1]["n"] <= 128


def test_an_unknown_tag_is_one_sentence(runs: dict[str, Run]) -> None:
    with pytest.raises(UserError, match=r"--by colour: no task of .* has that tag"):
        list(breakdowns([runs["oracle"]], "colour"))


def test_scores_by_the_length_of_thoughts(tmp_path) -> None:
    from ifeval.runs.breakdown import thought_length

    assert [thought_length(text, cut) for text, cut in ((None, False), ("", False), ("a b", False), ("a", True))] == [
        *("no thought", "no thought", "1-29 words", "never ended")
    ]
    assert thought_length("a " * 30, False) == "30-99 words"
    assert thought_length("a " * 5000, False) == "3000 words and more"
    reply = "<think>" + "hm " * 40 + "</think>Yes."
    run = ifeval.evaluate(f"scripted:constant={reply}", tasks=["format"], limit=4, out=tmp_path / "run", cache=False)
    (table,) = breakdowns([run], "thinking")
    assert table.values == ("30-99 words", "all")
    with pytest.raises(UserError, match="thinking"):
        list(
            breakdowns(
                [ifeval.evaluate("scripted:empty", tasks=["format"], limit=2, out=tmp_path / "none")], "thinking"
            )
        )
