"""`ifeval reward audit`: what decoys earn under the rewards of some rows, and what a training's replies show."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ifeval.cli.help import Verbs
from ifeval.cli.say import say
from ifeval.errors import Exit, UserError

if TYPE_CHECKING:
    from ifeval.rewards.audit import Audit
    from ifeval.rewards.hacking import Signs

app = typer.Typer(cls=Verbs, help="The checks as rewards: audit them, adopt others' rows.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """The checks as rewards."""


@app.command()
def audit(
    rows: Annotated[
        Path, typer.Argument(help="JSONL of reward rows, as `ifeval data make --for rewards` writes them.")
    ],
    replies: Annotated[Path | None, typer.Option(help="JSONL of a training's replies: prompt, completion.")] = None,
    shape: Annotated[str, typer.Option(help="parts: pay for parts. all: pay for what is all right.")] = "parts",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What decoys and right replies would earn; exits 1 where a decoy earns more than 2 % of the highest reward."""
    from dataclasses import asdict

    from ifeval.rewards.audit import audit as audited
    from ifeval.rewards.hacking import read_replies, signs
    from ifeval.rewards.rows import read_rows
    from ifeval.util.jsonio import dumps

    if shape not in ("parts", "all"):
        raise UserError(f"--shape {shape}: choose parts or all.")
    known = read_rows(rows)
    found = audited(known, shape)  # type: ignore[arg-type]
    shown = signs(read_replies(replies, known, shape)) if replies else None  # type: ignore[arg-type]
    faults = [fault for one in found for fault in one.faults]
    if json:
        told: dict[str, Any] = {"audit": [one.to_json() for one in found], "faults": faults}
        if shown:
            told["replies"] = asdict(shown) | {"suspicions": shown.suspicions}
        sys.stdout.write(dumps(told, pretty=True).decode() + "\n")
    else:
        sys.stdout.write("\n".join([*map(table, found), *([signs_table(shown)] if shown else [])]))
        for fault in faults:
            say(f"FAIL  {fault}")
    if faults:
        raise typer.Exit(Exit.REGRESSION)


@app.command()
def adopt(
    file: Annotated[Path, typer.Argument(help="JSONL of RLVR-IFeval or of IF_multi_constraints_upto5.")],
    out: Annotated[Path, typer.Option(help="JSONL file for the reward rows.")],
) -> None:
    """Write another project's rows of verifiable instructions as reward rows; what a decoy passes is left out."""
    from ifeval.cli.train_data import write_rows
    from ifeval.rewards.foreign import adopt as adopted
    from ifeval.util.jsonio import read_jsonl

    kept, left_out = adopted(read_jsonl(file))
    write_rows(out, kept)
    print(f"{len(kept)} of {len(kept) + left_out.total()} rows kept in {out}")
    for reason, n in left_out.most_common():
        say(f"  left out: {n} x {reason}")


def table(found: "Audit") -> str:
    """The audit of one task for a person."""
    width = max(len(one.name) for one in found.earned)
    free = f", {found.free} of them right with any plain reply" if found.free else ""
    lines = [f"{found.task}: {found.rows} rows{free}", f"  {'reply':<{width}}  rows  reward  ties"]
    lines += [
        f"  {one.name:<{width}}  {len(one.rewards):>4}  {one.mean:>6.3f}  {one.ties:>4.0%}"
        + ("  (near)" if one.kind == "near" else "")
        for one in found.earned
    ]
    return "\n".join([*lines, f"  spread between the right reply and the best decoy: {found.spread:.3f}"]) + "\n"


def signs_table(found: "Signs") -> str:
    """The signs of hacking for a person."""
    lines = [f"{found.replies} replies to {found.groups} prompts", "  quarter  reward  words  repeats  distinct"]
    lines += [
        f"  {number:>7}  {one['reward']:>6.3f}  {one['words']:>5.0f}  {one['repeats']:>7.2f}  {one['distinct']:>8.2f}"
        for number, one in enumerate(found.quarters, start=1)
    ]
    lines += [
        f"  reward against length, within groups: {found.length:+.2f}",
        f"  groups without a difference: {found.tied:.0%}",
        *(f"  SUSPECT  {sentence}" for sentence in found.suspicions),
    ]
    return "\n".join(lines) + "\n"
