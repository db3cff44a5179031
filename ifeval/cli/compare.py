"""`ifeval compare BASELINE CANDIDATE...`: what changed, how sure that is, and why."""

import sys
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--baselines", help="The folder of your recorded baselines.")]


def compare(
    baseline: Annotated[str, typer.Argument(help="A run, a recorded baseline, or another tool's results.")],
    candidates: Annotated[list[str], typer.Argument(help="One or more runs to compare with it.")],
    allow: Annotated[
        list[str] | None, typer.Option(help="A setting the runs may differ in (template). Repeatable.")
    ] = None,
    flips: Annotated[int, typer.Option("-n", min=0, help="How many samples to show of each check that flipped.")] = 3,
    baselines: Folder = Path("baselines"),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare runs sample by sample: paired differences, intervals, adjusted p-values, and what flipped."""
    from dataclasses import replace

    from ifeval.comparison.baselines import builtin_folder, find
    from ifeval.comparison.differences import compare as compare_runs
    from ifeval.comparison.formats import to_json, to_text
    from ifeval.interop.importing import as_runs
    from ifeval.util.text import for_terminal

    folders = [baselines, builtin_folder()]
    comparisons = []
    with as_runs(baseline, *candidates) as (first, *others):
        old = find(first, folders)
        for reference in others:
            new = find(reference, folders)
            new = replace(new, name=f"{new.name} ({Path(reference).name})") if new.name == old.name else new
            comparisons.append(compare_runs(old, new, allow or []))
    if json:
        sys.stdout.buffer.write(to_json(comparisons))
    else:
        sys.stdout.write(for_terminal("\n".join(to_text(comparison, flips) for comparison in comparisons)))
