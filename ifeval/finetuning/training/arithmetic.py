"""What a training takes, from `config.json` and the settings alone: parameters, bytes on the device, operations per token.

Counts of parameters are exact for the families of Llama, Qwen, Mistral and Gemma. Activations are those that
transformers' layers keep for the backward pass, counted layer by layer; they are estimates, and allocators add some percent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ifeval.errors import UserError
from ifeval.finetuning.options import ALL_LINEAR, SftOptions
from ifeval.finetuning.training.four_bits import BYTES
from ifeval.util.lists import names

ADDRESSES = {
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "inner": "intermediate_size",
    "vocabulary": "vocab_size",
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a decoder: `inner` of the gated feed-forward layer, `experts` of it (0: a dense one) of which a token
    meets `chosen`; `head`: width of an attention head; `biases`: of the projections of query, key and value; `norms`: per
    layer, in parameters.
    """

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    keys: int
    head: int
    tied: bool
    experts: int = 0
    chosen: int = 0
    biases: bool = False
    output_bias: bool = False
    norms: int = 0

    @classmethod
    def of(cls, config: Any) -> "Architecture":
        """Of a transformers config. Raises UserError for one that is no decoder of these families."""
        config = config.get_text_config()
        sizes: dict[str, Any] = {name: getattr(config, address, None) for name, address in ADDRESSES.items()}
        if missing := [ADDRESSES[name] for name, size in sizes.items() if not isinstance(size, int)]:
            raise UserError(
                f"The config of a {config.model_type} model has no {missing[0]}; its memory cannot be told ahead."
            )
        head = getattr(config, "head_dim", None) or sizes["width"] // sizes["heads"]
        experts = getattr(config, "num_local_experts", None) or getattr(config, "num_experts", None) or 0
        kind = config.model_type
        inner = (getattr(config, "moe_intermediate_size", None) if experts else None) or sizes["inner"]
        around = 4 if kind.startswith(("gemma2", "gemma3")) else 2
        within = 2 * head if kind.startswith(("qwen3", "gemma3")) else 0
        bias = bool(getattr(config, "attention_bias", False)) and not kind.startswith("gemma")
        return cls(
            **{**sizes, "inner": inner},
            keys=getattr(config, "num_key_value_heads", None) or sizes["heads"],
            head=head,
            tied=bool(config.tie_word_embeddings),
            experts=experts,
            chosen=getattr(config, "num_experts_per_tok", None) or 0,
            biases=bias or kind.startswith("qwen2"),
            output_bias=bias,
            norms=around * sizes["width"] + within,
        )

    def linears(self) -> dict[str, tuple[int, int]]:
        """The linear layers of a block that adapters go on, by name: (inputs, outputs)."""
        query, key = self.heads * self.head, self.keys * self.head
        attention = {
            "q_proj": (self.width, query),
            "k_proj": (self.width, key),
            "v_proj": (self.width, key),
            "o_proj": (query, self.width),
        }
        if self.experts:
            return attention
        outward = (self.width, self.inner)
        return attention | {"gate_proj": outward, "up_proj": outward, "down_proj": outward[::-1]}

    @property
    def parameters(self) -> int:
        """All of them."""
        return self._parameters(self.experts or 1)

    @property
    def active(self) -> int:
        """Those a token meets."""
        return self._parameters(self.chosen if self.experts else 1)

    def _parameters(self, experts: int) -> int:
        query, key = self.heads * self.head, self.keys * self.head
        attention = self.width * (2 * query + 2 * key)
        attention += (query + 2 * key) * self.biases + self.width * self.output_bias
        feeding = 3 * self.width * self.inner * experts + self.experts * self.width
        embedding = self.vocabulary * self.width * (1 if self.tied else 2)
        return embedding + self.layers * (attention + feeding + self.norms) + self.width

    @property
    def packed(self) -> int:
        """Parameters of the layers that are kept in 4 bits where that is asked for."""
        return self.layers * sum(inputs * outputs for inputs, outputs in self.linears().values())

    def adapters(self, rank: int, targets: str) -> int:
        """Parameters of LoRA adapters of `rank` on the modules `targets` names."""
        wanted = names(targets)
        shapes = [shape for name, shape in self.linears().items() if targets == ALL_LINEAR or name in wanted]
        return self.layers * rank * sum(map(sum, shapes))

    def layer_bytes(self, size: int, residual: int) -> int:
        """Bytes that one layer keeps per token for the backward pass; size: of a number computed with, residual: in fp32 or not.

        Both norms keep their input in fp32 and in the stream's own precision, and what they give; attention keeps query,
        key and value before and after the rotation, its result and the projection's input; the gated layer both halves, the
        activation and their product.
        """
        query, key = self.heads * self.head, self.keys * self.head
        norms = 2 * self.width * (4 + residual + size)
        attention = size * (2 * (query + 2 * key) + 2 * query)
        return norms + attention + 4 * size * self.inner * max(1, self.chosen)


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes on the device, by what takes them."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    update: int

    @property
    def total(self) -> int:
        """The most that is there at once: activations and logits are gone when the optimiser updates."""
        return self.weights + self.gradients + self.optimizer + max(self.activations + self.logits, self.update)

    def parts(self) -> Iterator[tuple[str, int]]:
        """What takes memory for the whole training, and what for a part of a step."""
        yield from (("weights", self.weights), ("gradients", self.gradients), ("optimiser", self.optimizer))
        yield from (("activations", self.activations), ("logits", self.logits))


def memory(
    architecture: Architecture,
    options: SftOptions,
    kept: Literal["fp32", "bf16", "4bit"],
    lower: bool,
    chunk: int,
    update: int,
) -> Memory:
    """What a training of `options` takes with one process.

    kept: what the weights are kept in. lower: bf16 is computed in. chunk: logits at once. update: bytes that the optimiser
    takes meanwhile.
    """
    whole, size = architecture.parameters, 4 if kept == "fp32" else 2
    if options.lora:
        trained = architecture.adapters(options.lora, options.lora_target_modules)
        packed = architecture.packed if kept == "4bit" else 0
        weights, each = (whole - packed) * size + round(BYTES * packed) + 4 * trained, 4
    else:
        trained, each = whole, size
        weights = whole * size
    if lower and kept == "fp32" and not options.lora:
        weights += 2 * whole  # autocast keeps what is trained in bf16 too for a pass
    computed = 2 if lower else 4
    tokens = options.rows * options.max_length * (2 if options.method in ("orpo", "dpo") else 1)
    layer = architecture.layer_bytes(computed, size)
    saved = architecture.width * size if options.gradient_checkpointing else layer
    activations = tokens * (architecture.layers * saved + (layer if options.gradient_checkpointing else 0))
    logits = min(chunk, tokens * architecture.vocabulary) * (4 + 4 + computed)
    return Memory(weights, trained * each, 2 * trained * each, activations, logits, update)


def operations(architecture: Architecture, options: SftOptions) -> float:
    """Floating-point operations per token: two per parameter forward, as many for each gradient, of inputs and of weights.

    Adapters need no gradient of the frozen weights; gradient checkpointing goes forward twice. Attention within documents
    is left out.
    """
    passes = 2 + 2 + (0 if options.lora else 2) + (2 if options.gradient_checkpointing else 0)
    embedded = 0 if architecture.tied else architecture.vocabulary * architecture.width
    return float(passes * (architecture.active - embedded))
