"""The exceptions a person can cause, and the exit code each verb ends with."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes shared by every verb (docs/cli.md)."""

    OK = 0
    REGRESSION = 1
    USAGE = 2
    INCONCLUSIVE = 3
    NOT_COMPARABLE = 4
    INTERNAL = 70
    INTERRUPTED = 130


class UserError(Exception):
    """Something the user can fix: one sentence that names the file, row or flag and says what to do.

    The CLI prints it without a traceback and exits with `code`.
    """

    code = Exit.USAGE


class NotComparable(UserError):
    """Two runs differ in something that makes their difference meaningless; the sentence names the field."""

    code = Exit.NOT_COMPARABLE
