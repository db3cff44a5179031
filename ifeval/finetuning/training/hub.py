"""The finished checkpoint on the Hugging Face hub, through the package huggingface_hub."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ifeval.engines.machine import installed
from ifeval.errors import UserError

LEFT_HERE = ("training/**",)
"""State, logs and evaluations stay where they are."""

Made = TypeVar("Made")


def prepare_repository(name: str) -> str:
    """Make the repository `name` (USER/NAME), a private one, unless it exists; its whole name.

    This is done before a training, so that a name or a token that does not work is not found out at the end.
    Raises UserError where the hub refuses.
    """
    if not installed("huggingface_hub"):
        raise UserError("--push-to-hub needs huggingface_hub: pip install huggingface_hub")
    return _asked(name, _writable, "nothing was trained")


def _writable(hub: Any, name: str) -> str:
    """Make the repository where there is none, and see that it may be written to."""
    whole = hub.create_repo(name, private=True, exist_ok=True).repo_id
    try:
        hub.auth_check(whole, write=True)
    except TypeError:
        raise ValueError("huggingface_hub is too old (pip install -U huggingface_hub)") from None
    return whole


def push(folder: Path, name: str, message: str) -> None:
    """Upload the checkpoint in `folder`. Raises UserError where that fails; the checkpoint is still there."""
    _asked(
        name,
        lambda hub, repo: hub.upload_folder(
            repo_id=repo, folder_path=folder, ignore_patterns=list(LEFT_HERE), commit_message=message
        ),
        f"the checkpoint is in {folder}, and `hf upload {name} {folder} --exclude 'training/**'` tries again",
    )


def _asked(name: str, ask: Callable[[Any, str], Made], otherwise: str) -> Made:
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    try:
        return ask(HfApi(), name)
    except Exception as error:  # whatever the hub, the network or a proxy does
        words = " ".join(str(error).split())[:300] or type(error).__name__
        raise UserError(f"--push-to-hub {name}: {words.rstrip('.')}; {otherwise}.") from None
