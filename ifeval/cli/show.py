"""`ifeval show RUN`: the summary again, scores by a tag, and single samples with the reasons of their verdicts."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from ifeval.cli.say import say
from ifeval.errors import UserError
from ifeval.records import CUT

REPLY_SHOWN = 600
EFFORT_NOUNS = {"replies": "reply/replies", "calls": "call", "tokens": "token"}


def show(
    run: Annotated[Path, typer.Argument(help="A run's directory.")],
    failures: Annotated[bool, typer.Option("--failures", help="Show samples that failed a check.")] = False,
    task: Annotated[str | None, typer.Option(help="Only this task.")] = None,
    instruction: Annotated[str | None, typer.Option(help="Only samples with this check (a part of its name).")] = None,
    verdict: Annotated[
        str | None, typer.Option(help="pass, fail, error, or a kind of failure such as wrong_value.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Scores by the values of a tag (cluster, kind, difficulty), or by the length of thoughts (thinking)."
        ),
    ] = None,
    beside: Annotated[
        list[Path] | None, typer.Option(help="With --by: another run as a column (a floor, another seed). Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option("-n", help="How many samples to show.")] = 10,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line per sample (with --by: per score), or the summary.")
    ] = False,
) -> None:
    """The score card of a run; with a filter, its samples and why they passed or failed."""
    from ifeval.cli.scorecard import print_run
    from ifeval.runs.run import load_run
    from ifeval.util.jsonio import dumps

    if beside and by is None:
        raise UserError("--beside puts runs beside each other by a tag: name it with --by.")
    if by is not None:
        print_breakdowns([run, *(beside or [])], by, task, json=json)
        return
    if not (failures or task or instruction or verdict):
        print_run(run, json=json)
        return
    wanted = verdict or ("fail" if failures else None)
    chosen = (row for row in load_run(run).rows() if matches(row, task, instruction, wanted))
    if json:
        for row in islice(chosen, limit):
            sys.stdout.write(dumps(row).decode() + "\n")
        return
    outcomes: Counter[str] = Counter()
    shown = 0
    for row in chosen:
        outcomes.update(labels(row, instruction))
        if shown < limit:
            shown += 1
            say("\n".join(describe(row)))
    total = sum(outcomes.values())
    say(f"{shown} samples shown. Failed checks among all that match ({total}):" if total else f"{shown} samples shown.")
    for label, count in outcomes.most_common(20):
        say(f"  {count:5}  {label}")


def print_breakdowns(paths: Sequence[Path], tag: str, task: str | None, *, json: bool) -> None:
    """One table per task; with several runs, also how far each agrees with the first."""
    from ifeval.runs.breakdown import agreement, breakdowns, to_records, to_text
    from ifeval.runs.run import load_run
    from ifeval.util.jsonio import dumps

    for breakdown in breakdowns([load_run(path) for path in paths], tag, task):
        if json:
            sys.stdout.writelines(dumps(record).decode() + "\n" for record in to_records(breakdown))
            continue
        lines = [*to_text(breakdown), *(agreement(breakdown) if len(paths) > 1 else ())]
        say("\n".join(lines) + "\n")


def matches(row: Mapping[str, Any], task: str | None, instruction: str | None, verdict: str | None) -> bool:
    """Does a journal row pass the filters? A verdict filter looks at the checks the instruction filter leaves."""
    if task is not None and row["task"] != task:
        return False
    checks = [check for check in row["score"]["verdicts"] if instruction is None or instruction in check["name"]]
    if instruction is not None and not checks:
        return False
    tests = {
        None: lambda: True,
        "pass": lambda: bool(checks) and all(check["ok"] for check in checks),
        "fail": lambda: any(not check["ok"] for check in checks),
        "error": lambda: row["score"]["error"] is not None,
    }
    return tests.get(verdict, lambda: any(check["outcome"] == verdict for check in checks))()


def labels(row: Mapping[str, Any], instruction: str | None) -> Iterator[str]:
    """What each failed check is grouped under: its outcome where the task tells outcomes apart, else its name."""
    for check in row["score"]["verdicts"]:
        if not check["ok"] and (instruction is None or instruction in check["name"]):
            yield f"{row['task']}: {check['outcome'] or check['name']}"


def describe(row: Mapping[str, Any]) -> Iterator[str]:
    """A sample for the terminal; control characters are shown, not obeyed."""
    response = row["response"]
    tags = " ".join(f"{name}={value}" for name, value in row["tags"].items())
    yield f"--- {row['task']} {visible(row['sample_id'])} repeat {row['repeat']}  {visible(tags)}"
    if "turns" in row:
        yield from describe_turns(row)
        return
    last = row["messages"][-1]
    yield f"prompt  {clipped(str(last.get('content')))}"
    yield f"reply   {clipped(response['answer'])}" + (" [cut]" if response["finish_reason"] in CUT else "")
    if row["score"]["error"] is not None:
        yield f"error   {clipped(row['score']['error'])}"
    yield from map(check_line, row["score"]["verdicts"])


def describe_turns(row: Mapping[str, Any]) -> Iterator[str]:
    """A conversation, turn by turn: what was said, what it took, and which checks failed there; then how it ended."""
    from ifeval.checks.text.counting import plural
    from ifeval.runs.summary import effort
    from ifeval.runs.transcript import of_the_whole, transcript

    for said in transcript(row):
        place = f"{said.turn} " if said.turn else ""
        spent = ""
        if said.response is not None:
            cut = ", cut" if said.response["finish_reason"] in CUT else ""
            spent = f" ({plural(said.response['completion_tokens'], 'token')}, {said.response['latency']:.1f} s{cut})"
        yield f"{place}{said.role}{spent}: {clipped(said.text)}"
        yield from map(check_line, said.checks)
    spent = ", ".join(
        f"{value:.1f} s" if name == "seconds" else plural(int(value), EFFORT_NOUNS[name])
        for name, value in effort(row).items()
    )
    yield f"ended   {row['ended']}; {spent}"
    if row["score"]["error"] is not None:
        yield f"error   {clipped(row['score']['error'])}"
    yield from map(check_line, of_the_whole(row))


def check_line(check: Mapping[str, Any]) -> str:
    outcome = f" [{check['outcome']}]" if check["outcome"] and not check["ok"] else ""
    return f"  {'ok  ' if check['ok'] else 'FAIL'} {check['name']}{outcome}: {visible(check['reason'])}"


def clipped(text: str) -> str:
    return visible(text if len(text) <= REPLY_SHOWN else f"{text[:REPLY_SHOWN]} ... ({len(text)} characters)")


def visible(text: str) -> str:
    """Text without terminal escapes: what is neither printable nor a newline is written as an escape."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode()
        for letter in text
    )
