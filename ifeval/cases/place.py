"""Where in a file of cases something stands, for the one sentence that says what is wrong there."""

from dataclasses import dataclass, replace
from pathlib import Path

from ifeval.errors import UserError


@dataclass(frozen=True, slots=True)
class Place:
    """A case: `unit` is "case", "line" or "row" and `number` counts from 1; `id` is the case's own, once it is known."""

    path: Path
    unit: str
    number: int
    id: str = ""

    def __str__(self) -> str:
        return f"{self.path}, {self.unit} {self.number}" + (f" ({self.id})" if self.id else "")

    def named(self, identity: str) -> "Place":
        return replace(self, id=identity)

    def fault(self, key: str, problem: str) -> UserError:
        """The error that `key` has `problem`, which says what to do."""
        return UserError(f"{self}: {key}: {problem}.")
