"""The command line. One short file per verb, with heavy imports inside the verb."""

import contextlib
import errno
import os
import signal
import sys
import traceback
from typing import Annotated, NoReturn

import typer

from ifeval.cli import (
    baseline,
    bfcl_check,
    cases,
    chat_check,
    check,
    compare,
    data,
    doctor,
    export,
    gate,
    import_,
    leaderboard,
    merge,
    report,
    rescore,
    reward,
    run,
    serve,
    sft,
    show,
    tasks,
    watch,
)
from ifeval.cli.help import Verbs
from ifeval.errors import Exit, UserError
from ifeval.util.quiet import mute_stdout, open_closed_streams
from ifeval.util.text import for_terminal

OF_THE_MACHINE = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENAMETOOLONG, errno.ENOTDIR,
    errno.EISDIR, errno.ELOOP, errno.EMFILE, errno.ENFILE, errno.ESTALE,
}  # fmt: skip
"""Errors of the system that a user can fix and no code of ours causes, wherever they arise."""


ENGINE = "vllm.v1.engine.llm_engine"
"""The module that a process has imported which loaded vLLM's engine."""


def _version(asked: bool) -> None:
    if asked:
        from ifeval import __version__

        print(f"ifeval {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="ifeval",
    cls=Verbs,
    help="Does this checkpoint follow instructions, and is it worse than the one you shipped?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.add_typer(tasks.app, name="tasks")
app.add_typer(cases.app, name="cases")
app.command("show")(show.show)
app.command("rescore")(rescore.rescore)
app.command("report")(report.report)
app.command("watch", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(watch.watch)
app.command("serve")(serve.serve)
app.command("merge")(merge.merge)
app.command("compare")(compare.compare)
app.add_typer(baseline.app, name="baseline")
app.command("gate")(gate.gate)
app.command("import")(import_.import_)
app.command("export")(export.export)
app.command("leaderboard")(leaderboard.leaderboard)
app.add_typer(data.app, name="data")
app.add_typer(reward.app, name="reward")
app.command("sft")(sft.sft)
app.command("check")(check.check)
app.command("doctor", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(doctor.doctor)
app.command("bfcl-check", hidden=True)(bfcl_check.bfcl_check)
app.command("chat-check", hidden=True)(chat_check.chat_check)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Does this checkpoint follow instructions, and is it worse than the one you shipped?"""


def main() -> None:
    """Run a verb; every ending has its exit code (`ifeval.errors.Exit`)."""
    open_closed_streams()
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        ending = app(
            standalone_mode=False, prog_name="ifeval"
        )  # typer hands an exit code back, 130 for an interruption
    except UserError as error:
        _end(error.code, str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        mute_stdout()
        _leave(Exit.OK)
    except OSError as error:
        if error.errno not in OF_THE_MACHINE:
            _internal()
        _end(Exit.USAGE, f"{error.filename or 'the output'} cannot be read or written: {error.strerror}.")
    except Exception as error:
        if hasattr(error, "format_message"):
            sentence = error.format_message()
            if sentence.startswith("Usage:"):  # a group without its verb: this is its help
                print(sentence, file=sys.stderr)
                _leave(Exit.USAGE)
            _end(Exit.USAGE, sentence)
        _internal()
    else:
        if ending == Exit.INTERRUPTED:
            _end(Exit.INTERRUPTED, "interrupted; what was finished is kept, repeat the command to continue.")
        _leave(ending or Exit.OK)


def _internal() -> NoReturn:
    traceback.print_exc()
    _end(Exit.INTERNAL, "internal error; what was finished is kept. Please report the lines above.")


def _end(code: int, sentence: str) -> NoReturn:
    with contextlib.suppress(OSError):
        print(for_terminal(f"ifeval: {sentence}"), file=sys.stderr)
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process, the output that is still on its way printed first; one that cannot be printed is no success.

    Where an engine was loaded its interpreter is not taken apart: it holds nothing open any more, and freeing millions
    of objects one by one takes seconds.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        mute_stdout()
    except OSError as error:
        mute_stdout()
        code = code or Exit.USAGE
        with contextlib.suppress(OSError):
            print(f"ifeval: the output cannot be written: {error.strerror}.", file=sys.stderr)
    if ENGINE not in sys.modules:
        sys.exit(code)
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _interrupt(*_: object) -> None:
    """The first signal lets the run close what it opened; a second one ends it at once. Both lose nothing."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(Exit.INTERRUPTED))
    raise KeyboardInterrupt
