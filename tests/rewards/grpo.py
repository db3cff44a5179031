"""A few steps of TRL's GRPOTrainer with the reward of rows.jsonl: prints as JSON what each step logged.

python grpo.py MODEL ROWS_JSONL FOLDER STEPS REPLIES_JSONL
"""

import json
import os
import sys

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from ifeval.rewards import reward

model, rows_file, folder, steps, replies_file = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(model)
rows = load_dataset("json", data_files=rows_file, split="train", cache_dir=folder)
graded = reward(rows, end=tokenizer.eos_token_id)


def ifeval_reward(prompts, completions, **given):  # type: ignore[no-untyped-def]
    """The reward, and the replies kept for the audit."""
    earned = graded(prompts=prompts, completions=completions, **given)
    with open(replies_file, "a") as file:
        for prompt, completion, value in zip(prompts, completions, earned, strict=True):
            file.write(json.dumps({"prompt": prompt, "completion": completion, "reward": value}) + "\n")
    return earned


trainer = GRPOTrainer(
    AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32),
    reward_funcs=ifeval_reward,
    train_dataset=rows,
    processing_class=tokenizer,
    args=GRPOConfig(
        output_dir=folder,
        per_device_train_batch_size=4,
        num_generations=4,
        max_completion_length=24,
        max_steps=int(steps),
        learning_rate=1e-5,
        logging_steps=1,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=0,
    ),
)
trainer.train()
print(json.dumps([line for line in trainer.state.log_history if "reward" in line]))
