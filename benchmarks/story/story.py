"""Fine-tune a small model and show what it did: gains and losses side by side.

python benchmarks/story/story.py [--model DIR] [--chat-template FILE] [--recipes NAME,NAME] [--ifeval PATH] [--limit N]
    [--steps N] [--seed N] [--work DIR] [--results DIR]

Every step is an `ifeval` command, printed before it runs; what is there already is not made again, so a story that was
interrupted goes on. story.toml says what is asked, held out and tried; docs/story.md tells what came out.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ifeval.comparison.baselines import find
from ifeval.comparison.differences import compare
from ifeval.models.checkpoint import read_json
from ifeval.runs.run import Run, load_run
from ifeval.stats.differences import paired_t_interval
from ifeval.util.tables import markdown, points, signed, span

HERE = Path(os.path.relpath(Path(__file__).parent))
IFEVAL = str(Path(sys.executable).with_name("ifeval"))
EXAM, PRACTICE = ["--task-path", str(HERE / "exam")], ["--task-path", str(HERE / "practice")]
IFEVAL_TOKENS = 256


class Story:
    """One base model, its recipes, and where everything lies. `extra`: flags of every run, such as --limit 4."""

    def __init__(
        self, model: str, work: Path, results: Path, ifeval: Path | None, extra: Sequence[str], template: Path | None
    ) -> None:
        self.model, self.work, self.results, self.ifeval, self.extra = model, work, results, ifeval, extra
        self.template = ["--chat-template", str(template)] if template else []
        self.plan = tomllib.loads((HERE / "story.toml").read_text())
        self.held_out = [
            flag
            for tag, values in self.plan["held_out"].items()
            for value in values
            for flag in ("--hold-out", f"{tag}={value}")
        ]

    def exam(self, model: str, name: str) -> Path:
        """Evaluate a checkpoint; the run's folder. Real IFEval is a run of its own, for its longer replies."""
        run = self.work / "exam" / name
        self.step("run", *self.asked(model), "--tasks", HERE / "story.toml", *EXAM, "--out", run, *self.extra)
        return run

    def asked(self, model: str) -> list[str]:
        """A model as a run is given it: the base model with the template to train with, trained ones have it."""
        return ["--model", model, *(self.template if model == self.model else ())]

    def real_ifeval(self, model: str, name: str) -> Path | None:
        """The 541 prompts of IFEval; None where they are not there."""
        if self.ifeval is None:
            return None
        run = self.work / "exam" / f"{name}-ifeval"
        flags = ["--data", self.ifeval, "--max-tokens", IFEVAL_TOKENS, "--out", run, *self.extra]
        self.step("run", *self.asked(model), "--tasks", "ifeval", *flags)
        return run

    def own_replies(self, kind: str) -> Path:
        """The base model's good replies to `practice` or `everyday` requests, curated."""
        run, good, best = self.work / "own" / kind, self.work / f"{kind}-good.jsonl", self.work / f"{kind}.jsonl"
        self.step("run", *self.asked(self.model), "--tasks", kind, *PRACTICE, "--out", run, *self.extra)
        self.step("data", "make", "--replay", run, *self.held_out, *EXAM, "--out", good, makes=good)
        self.step("data", "curate", good, "--keep", 1000, *EXAM, "--out", best, makes=best)
        return best

    def tune(self, name: str, flags: Sequence[str]) -> Path:
        """Make a recipe's data and train on it; the checkpoint's folder."""
        recipe = self.plan["recipes"][name]
        data = [self.own_replies(kind) for kind in recipe["own"]]
        made, out = self.work / f"{name}.jsonl", self.work / "models" / name
        tasks = [flag for task in recipe["make"] for flag in ("--task", task)]
        self.step("data", "make", *tasks, *self.held_out, *EXAM, "--out", made, makes=made)
        data.append(made)
        self.step("data", "check", *data, "--model", self.model, *EXAM)
        mix = [flag for file in data for flag in ("--data", file)]
        record = out / "ifeval_sft.json"
        self.step("sft", *self.asked(self.model), *mix, "--out", out, *recipe["sft"], *flags, makes=record)
        return out

    def step(self, *arguments: object, makes: Path | None = None, code: Sequence[int] = (0,)) -> str:
        """Print and run an `ifeval` command, unless what it makes is there; its standard output."""
        words = [str(argument) for argument in arguments]
        print(f"\n$ ifeval {shlex.join(words)}", flush=True)
        if makes is not None and makes.exists():
            print(f"{makes} is there already.")
            return ""
        done = subprocess.run([IFEVAL, *words], stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, end="", flush=True)
        if done.returncode not in code:
            sys.exit(done.returncode)
        return done.stdout

    def publish(self, base: Path, tuned: Path, ifeval: Sequence[Path | None]) -> None:
        """Comparison, gate, leaderboard and report below results/story; no prompt of an external benchmark is in them."""
        self.results.mkdir(parents=True, exist_ok=True)
        self.write("compare.txt", self.step("compare", base, tuned))
        self.write("compare.json", self.step("compare", base, tuned, "--json"))
        judged = ["gate", tuned, "--baseline", base, "--policy", HERE / "gate.toml"]
        said = self.step(*judged, "--markdown", self.results / "gate.md", code=(0, 1, 3))
        self.write("gate.txt", said)
        self.write("gate.json", self.step(*judged, "--json", code=(0, 1, 3)))
        if None not in ifeval:
            self.write("ifeval.txt", self.step("compare", *ifeval, "-n", 0))
        self.step("leaderboard", self.work / "exam", "--no-published", "--out", self.results)
        self.step("report", base, tuned, "--failures", 20, "-o", self.results / "report.html")

    def write(self, name: str, text: str) -> None:
        (self.results / name).write_text(text)

    def recipes_table(self, base: Path, base_ifeval: Path | None) -> str:
        """What every recipe that was run cost, and what it changed."""
        names = [name for name in self.plan["recipes"] if (self.work / "exam" / name / "summary.json").exists()]
        costs = [[name, *cost(self.work / "models" / name)] for name in names]
        changes: dict[str, dict[str, str]] = {}
        for name in names:
            pairs = [(base, self.work / "exam" / name), (base_ifeval, self.work / "exam" / f"{name}-ifeval")]
            for old, new in pairs:
                if old is not None and (new / "summary.json").exists():
                    for row, text in differences(load_run(old), load_run(new)):
                        changes.setdefault(row, {})[name] = text
        rows = [[row, *(by.get(name, "") for name in names)] for row, by in changes.items()]
        says = [f"- **{name}**: {self.plan['recipes'][name]['says']}." for name in names]
        return "\n".join([
            "# Recipes", "", *says, "", *markdown([["recipe", *COSTS], *costs]), "",
            "Before and after in percent, and the paired difference with its 95 % interval in points:", "",
            *markdown([["", *names], *rows]), "",
        ])  # fmt: skip


