"""One training over the processes that `torchrun` starts; a training of one process answers the same questions.

Weights, gradients and optimiser state are spread by torch's FSDP2 (`fully_shard`): a process keeps a slice of each, and
has a layer whole only while it computes with it. All processes read all data and so agree on every window without a
word; each computes its share of the rows, and gradients add up over all of them. The first process leads: it alone
logs, evaluates and writes.
"""

import atexit
import copy
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import wraps
from types import MethodType
from typing import Any, Protocol, TypeVar

import torch

from ifeval.finetuning.data.encode import Document
from ifeval.finetuning.training.four_bits import packed_layers
from ifeval.finetuning.training.loss import TokenLosses
from ifeval.finetuning.training.network import blocks, device_of_machine, trained

PATIENCE = timedelta(hours=12)
"""How long a process waits for the others, who may wait for an evaluation; one that ends takes the rest with it."""

Packs = Sequence[Sequence[Document]]
Value = TypeVar("Value")


class ProcessGroup(Protocol):
    """The processes of a training, as one of them sees them."""

    size: int
    rank: int
    leads: bool
    device: torch.device
    home: torch.device
    """Where the network is loaded, before it is spread."""

    def spread(self, network: Any, dtype: torch.dtype | None) -> Any:
        """The network with its weights spread; dtype: to compute in, None for the weights' own."""

    def as_forward(self, network: Any, losses: TokenLosses) -> TokenLosses:
        """`losses` with all weights there that it uses beside the network's own forward pass."""

    def share(self, window: Packs, rows: int) -> Iterator[tuple[Packs, int]]:
        """This process's batches of at most `rows` packs of a window, each with what it counts: 1, or 0 for a filler.

        All processes have equally many, for each waits for the others in every layer.
        """

    def total(self, value: float) -> float:
        """The sum over all processes."""

    def any(self, value: bool) -> bool:
        """Is it so in any process?"""

    def from_leader(self, make: Callable[[], Value]) -> Value:
        """What `make` gives in the process that leads; the others wait for it."""

    def all_gather(self, value: Value) -> list[Value]:
        """Everybody's, in the order of the processes."""

    def clip(self, weights: Iterable[torch.Tensor], most: float) -> float:
        """Scale the gradients of `weights` down to the norm `most`; returns the norm they had."""

    def whole(self, tensor: torch.Tensor) -> torch.Tensor:
        """A spread tensor put together, empty where the process does not lead."""

    def part(self, tensor: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        """A whole tensor spread as `like` is."""

    def copy(self, network: Any, fresh: Callable[[torch.device], Any]) -> Any:
        """A copy of the network in one piece, None where the process does not lead. fresh: loads it as it once was."""

    def last(self, network: Any, fresh: Callable[[torch.device], Any]) -> Any:
        """As `copy`, once nothing is trained any more: it may be the network itself."""


class SingleProcess:
    """A training of one process."""

    size = 1
    rank = 0
    leads = True

    def __init__(self) -> None:
        self.device = self.home = device_of_machine()

    def spread(self, network: Any, dtype: torch.dtype | None) -> Any:
        return network

    def as_forward(self, network: Any, losses: TokenLosses) -> TokenLosses:
        return losses

    def share(self, window: Packs, rows: int) -> Iterator[tuple[Packs, int]]:
        return ((window[at : at + rows], 1) for at in range(0, len(window), rows))

    def total(self, value: float) -> float:
        return value

    def any(self, value: bool) -> bool:
        return value

    def from_leader(self, make: Callable[[], Value]) -> Value:
        return make()

    def all_gather(self, value: Value) -> list[Value]:
        return [value]

    def clip(self, weights: Iterable[torch.Tensor], most: float) -> float:
        return torch.nn.utils.clip_grad_norm_(weights, most).item()

    def whole(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.detach()

    def part(self, tensor: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return tensor

    def copy(self, network: Any, fresh: Callable[[torch.device], Any]) -> Any:
        if self.device.type == "cpu" or any(packed_layers(network)):
            return copy.deepcopy(network)
        return filled(fresh(torch.device("cpu")), dict(trained(network)))  # a GPU may have no room for a second model

    def last(self, network: Any, fresh: Callable[[torch.device], Any]) -> Any:
        return network


class Fsdp:
    """A training of several processes, over NCCL on GPUs and over gloo without."""

    home = torch.device("cpu")

    def __init__(self) -> None:
        from torch import distributed

        cuda = torch.cuda.is_available()
        if not distributed.is_initialized():
            distributed.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
            atexit.register(distributed.destroy_process_group)
        self.rank, self.size = distributed.get_rank(), distributed.get_world_size()
        self.leads = self.rank == 0
        self.device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else self.home
        if cuda:
            torch.cuda.set_device(self.device)

    def spread(self, network: Any, dtype: torch.dtype | None) -> Any:
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

        mesh = init_device_mesh(self.device.type, (self.size,))
        lower = dtype if self.device.type == "cuda" else None  # on a CPU autocast alone lowers the precision
        policy = MixedPrecisionPolicy(param_dtype=lower, reduce_dtype=torch.float32)
        for module in [*blocks(network), network]:
            # By default the outermost weights stay whole after a forward pass without a backward one, and an optimiser
            # made then would update what is thrown away.
            fully_shard(module, mesh=mesh, mp_policy=policy, reshard_after_forward=True)
        torch.manual_seed(torch.initial_seed() + self.rank)  # noise differs between processes, weights did not
        return network

    def as_forward(self, network: Any, losses: TokenLosses) -> TokenLosses:
        from torch.distributed.fsdp import register_fsdp_forward_method

        setattr(network, losses.__name__, MethodType(losses, network))
        register_fsdp_forward_method(network, losses.__name__)

        @wraps(losses)
        def forward(network: Any, batch: Any) -> torch.Tensor:
            return getattr(network, losses.__name__)(batch)

        return forward

    def share(self, window: Packs, rows: int) -> Iterator[tuple[Packs, int]]:
        mine = window[self.rank :: self.size]
        for at in range(0, -(-len(window) // self.size), rows):
            packs = mine[at : at + rows]
            yield (packs, 1) if packs else (window[:1], 0)

    def total(self, value: float) -> float:
        from torch import distributed

        tensor = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.all_reduce(tensor)
        return tensor.item()

    def any(self, value: bool) -> bool:
        return bool(self.total(float(value)))

    def from_leader(self, make: Callable[[], Value]) -> Value:
        from torch import distributed

        box: list[Any] = [make() if self.leads else None]
        distributed.broadcast_object_list(box, device=self.device)
        return box[0]

    def all_gather(self, value: Value) -> list[Value]:
        from torch import distributed

        values: list[Any] = [None] * self.size
        distributed.all_gather_object(values, value)
        return values

    def clip(self, weights: Iterable[torch.Tensor], most: float) -> float:
        norm: Any = torch.nn.utils.clip_grad_norm_(weights, most)
        return norm.full_tensor().item()

    def whole(self, tensor: torch.Tensor) -> torch.Tensor:
        from torch.distributed.tensor import DTensor

        tensor = tensor.detach()
        if isinstance(tensor, DTensor):
            tensor = tensor.full_tensor()
        return tensor.cpu() if self.leads else torch.empty(0)

    def part(self, tensor: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        from torch.distributed.tensor import DTensor, distribute_tensor

        if not isinstance(like, DTensor) or tensor.shape != like.shape:
            return tensor
        return distribute_tensor(tensor.to(self.device), like.device_mesh, like.placements)

    def copy(self, network: Any, fresh: Callable[[torch.device], Any]) -> Any:
        weights = {name: self.whole(weight) for name, weight in trained(network)}
        if not self.leads:
            return None
        return filled(fresh(self.home), weights)

    def last(self, network: Any, fresh: Callable[[torch.device], Any]) -> Any:
        return self.copy(network, fresh)


@torch.no_grad()
def filled(network: Any, weights: dict[str, torch.Tensor]) -> Any:
    """`network` with its trained weights replaced by those of these names."""
    for name, weight in trained(network):
        weight.copy_(weights.pop(name))
    return network


def join() -> ProcessGroup:
    """The process group that the environment says this process belongs to (torchrun's WORLD_SIZE), else a training alone."""
    return Fsdp() if int(os.environ.get("WORLD_SIZE", "1")) > 1 else SingleProcess()
