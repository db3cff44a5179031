"""A model that is being trained, asked where it stands: its weights, its mode and its random numbers stay as they were."""

import copy
import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import torch

from ifeval.engines.base import Workload
from ifeval.engines.transformers import BATCH, TransformersEngine
from ifeval.errors import UserError
from ifeval.models.prompts import Chat, PromptWriter
from ifeval.models.resolve import Model
from ifeval.models.tokenizer_files import TOKEN_NAMES
from ifeval.runs.pipeline import Opened

LOOKED_AT = 64
"""Values of each tensor that a fingerprint holds, beside its sum."""


class LiveEngine(TransformersEngine):
    """transformers' `generate` on a network that is there already."""

    def __init__(self, network: Any, tokenizer: Any, model: Model, chat: Chat) -> None:
        super().__init__(model, chat)
        self._network = network
        self._tokenizer = tokenizer

    def load(self, workload: Workload) -> None:
        if workload.constrained:
            raise UserError("The model in training has no constrained decoding; leave `constrain` out, or serve it.")
        tokenizer = copy.deepcopy(self._tokenizer)
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        self._writer = PromptWriter(tokenizer, self._chat)
        self.settings = {"device": str(self._network.device), "dtype": str(self._network.dtype), "batch": BATCH}

    def _without_gradients(self) -> AbstractContextManager[None]:
        """Not inference mode: a buffer made in it could not be trained through afterwards."""
        return torch.no_grad()


def opened(network: Any, tokenizer: Any, name: str) -> Opened:
    """The network with its tokenizer as a run takes it. Raises UserError where its weights are spread over processes."""
    if any(
        hasattr(weight, "ds_id") or type(weight).__name__ in ("DTensor", "FlatParameter")
        for weight in network.parameters()
    ):
        raise UserError(
            "The weights are spread over processes (FSDP, ZeRO 3, tensor parallel), so one process cannot generate with "
            "them; give base_url= of a server that has them, or follow the saved checkpoints with `ifeval watch`."
        )
    templates = tokenizer.chat_template
    named = templates if isinstance(templates, dict) else {"default": templates}
    model = Model(
        name=name,
        kind="live",
        fingerprint=fingerprint(network),
        chat_template=named.get("default"),
        tool_template=named.get("tool_use"),
        tokens={token: text for token in TOKEN_NAMES if (text := getattr(tokenizer, token, None))},
        special=tuple(sorted(set(tokenizer.all_special_tokens))),
        parameters=sum(weight.numel() for weight in network.parameters()),
        context_length=getattr(network.config, "max_position_embeddings", None),
        architecture=type(network).__name__,
    )
    return Opened(model, lambda chat: LiveEngine(network, tokenizer, model, chat))


def fingerprint(network: Any) -> str:
    """64 hex digits that change with the weights: of the sum and the first values of every tensor."""
    digest = hashlib.sha256()
    for name, weight in sorted(network.state_dict().items()):
        if not isinstance(weight, torch.Tensor):
            continue
        values = weight.detach().flatten()
        summed = values.sum(dtype=torch.float64 if values.device.type == "cpu" else torch.float32)
        seen = [float(summed), *values[:LOOKED_AT].float().tolist()]
        digest.update(f"{name} {tuple(weight.shape)} {seen}\n".encode())
    return digest.hexdigest()


@contextmanager
def undisturbed(network: Any) -> Iterator[None]:
    """The network in evaluation mode; afterwards every module's mode, its configurations and the random numbers are as before."""
    modes = {module: module.training for module in network.modules()}
    base = network.get_base_model() if hasattr(network, "get_base_model") else network
    drawn, cached = base.generation_config, base.config.use_cache
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=list(devices)):
        base.generation_config, base.config.use_cache = copy.deepcopy(drawn), True
        network.eval()
        try:
            yield
        finally:
            base.generation_config, base.config.use_cache = drawn, cached
            for module, training in modes.items():
                module.training = training
