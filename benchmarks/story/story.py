"""Fine-tune a small model and show what it did: gains and losses side by side.

python benchmarks/story/story.py [--model DIR] [--chat-template FILE] [--recipes NAME,NAME] [--seeds N,N] [--ifeval PATH]
    [--limit N] [--steps N] [--jobs N] [--engine-arg K=V] [--work DIR] [--results DIR]

Every step is an `ifeval` command, printed before it runs; what is there already is not made again, so a story that was
interrupted goes on. story.toml says what is asked, held out and tried; docs/story.md tells what came out. A GPU has room
for several small models at once: --jobs 6 --engine-arg gpu_memory_utilization=0.12.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from changes import recipes_table

HERE = Path(os.path.relpath(Path(__file__).parent))
IFEVAL = str(Path(sys.executable).with_name("ifeval"))
EXAM, PRACTICE = ["--task-path", str(HERE / "exam")], ["--task-path", str(HERE / "practice")]
IFEVAL_TOKENS = 256
BOUNDS = {"floor": "scripted:blind", "ceiling": "scripted:oracle"}
"""Replies that know the topic and follow nothing, and the constructed ones."""


class Story:
    """One base model, its recipes, and where everything lies. `limit`, `engine`: flags of every run."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.model, self.work, self.results, self.ifeval = given.model, given.work, given.results, given.ifeval
        self.limit = ["--limit", str(given.limit)] if given.limit else []
        self.steps = ["--max-steps", str(given.steps)] if given.steps else []
        self.engine = [word for pair in given.engine_arg for word in ("--engine-arg", pair)]
        self.template = ["--chat-template", str(given.chat_template)] if given.chat_template else []
        plan = tomllib.loads((HERE / "story.toml").read_text())
        self.recipes: dict[str, dict[str, Any]] = plan["recipes"]
        self.held_out = [
            flag
            for tag, values in plan["held_out"].items()
            for value in values
            for flag in ("--hold-out", f"{tag}={value}")
        ]

    def exam(self, model: str, name: str) -> None:
        """Evaluate a checkpoint."""
        self.run(model, self.work / "exam" / name, "--tasks", HERE / "story.toml", *EXAM)

    def real_ifeval(self, model: str, name: str) -> None:
        """The 541 prompts of IFEval where they are there, in a run of its own for its longer replies."""
        if self.ifeval:
            run = self.work / "exam" / f"{name}-ifeval"
            self.run(model, run, "--tasks", "ifeval", "--data", self.ifeval, "--max-tokens", IFEVAL_TOKENS)

    def run(self, model: str, run: Path, *asked: object, makes: Path | None = None) -> None:
        engine = [] if model.startswith("scripted:") else self.engine
        self.step("run", *self.asked(model), *asked, "--out", run, *self.limit, *engine, makes=makes)

    def asked(self, model: str) -> list[str]:
        """A model as a run is given it: the base model with the template to train with, trained ones have it."""
        return ["--model", model, *(self.template if model == self.model else ())]

    def start(self, recipe: str) -> str:
        """The checkpoint that a recipe trains: the base model, or what another recipe made of it."""
        before = self.recipes[recipe].get("start")
        return str(self.work / "models" / before) if before else self.model

    def own(self, recipe: str) -> dict[str, tuple[object, ...]]:
        """What `own_replies` is asked for a recipe, by the name of the file: `everyday` is always the base model's."""
        plan = self.recipes[recipe]
        before = plan.get("start")
        name = f"{before}-practice" if before else "practice"
        practice = (name, self.start(recipe), "practice", *plan.get("sample", []))
        everyday = ("everyday", self.model, "everyday")
        return {asked[0]: asked for asked in (practice, everyday) if asked[2] in plan["own"]}

    def own_replies(self, name: str, model: str, kind: str, *sampling: object) -> None:
        """A model's good replies to `practice` or `everyday` requests, curated; no file where it has none."""
        run, good, best = self.work / "own" / name, self.work / f"{name}-good.jsonl", self.work / f"{name}.jsonl"
        self.run(model, run, "--tasks", kind, *PRACTICE, *sampling, makes=best)
        self.step("data", "make", "--replay", run, *self.held_out, *EXAM, "--out", good, makes=good)
        if good.stat().st_size:
            self.step("data", "curate", good, "--keep", 1000, *EXAM, "--out", best, makes=best)

    def data(self, recipe: str) -> list[Path]:
        """Make and check what a recipe trains on; the files."""
        plan, made, checked = self.recipes[recipe], self.work / f"{recipe}.jsonl", self.work / f"{recipe}-check.txt"
        own = [file for name in self.own(recipe) if (file := self.work / f"{name}.jsonl").exists()]
        tasks = [flag for task in plan["make"] for flag in ("--task", task)]
        kinds = [flag for pair in plan.get("hold_out", []) for flag in ("--hold-out", pair)]
        self.step("data", "make", *tasks, *self.held_out, *kinds, *EXAM, "--out", made, makes=made)
        if said := self.step("data", "check", *own, made, "--model", self.model, *EXAM, makes=checked):
            checked.write_text(said)
        return [*own, made]

    def name(self, recipe: str, seed: int) -> str:
        return f"{recipe}-seed{seed}" if seed else recipe

    def tell(self, recipe: str, data: Sequence[Path], seed: int) -> None:
        """Train a recipe with a seed and examine it."""
        name = self.name(recipe, seed)
        out = self.work / "models" / name
        mix = [flag for file in data for flag in ("--data", file)]
        flags = [*self.recipes[recipe]["sft"], *self.steps, "--seed", seed]
        self.step("sft", *self.asked(self.start(recipe)), *mix, "--out", out, *flags, makes=out / "ifeval_sft.json")
        self.exam(str(out), name)
        self.real_ifeval(str(out), name)

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

    def publish(self, base: Path, tuned: Path) -> None:
        """Comparison, gate, leaderboard and report below results/story; no prompt of an external benchmark is in them."""
        self.results.mkdir(parents=True, exist_ok=True)
        self.write("compare.txt", self.step("compare", base, tuned))
        self.write("compare.json", self.step("compare", base, tuned, "--json"))
        judged = ["gate", tuned, "--baseline", base, "--policy", HERE / "gate.toml"]
        said = self.step(*judged, "--markdown", self.results / "gate.md", code=(0, 1, 3))
        self.write("gate.txt", said)
        self.write("gate.json", self.step(*judged, "--json", code=(0, 1, 3)))
        if self.ifeval:
            self.write("ifeval.txt", self.step("compare", *(f"{run}-ifeval" for run in (base, tuned)), "-n", 0))
        self.step("leaderboard", self.work / "exam", "--no-published", "--out", self.results)
        self.step("report", base, tuned, "--failures", 20, "-o", self.results / "report.html")

    def write(self, name: str, text: str) -> None:
        (self.results / name).write_text(text)


