"""The state of a training between two steps, on disk: whole or not at all, the newest one only."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from ifeval.errors import UserError
from ifeval.finetuning.training.network import trained
from ifeval.finetuning.training.parallel import ProcessGroup
from ifeval.util.files import written_atomically

PATTERN = "step-*.pt"


def random_state() -> dict[str, Any]:
    """The states of torch's random generators."""
    return {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []}


def set_random_state(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["cpu"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])


def save_state(
    folder: Path, step: int, network: Any, optimizer: Any, rng: dict[str, Any], identity: str, team: ProcessGroup
) -> None:
    """Write the state after `step` steps, then remove older ones.

    All processes of the team call it and the one that leads writes, everything in one piece: a state can be resumed by
    any number of processes. Raises UserError where it cannot be written; the one before it is then still there.
    """
    optimizing = optimizer.state_dict()
    content = {
        "step": step,
        "identity": identity,
        "weights": {name: team.whole(weight) for name, weight in trained(network)},
        "optimizer": optimizing | {"state": each(optimizing["state"], lambda _, tensor: team.whole(tensor))},
        "rng": team.all_gather(rng),
    }
    if team.leads:
        write(content, folder, folder / f"step-{step:07d}.pt")


def write(content: Mapping[str, Any], folder: Path, target: Path) -> None:
    """Write `content` to `target` whole or not at all, then remove the other states of the folder."""
    try:
        with written_atomically(target) as file:
            torch.save(content, file)
    except (OSError, RuntimeError) as error:  # torch's writer raises RuntimeError on a full disk
        older = newest(folder)
        kept = f"the state {older.name} is kept, free some space and use --resume" if older else "nothing was kept"
        raise UserError(f"{target} cannot be written ({str(error).splitlines()[0]}); {kept}.") from error
    for old in folder.glob(PATTERN):
        if old != target:
            old.unlink()


def load_state(file: Path, network: Any, optimizer: Any, identity: str, team: ProcessGroup) -> int:
    """Put a state back into `network` and `optimizer`, and torch's generators; returns the number of finished steps.

    Raises UserError where it belongs to other data, settings or another model.
    """
    content = torch.load(file, map_location="cpu", weights_only=True)
    if content["identity"] != identity:
        raise UserError(f"{file} is of another training (model, data or settings differ): resume with the same flags.")
    with torch.no_grad():
        for name, weight in trained(network):
            weight.copy_(team.part(content["weights"][name], weight))
    weights = [weight for _, weight in trained(network)]
    optimizing = content["optimizer"]
    optimizing["state"] = each(optimizing["state"], lambda index, tensor: team.part(tensor, weights[index]))
    optimizer.load_state_dict(optimizing)
    if team.rank < len(content["rng"]):
        set_random_state(content["rng"][team.rank])
    return content["step"]


def each(state: Mapping[int, Mapping[str, Any]], change: Callable[[int, torch.Tensor], torch.Tensor]) -> dict[int, Any]:
    """An optimiser's state with `change` of (a weight's index, a tensor of its state) in place of each tensor."""
    return {index: {name: change(index, tensor) for name, tensor in own.items()} for index, own in state.items()}


def newest(folder: Path) -> Path | None:
    """The newest state in a folder, if any."""
    return max(folder.glob(PATTERN), default=None)
