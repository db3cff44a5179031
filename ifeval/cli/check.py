"""`ifeval check`: any check on any reply, one from the command line or many from a file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ifeval.cli.say import say
from ifeval.errors import Exit, UserError


def check(
    what: Annotated[
        str | None,
        typer.Argument(
            help="A JSONL file of rows (instruction, arguments, reply), or one instruction's id.", show_default=False
        ),
    ] = None,
    arguments: Annotated[str, typer.Option(help="With an id: its arguments, a JSON object.")] = "{}",
    reply: Annotated[str | None, typer.Option(help="With an id: the reply to judge. [default: standard input]")] = None,
    language: Annotated[
        str | None, typer.Option(help="The reply's language (ja, zh, th, ...), for scripts without spaces.")
    ] = None,
    check_path: Annotated[
        list[Path] | None, typer.Option(help="A folder with instruction types of your own. Repeatable.")
    ] = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="List every instruction with its rule and arguments.")
    ] = False,
) -> None:
    """Try a check: does a reply follow an instruction, and why or why not? Rows come back with `ok` and `reason`."""
    from ifeval.checks.ifeval.arguments import argument_names
    from ifeval.checks.trying import catalogue, judge, judged_row
    from ifeval.util.jsonio import dumps, read_jsonl

    checks, broken = catalogue(check_path or ())
    for sentence in broken:
        print(sentence, file=sys.stderr)
    if list_all:
        for name, (function, _) in checks.items():
            rule = " ".join((function.__doc__ or "").split(chr(10) * 2)[0].split())
            takes = ", ".join(argument_names(function))
            print(f"{name}\t{rule}" + (f" Arguments: {takes}." if takes else ""))
        return
    if what is None:
        raise UserError("Name a JSONL file of rows, or an instruction's id; `ifeval check --list` names all.")
    if what in checks or (":" in what and not Path(what).exists()):
        text = sys.stdin.read() if reply is None else reply
        result = judge(what, _arguments(arguments), text, checks, language=language)
        say(f"{'followed' if result.ok else 'not followed'}: {result.reason}")
        return
    failed = 0
    for number, row in enumerate(read_jsonl(Path(what)), start=1):
        judged = judged_row(row if language is None else {"language": language, **row}, number, checks)
        failed += judged["ok"] is None
        sys.stdout.write(dumps(judged).decode() + "\n")
    if failed:
        print(
            f"{failed} {'row' if failed == 1 else 'rows'} of {what} could not be judged: see their 'reason'.",
            file=sys.stderr,
        )
        raise typer.Exit(Exit.USAGE)


def _arguments(written: str) -> dict[str, object]:
    import json

    try:
        arguments = json.loads(written)
    except ValueError as error:
        raise UserError(f"--arguments is not a JSON object: {error}.") from None
    if not isinstance(arguments, dict):
        raise UserError(f"--arguments must be a JSON object such as '{{\"words\": 80}}', got {written}.")
    return arguments
