"""`ifeval watch CKPT_DIR`: a model that is still training, checkpoint by checkpoint."""

from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.say import say


def watch(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder that checkpoints are saved into.")],
    out: Annotated[Path, typer.Option(help="Where to write the runs and the trajectory.")],
    poll: Annotated[float, typer.Option(help="Seconds between looks for new checkpoints.")] = 30.0,
    once: Annotated[bool, typer.Option("--once", help="Evaluate what is there now, then stop.")] = False,
) -> None:
    """Evaluate each complete checkpoint as it appears, and say when a drop is real. All other flags are those of ifeval run."""
    from ifeval.comparison.trajectory import verdict
    from ifeval.comparison.watch import by_command
    from ifeval.comparison.watch import watch as watch_folder

    for points in watch_folder(folder, out, by_command(context.args), None if once else poll):
        if points:
            say(f"{points[-1].name}: {100 * points[-1].mean:.1f}; {verdict(points[-1])}")
    print(f"Trajectory: {out / 'trajectory.md'}")
