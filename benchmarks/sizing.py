"""What the `full` suite costs on 1B, 8B and 70B models: arithmetic, not a measurement. Prints the table of docs/scaling.md.

    python benchmarks/sizing.py

Time of one decoding step of a batch: the larger of reading (all weights once, and every sequence's keys and values, at
the memory's bandwidth) and computing (2 operations a weight and token, at the arithmetic rate); a prompt only computes.
Both rates count with EFFICIENCY.
"""

from dataclasses import dataclass

from ifeval.engines.parallel import (
    GIB,
    USABLE_SHARE,
    WORKSPACE,
    Devices,
    Footprint,
    kv_bytes_per_token,
    smallest_tensor_size,
)

EFFICIENCY = 0.5
TEMPLATE_TOKENS = 40
REPLY_SHARE = 0.5
"""Replies are taken to use half of their token limit."""

MOST_SEQUENCES = 256
CONTEXT = 8192

SUITE = {
    "format": (320, 266, 640),
    "structured": (288, 434, 590),
    "tool_calls": (288, 903, 768),
    "zero_shot": (936, 148, 256),
    "wrong_in_any_reply": (120, 30, 1024),
    "ifeval": (541, 53, 1280),
    "ifbench": (300, 86, 1280),
    "bfcl": (3641, 600, 512),
    "json_schema": (9558, 900, 512),
    "superni": (11900, 250, 128),
}
"""Requests, mean prompt tokens (characters / 4; the last three estimated) and token limit of each task. `ifeval-fixed`
asks what `ifeval` asks, and `manner` what `wrong_in_any_reply` does; they share the replies."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """bandwidth in bytes a second, arithmetic in 16-bit operations a second (without sparsity)."""

    name: str
    memory: int
    bandwidth: float
    arithmetic: float


H100 = Gpu("H100 80 GB", 80 * 10**9, 3.35e12, 989e12)


@dataclass(frozen=True, slots=True)
class Shape:
    """A public model shape, with 16-bit weights."""

    name: str
    parameters: float
    layers: int
    heads: int
    kv_heads: int
    head_size: int

    @property
    def footprint(self) -> Footprint:
        config = {
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_size,
        }
        return Footprint(int(2 * self.parameters), kv_bytes_per_token(config), self.heads, self.kv_heads)


SHAPES = (
    Shape("1B (Llama 3.2)", 1.24e9, 16, 32, 8, 64),
    Shape("8B (Llama 3.1)", 8.03e9, 32, 32, 8, 128),
    Shape("70B (Llama 3.1)", 70.6e9, 80, 64, 8, 128),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """`kv_gib`: keys and values of a full batch. `gpu_hours` without loading and start-up."""

    gpus: int
    sequences: int
    kv_gib: float
    gpu_hours: float


def suite_tokens() -> tuple[int, int, int]:
    """Requests, prompt tokens and reply tokens of the whole suite."""
    requests = sum(count for count, _, _ in SUITE.values())
    prompts = sum(count * (prompt + TEMPLATE_TOKENS) for count, prompt, _ in SUITE.values())
    replies = sum(count * REPLY_SHARE * limit for count, _, limit in SUITE.values())
    return requests, prompts, round(replies)


def cost(shape: Shape, gpu: Gpu) -> Cost:
    """Of one pass over the suite, on as few GPUs as the model fits."""
    model = shape.footprint
    usable = int(USABLE_SHARE * gpu.memory)
    gpus = smallest_tensor_size(model, Devices(8, usable), CONTEXT)
    requests, prompts, replies = suite_tokens()
    length = (prompts + replies / 2) / requests  # a sequence's mean length while it decodes
    room = gpus * (usable - WORKSPACE) - model.weights
    sequences = min(MOST_SEQUENCES, int(room / (model.kv_per_token * (prompts + replies) / requests)))
    reading = (model.weights + sequences * length * model.kv_per_token) / (gpus * gpu.bandwidth * EFFICIENCY)
    computing = 2 * shape.parameters / (gpus * gpu.arithmetic * EFFICIENCY)
    seconds = replies / sequences * max(reading, sequences * computing) + prompts * computing
    kv = sequences * model.kv_per_token * (prompts + replies) / requests
    return Cost(gpus, sequences, kv / GIB, gpus * seconds / 3600)


def table() -> str:
    """The table of docs/scaling.md, in Markdown."""
    lines = [
        "| model | weights | KV a token | GPUs | sequences at once | KV of these | GPU hours |",
        "|---|---|---|---|---|---|---|",
    ]
    for shape in SHAPES:
        found, model = cost(shape, H100), shape.footprint
        lines.append(
            f"| {shape.name} | {model.weights / GIB:.1f} GiB | {model.kv_per_token // 1024} KiB | "
            f"{found.gpus} x {H100.name} | {found.sequences} | {found.kv_gib:.1f} GiB | {found.gpu_hours:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    requests, prompts, replies = suite_tokens()
    print(
        f"{requests:,} requests, {prompts / 1e6:.1f} million prompt tokens, {replies / 1e6:.1f} million reply tokens\n"
    )
    print(table())


if __name__ == "__main__":
    main()
