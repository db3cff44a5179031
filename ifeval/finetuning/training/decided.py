"""What a training decides by measuring, kept from its first start: a resumed one must go on as it began."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ifeval.errors import UserError
from ifeval.finetuning.training.parallel import ProcessGroup
from ifeval.util import jsonio
from ifeval.util.files import write_atomically

DECIDED = "decided.json"


class Decisions:
    """The decisions of the training `identity`, in `folder`. What another training left there is forgotten.

    All processes of the group decide together, and what the one that leads found counts.
    """

    def __init__(self, folder: Path, identity: str, group: ProcessGroup) -> None:
        self._file, self._identity, self._group = folder / DECIDED, identity, group

    def once(self, name: str, decide: Callable[[], Any]) -> Any:
        """What `decide` gave when the training first started, a JSON value. Raises UserError where it cannot be kept."""
        known = self._group.from_leader(self._known)
        return known[name] if name in known else self._group.from_leader(partial(self._keep, known, name, decide()))

    def _keep(self, known: dict[str, Any], name: str, value: Any) -> Any:
        try:
            write_atomically(self._file, jsonio.dumps({"identity": self._identity, "decided": {**known, name: value}}))
        except OSError as error:
            raise UserError(f"{self._file} cannot be written: {error.strerror}.") from error
        return value

    def forget(self) -> None:
        """Once the training is finished."""
        self._file.unlink(missing_ok=True)

    def _known(self) -> dict[str, Any]:
        try:
            said = jsonio.loads(self._file.read_bytes())
            return dict(said["decided"]) if said["identity"] == self._identity else {}
        except (OSError, ValueError, KeyError, TypeError):  # nothing there, or no file of ours
            return {}
