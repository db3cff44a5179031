"""Made-up checkpoints with the shapes of real models: a configuration, somebody else's tokenizer, random or no weights.

    python benchmarks/gpu/shapes.py SHAPE TOKENIZER_FOLDER FOLDER [--weights]

Without --weights the folder holds a placeholder instead: engines load such a model with load_format=dummy, and
`train_shape.py` makes its weights where it trains.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

SHAPES: dict[str, dict[str, Any]] = {
    "8b": {  # Llama 3.1 8B
        "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "tie_word_embeddings": False,
    },
    "small": {  # Qwen2.5 0.5B, as a Llama
        "vocab_size": 151936, "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
        "num_attention_heads": 14, "num_key_value_heads": 2, "head_dim": 64, "tie_word_embeddings": True,
    },
    "tiny": {
        "vocab_size": 50000, "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 64, "tie_word_embeddings": True,
    },
}  # fmt: skip
COMMON = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "rms_norm_eps": 1e-5,
    "max_position_embeddings": 8192, "dtype": "bfloat16", "initializer_range": 0.02, "attention_bias": False,
    "mlp_bias": False, "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0},
}  # fmt: skip
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json")


def make(shape: str, tokenizer: Path, folder: Path, weights: bool = False) -> Path:
    """Write the checkpoint to `folder`, unless it is there, and return the folder."""
    if (folder / "config.json").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER:
        if (tokenizer / name).is_file():
            shutil.copy(tokenizer / name, folder / name)
    ends = json.loads((tokenizer / "config.json").read_text())
    config = (
        SHAPES[shape] | COMMON | {name: ends.get(name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    )
    if weights:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM

        torch.manual_seed(0)
        model_type = config.pop("model_type")
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
            network = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **config), dtype=torch.bfloat16)
        network.save_pretrained(folder)
    else:
        import torch
        from safetensors.torch import save_file

        save_file({"placeholder": torch.zeros(1, dtype=torch.bfloat16)}, str(folder / "model.safetensors"))
        (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": ends.get("eos_token_id")}))
        (folder / "config.json").write_text(json.dumps(config, indent=1))
    return folder


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), "--weights" in sys.argv)