COSTS = ("documents", "tokens in all", "tokens read", "steps", "seconds", "tokens/s", "peak GiB", "loss")


def cost(model: Path) -> list[str]:
    """What a training read, how long it took, and how its loss went (first and last five steps)."""
    record = read_json(model / "ifeval_sft.json")
    counts, training = record["counts"], record["training"]
    losses = [loss for _, loss in training["loss"]]
    first, last = (sum(part) / len(part) for part in (losses[:5], losses[-5:]))
    return [
        f"{counts['documents']:,}", f"{counts['tokens']:,}", f"{training['tokens']:,}", f"{training['steps']}",
        f"{training['seconds']:.0f}", f"{training['tokens'] / training['seconds']:.0f}",
        f"{training['peak_memory_bytes'] / 2**30:.1f}", f"{first:.2f} to {last:.2f}",
    ]  # fmt: skip


SHOWN = {
    "unseen_styles both": "constraints and facts, unseen phrasings",
    "unseen_styles followed": "constraints alone, unseen phrasings",
    "unseen_styles covered": "facts alone, unseen phrasings",
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
"""The metrics of a comparison that the table of recipes shows, and in which words; compare.json has them all."""


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models/smollm2-135m-instruct")
    parser.add_argument("--chat-template", type=Path, help="of a base model that has none")
    parser.add_argument("--recipes", default="replay", help="the last one is compared, gated and reported")
    parser.add_argument("--ifeval", type=Path, help="IFEval's input_data.jsonl, to be asked too")
    parser.add_argument("--work", type=Path, default=Path("runs/story"))
    parser.add_argument("--results", type=Path, default=Path("results/story"))
    parser.add_argument("--limit", type=int, help="samples a task, for a trial")
    parser.add_argument("--steps", type=int, help="optimiser steps, for a trial")
    parser.add_argument("--seed", type=int, default=0, help="of the training")
    given = parser.parse_args()
    limit = ["--limit", str(given.limit)] if given.limit else []
    steps = ["--max-steps", str(given.steps)] if given.steps else []
    steps += ["--seed", str(given.seed)]
    story = Story(given.model, given.work, given.results, given.ifeval, limit, given.chat_template)
    base = story.exam(given.model, "base")
    recipes = given.recipes.split(",")
    for name in recipes:
        tuned = story.exam(str(story.tune(name, steps)), name)
    if story.ifeval is None:
        print("\nReal IFEval is left out; --ifeval PATH names its prompts (`ifeval data fetch ifeval` brings them).")
    real = [story.real_ifeval(given.model, "base"), story.real_ifeval(str(story.work / "models" / name), name)]
    story.publish(base, tuned, real)
    story.write("recipes.md", text := story.recipes_table(base, real[0]))
    print(f"\n{text}")


if __name__ == "__main__":
    main()
