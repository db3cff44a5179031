"""Tiny random models and documents: seconds on a CPU, every mechanism of the real thing."""

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import torch

from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Layout

if TYPE_CHECKING:
    from transformers import Gemma2ForCausalLM, Gemma3ForCausalLM, LlamaForCausalLM

SIZES = {
    "vocab_size": 320,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": 0,
    "eos_token_id": 1,
}
WINDOW = 8


def llama(seed: int = 0, **settings: Any) -> "LlamaForCausalLM":
    from transformers import LlamaConfig, LlamaForCausalLM  # here: no worker needs them to collect tests

    torch.manual_seed(seed)
    return LlamaForCausalLM(LlamaConfig(**SIZES, num_hidden_layers=2, tie_word_embeddings=True, **settings))


def gemma(version: int, seed: int = 0) -> "Gemma2ForCausalLM | Gemma3ForCausalLM":
    """Alternating sliding-window and full attention; version 2 caps its logits."""
    from transformers import Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig

    torch.manual_seed(seed)
    settings = {
        **SIZES,
        "num_hidden_layers": 2,
        "head_dim": 16,
        "sliding_window": WINDOW,
        "layer_types": ["sliding_attention", "full_attention"],
    }
    if version == 2:
        return Gemma2ForCausalLM(Gemma2Config(**settings, final_logit_softcapping=2.0))
    return Gemma3ForCausalLM(Gemma3TextConfig(**settings))


def pack(documents: Sequence[Document], length: int) -> list[list[Document]]:
    """The documents side by side in rows of at most `length` tokens."""
    return Layout(True, length).packs(documents)


def documents(n: int, seed: int = 0, longest: int = 40) -> list[Document]:
    """Random documents of 6 tokens and more, the second half of each trained."""
    rng = Random(seed)
    made = []
    for i in range(n):
        ids = [rng.randrange(2, 300) for _ in range(rng.randint(6, longest))]
        half = len(ids) // 2
        made.append(Document(f"d:{i}", "d", ids, [IGNORE] * half + ids[half:]))
    return made
