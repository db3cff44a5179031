"""What the recipes of a story cost and changed, as a table: cells of "before to after" with the paired difference."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ifeval.comparison.baselines import find
from ifeval.comparison.differences import compare
from ifeval.models.checkpoint import read_json
from ifeval.runs.run import Run, load_run
from ifeval.stats.differences import paired_t_interval
from ifeval.util.tables import markdown, points, signed, span

COSTS = ("documents", "tokens in all", "tokens read", "steps", "seconds", "tokens/s", "peak GiB", "loss")

SHOWN = {
    "unseen_styles both": "constraints and facts, unseen phrasings",
    "unseen_styles followed": "constraints alone, unseen phrasings",
    "unseen_styles covered": "facts alone, unseen phrasings",
    "unseen_styles invented": "figures or names invented, unseen phrasings",
    "seen_styles both": "constraints and facts, phrasings of training",
    "tool_calls correct": "tool calls right",
    "tool_calls called": "tool calls tried",
    "tool_calls refrained": "no call where none is wanted",
    "tool_calls answered": "no call, and the right words",
    "zero_shot correct": "kinds of tasks, all",
    "questions answered": "plain questions answered",
    "questions finished": "plain questions, replies that ended",
    "wrong_in_any_reply sound": "everyday requests, nothing wrong",
    "manner finished": "everyday requests, replies that ended",
    "manner refusal": "everyday requests: refusals",
    "manner list": "everyday requests: lists",
    "manner opening_phrase": "everyday requests: stock openings",
    "manner repetition": "everyday requests: repetition",
    "manner distinct_2": "everyday requests: distinct pairs of words",
    "all truncated": "cut at the token limit",
    "ifeval prompt_strict": "IFEval, prompt strict",
    "ifeval prompt_loose": "IFEval, prompt loose",
    "ifeval instruction_strict": "IFEval, instruction strict",
    "ifeval instruction_loose": "IFEval, instruction loose",
    "ifeval truncated": "IFEval: cut at the token limit",
}
"""The metrics of a comparison that the table shows, and in which words; compare.json has them all."""


def recipes_table(work: Path, says: Mapping[str, str]) -> str:
    """Markdown of all trained models below `work` that were examined; `says`: what each recipe is, by name."""
    exam = work / "exam"
    told = _trained(work)
    by_recipe = {recipe: [name for name in told if name.partition("-seed")[0] == recipe] for recipe in says}
    names = [name for of_recipe in by_recipe.values() for name in of_recipe]
    costs = [[name, *cost(work / "models" / name)] for name in names]
    changes: dict[str, dict[str, str]] = {}
    for name in names:
        for old, new in ((exam / "base", exam / name), (exam / "base-ifeval", exam / f"{name}-ifeval")):
            if all((run / "summary.json").exists() for run in (old, new)):
                for row, text in differences(load_run(old), load_run(new)):
                    changes.setdefault(row, {})[name] = text
    rows = [[row, *(by.get(name, "") for name in names)] for row, by in changes.items()]
    return "\n".join([
        "# Recipes", "", *(f"- **{recipe}**: {says[recipe]}." for recipe, models in by_recipe.items() if models), "",
        *markdown([["recipe", *COSTS], *costs]), "",
        "Before and after in percent, and the paired difference with its 95 % interval in points:", "",
        *markdown([["", *names], *rows]), "",
    ])  # fmt: skip


def _trained(work: Path) -> Sequence[str]:
    """The models that were trained and examined."""
    models = sorted(path.parent.name for path in (work / "models").glob("*/ifeval_sft.json"))
    return [name for name in models if (work / "exam" / name / "summary.json").exists()]


def cost(model: Path) -> list[str]:
    """What a training read, how long it took, and how its loss went (first and last five steps)."""
    record = read_json(model / "ifeval_sft.json")
    counts, training = record["counts"], record["training"]
    losses = [loss for _, loss in training["loss"]]
    first, last = (sum(part) / len(part) for part in (losses[:5], losses[-5:]))
    return [
        f"{counts['documents']:,}", f"{counts['tokens']:,}", f"{training['tokens']:,}", f"{training['steps']}",
        f"{training['seconds']:.0f}", f"{training['tokens'] / training['seconds']:,.0f}",
        f"{training['peak_memory_bytes'] / 2**30:.1f}", f"{first:.2f} to {last:.2f}",
    ]  # fmt: skip


def differences(old: Run, new: Run) -> Iterator[tuple[str, str]]:
    """Name and change of the metrics shown, of clusters seen and unseen, and of the lengths of replies.

    Form and facts are shown apart too: form alone is what a model learns that says nothing.
    """
    found = compare(find(str(old.path), []), find(str(new.path), []))
    real = "ifeval" in old.summary["tasks"]
    by_name = {f"{row.name} {row.metric}": row for row in (*found.tasks, *found.metrics)}
    by_name |= {f"{'ifeval' if real else 'all'} {row.metric}": row for row in found.rates}
    for name, words in SHOWN.items():
        if row := by_name.get(name):
            yield words, change(row.baseline, row.candidate, row.interval)
    if real:
        return
    for side, frame in unseen_items(old, new):
        interval = paired_t_interval(frame["new"] - frame["old"])
        yield f"kinds of tasks, {side} clusters", change(frame["old"].mean(), frame["new"].mean(), interval)
    for task, words in (("manner", "everyday requests"), ("questions", "plain questions")):
        means = [run.summary["tasks"][task]["report"]["words"]["mean"] for run in (old, new)]
        yield f"{words}: mean words", f"{means[0]:.0f} to {means[1]:.0f}"


def unseen_items(old: Run, new: Run) -> Iterator[tuple[str, Any]]:
    """Scores of both runs by item (the mean of its wordings), for the clusters of training and for the others."""
    trained = set(new.summary["tasks"]["zero_shot"]["seen"]["clusters"])
    sides = [run.samples[run.samples["task"] == "zero_shot"].set_index("sample_id") for run in (old, new)]
    frame = sides[0][["tag.item", "tag.cluster"]].assign(old=sides[0]["metric.correct"], new=sides[1]["metric.correct"])
    frame = frame.dropna()  # a run of fewer prompts is compared on those it has
    for name, seen in (("seen", True), ("unseen", False)):
        yield name, frame[frame["tag.cluster"].isin(trained) == seen].groupby("tag.item")[["old", "new"]].mean()


def change(old: float, new: float, interval: Any) -> str:
    return f"{points(old)} to {points(new)}: **{signed(interval.estimate)}** {span(interval)}"