def tell(story: Story, recipes: Sequence[str], seeds: Sequence[int], jobs: int) -> None:
    """All recipes, `jobs` steps at once. The last recipe is told: trained with every seed, and with the first one's model
    compared, gated and reported; the others are trained with the first seed.
    """
    told, later = recipes[-1], [recipe for recipe in recipes if "start" in story.recipes[recipe]]

    def each(work: Callable[..., Any], items: Iterable[tuple[Any, ...]]) -> list[Any]:
        return [done.result() for done in [pool.submit(work, *item) for item in items]]

    def turn(recipes: Sequence[str]) -> None:
        each(story.own_replies, {name: own for recipe in recipes for name, own in story.own(recipe).items()}.values())
        data = zip(recipes, each(story.data, ((recipe,) for recipe in recipes)), strict=True)
        with_seeds = ((recipe, files, n) for recipe, files in data for n in (seeds if recipe == told else seeds[:1]))
        each(story.tell, with_seeds)

    with ThreadPoolExecutor(jobs) as pool:
        base = [pool.submit(asked, story.model, "base") for asked in (story.exam, story.real_ifeval)]
        turn([recipe for recipe in recipes if recipe not in later])
        turn(later)
        each(story.exam, ((model, name) for name, model in BOUNDS.items()))
        for run in base:
            run.result()
    name = story.name(told, seeds[0])
    if story.ifeval is None:
        print("\nReal IFEval is left out; --ifeval PATH names its prompts (`ifeval data fetch ifeval` brings them).")
    story.publish(story.work / "exam" / "base", story.work / "exam" / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models/smollm2-135m-instruct")
    parser.add_argument("--chat-template", type=Path, help="of a base model that has none")
    parser.add_argument("--recipes", default="adapters", help="the last one is compared, gated and reported")
    parser.add_argument("--seeds", default="0", help="of the training; the first one's model is compared")
    parser.add_argument("--ifeval", type=Path, help="IFEval's input_data.jsonl, to be asked too")
    parser.add_argument("--work", type=Path, default=Path("runs/story"))
    parser.add_argument("--results", type=Path, default=Path("results/story"))
    parser.add_argument("--limit", type=int, help="samples a task, for a trial")
    parser.add_argument("--steps", type=int, help="optimiser steps, for a trial")
    parser.add_argument("--jobs", type=int, default=1, help="steps at once")
    parser.add_argument("--engine-arg", action="append", default=[], help="of every run, as in `ifeval run`")
    given = parser.parse_args()
    story = Story(given)
    tell(story, given.recipes.split(","), [int(seed) for seed in given.seeds.split(",")], given.jobs)
    story.write("recipes.md", text := recipes_table(given.work, {n: r["says"] for n, r in story.recipes.items()}))
    print(f"\n{text}")


if __name__ == "__main__":
    main()
