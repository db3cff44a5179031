"""A file of cases as a task: named after the file, its version the hash of what it asks and wants."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from ifeval.cases.case import JUDGING, case_of, kinds_of
from ifeval.cases.files import read_rows
from ifeval.cases.scoring import score
from ifeval.errors import UserError
from ifeval.records import Response, Sample, Score
from ifeval.task import Task
from ifeval.util.jsonio import canonical

SCORING = "1"
"""Changes whenever a score of an unchanged file could change."""

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")


class Cases(Task):
    """The task of one file; `_task_of` makes a class of it for each."""

    family = "cases"
    primary = "passed"
    ends_loops = True
    _cases: ClassVar[tuple[Sample, ...]] = ()
    kinds: ClassVar[Mapping[str, int]] = {}
    """How many cases have checks of each kind."""

    def samples(self, seed: int, limit: int | None = None) -> Iterator[Sample]:
        """The cases in the order of the file; `seed` plays no part."""
        return islice(iter(self._cases), limit)

    def score(self, sample: Sample, response: Response) -> Score:
        return score(sample, response, tuple(self.kinds))

    def passes_blank(self, sample: Sample) -> bool:
        return sample.target["calls"] == []

    def decoys(self, sample: Sample) -> None:
        """What a reply must hold is the team's own affair."""


def cases_tasks(paths: Iterable[Path], taken: Collection[str] = ()) -> dict[str, type[Cases]]:
    """The task of each file, by name. `taken` are the names of other tasks and suites.

    Raises UserError for a file that cannot be used, naming case and key.
    """
    found: dict[str, type[Cases]] = {}
    for path in paths:
        if not NAME.fullmatch(path.stem):
            raise UserError(
                f"--cases {path}: a task is named after its file; use letters, digits, '.', '_' and '-' in it."
            )
        if path.stem in taken or path.stem in found:
            raise UserError(f"--cases {path}: another task or suite is called {path.stem!r}; rename the file.")
        found[path.stem] = _task_of(path)
    return found


def _task_of(path: Path) -> type[Cases]:
    cases: dict[str, Sample] = {}
    for place, row in read_rows(path):
        case = case_of(place, row)
        if case.id in cases:
            what = (
                "id: another case has it, so change it"
                if "id" in row
                else "prompt: another case has it; give both an id"
            )
            raise UserError(f"{place}: {what}.")
        if isinstance(case.oracle, str) and (reason := _failing(case)):
            key = "example" if "example" in row else "answer"
            raise place.fault(key, f"it fails its own case ({reason}); fix one of them")
        cases[case.id] = case
    kinds = Counter(kind for case in cases.values() for kind in kinds_of(case))
    members: dict[str, Any] = {
        "name": path.stem,
        "version": f"{SCORING}-{_content_hash(cases.values())}",
        "description": f"the {len(cases)} cases of {path.name}",
        "size": len(cases),
        "breakdowns": (
            *dict.fromkeys(tag for case in cases.values() for tag in case.tags),
            *["decoding"] * ("schema" in kinds),
        ),
        "offers_tools": any(case.tools for case in cases.values()),
        "_cases": tuple(cases.values()),
        "kinds": {kind: kinds[kind] for kind in JUDGING if kind in kinds},
    }
    return type("Cases", (Cases,), {**members, "__module__": __name__})


def _failing(case: Sample) -> str | None:
    """Why the example of a case fails it, None where it passes."""
    text = str(case.oracle)
    found = score(case, Response(key=case.id, raw=text, finish_reason="stop", answer=text))
    return next((f"{check.name}: {check.reason}" for check in found.checks if not check.ok), None)


def _content_hash(cases: Iterable[Sample]) -> str:
    """What is asked and wanted, whatever the file's kind, comments, tags and examples."""
    whole = hashlib.sha256()
    for case in cases:
        whole.update(canonical([case.id, case.messages, case.tools, case.schema, case.target]) + b"\n")
    return whole.hexdigest()[:12]
