"""Any check on any reply: the catalogue of all that can be named, and one row judged by it.

An id alone ("layout:table") means the check whose words say what it does: the library's and those of plug-ins, then the
fixed ones of IFEval and IFBench. A benchmark's own check is named with the task before it: "ifeval/keywords:existence",
"ifeval-fixed/...", "ifbench/...", "ifbench-fixed/...".
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ifeval.checks import CHECKS as IFEVAL
from ifeval.checks import plugins
from ifeval.checks.guards import guard
from ifeval.checks.ifbench import IFBENCH_CHECKS
from ifeval.checks.ifbench.repaired import FIXED_CHECKS
from ifeval.checks.ifeval import repaired
from ifeval.checks.ifeval.arguments import Check, validate
from ifeval.checks.library import CHECKS as LIBRARY
from ifeval.checks.text.patterns import PatternTimeout
from ifeval.checks.text.reading import on_text, read
from ifeval.errors import UserError
from ifeval.records import CheckResult

FAITHFUL: dict[str, Mapping[str, Check]] = {"ifeval": IFEVAL, "ifbench": IFBENCH_CHECKS}
"""Checks that take the reply as it is, by the task that names them."""

FIXED: dict[str, Mapping[str, Check]] = {"ifeval-fixed": repaired.CHECKS, "ifbench-fixed": FIXED_CHECKS}
"""Checks that take a reading, by the task that names them."""


class Named(NamedTuple):
    """A check under a name; `reads` says that it takes a reading, and so a language."""

    check: Check
    reads: bool


def catalogue(folders: Iterable[Path] = ()) -> tuple[dict[str, Named], list[str]]:
    """Every check that can be named, and a sentence about each plug-in that cannot be used."""
    found = plugins.find(folders)
    others = {name: on_text(record.check) for name, record in found.instructions.items()}
    bare = {**FIXED_CHECKS, **repaired.CHECKS, **others, **LIBRARY}
    named = {name: Named(check, reads=True) for name, check in sorted(bare.items())}
    for table, reads in ((FAITHFUL, False), (FIXED, True)):
        for task, checks in table.items():
            named |= {f"{task}/{name}": Named(check, reads) for name, check in checks.items()}
    return named, found.broken


def judge(
    name: str,
    arguments: Mapping[str, Any],
    reply: str,
    checks: Mapping[str, Named],
    *,
    prompt: str | None = None,
    language: str | None = None,
    where: str = "",
) -> CheckResult:
    """The verdict of the check called `name`. With a `prompt`, a reply that only repeats it follows nothing.

    Raises UserError, beginning with `where`, for an unknown name or arguments that the check does not take.
    """
    if name not in checks:
        close = [
            known
            for known in checks
            if known.partition("/")[2] == name or known.rpartition(":")[2] == name.rpartition(":")[2]
        ]
        hint = f"did you mean {', '.join(close[:3])}" if close else "`ifeval check --list` names all"
        raise UserError(f"{where}{'there' if where else 'There'} is no instruction {name!r}; {hint}.")
    check, reads = checks[name]
    validate(name, check, arguments, where.rstrip(": ") or "--arguments")
    caught = guard(reply, prompt or "", min_words=0)
    if caught is not None:
        return caught
    try:
        return check(read(reply, language) if reads else reply, **arguments)
    except PatternTimeout as error:
        return CheckResult(False, str(error))


def judged_row(row: Mapping[str, Any], number: int, checks: Mapping[str, Named]) -> dict[str, Any]:
    """`row` with `ok` and `reason`; where it cannot be judged, `ok` is null and `reason` one sentence that says why."""
    where = f"row {number}: "
    try:
        name, arguments, reply = (_field(row, field, kind, where) for field, kind in _FIELDS.items())
        prompt, language = (_field(row, field, str, where, optional=True) for field in ("prompt", "language"))
        result = judge(name, arguments, reply, checks, prompt=prompt, language=language, where=where)
    except UserError as error:
        return {**row, "ok": None, "reason": str(error)}
    return {**row, "ok": result.ok, "reason": result.reason}


_FIELDS = {"instruction": str, "arguments": dict, "reply": str}


def _field(row: Mapping[str, Any], name: str, kind: type, where: str, *, optional: bool = False) -> Any:
    value = row.get(name, row.get("id") if name == "instruction" else None)
    if value is None and (optional or name == "arguments"):
        return None if optional else {}
    if not isinstance(value, kind):
        raise UserError(f"{where}{name!r} must be {'an object' if kind is dict else 'a string'}, got {value!r}.")
    return value
