"""Tiny checkpoints with random weights: an architecture, and a real chat template with its own special tokens."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.sft.tokenizers_of import tokenizer_of

COMMON = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 8192,
    "tie_word_embeddings": True,
}
MIXTURE = {
    "num_local_experts": 4,
    "num_experts": 4,
    "n_routed_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 24,
}
LATENT = {"q_lora_rank": 16, "kv_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8}
ARCHITECTURES: dict[str, tuple[str, Mapping[str, Any]]] = {
    # transformers' model type: the template of tests' golden data, settings of its own
    "llama": ("lc-meta-llama-Llama-3.1-8B-Instruct", {}),
    "qwen3": ("lc-Qwen-Qwen3-0.6B", {}),
    "mistral": ("lc-Mistral-Small-3.2-24B-Instruct-2506", {}),
    "gemma3_text": ("lc-google-gemma-4-31B-it", {}),
    "granite": ("lc-ibm-granite-granite-4.0", {}),
    "phi3": ("vl-phi4_mini", {"pad_token_id": 0}),
    "cohere2": ("lc-Cohere2MoE", {}),
    "gpt_oss": ("lc-openai-gpt-oss-120b", MIXTURE),
    "deepseek_v3": ("lc-deepseek-ai-DeepSeek-V3.1", {**MIXTURE, **LATENT, "num_key_value_heads": 4, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1}),
    "glm4_moe": ("lc-GLM-4.7-Flash", {**MIXTURE, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1}),
    "lfm2": ("lc-LFM2.5-8B-A1B", {"block_dim": 32, "full_attn_idxs": [1], "conv_L_cache": 3}),
}  # fmt: skip


def tiny_checkpoint(folder: Path, architecture: str, template: Mapping[str, Any], own: Mapping[str, Any]) -> Path:
    """Write a checkpoint of two small layers; template: a row of the golden templates."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    tokenizer = tokenizer_of(
        template["template"], template["bos"] or "", template["eos"] or "", tuple(template["special_tokens"])
    )
    torch.manual_seed(0)
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": 0}
    config = AutoConfig.for_model(architecture, **{**COMMON, **ids, "vocab_size": len(tokenizer), **own})
    network = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
