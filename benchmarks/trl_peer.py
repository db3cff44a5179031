"""The peer of sft_speed.py: TRL's SFTTrainer on the same rows; prints its steps and its peak memory as JSON.

    python benchmarks/trl_peer.py MODEL ROWS_JSONL FOLDER MAX_LENGTH BATCH STEPS fp32|bf16 [LAYOUT] [ROWS]

BATCH: forward passes per step, each of ROWS rows (1). LAYOUT: packed (by best fit decreasing), or unpacked: `as-given` in the
order of the file, `shuffled`, or `padding-free`, which is that without padding. Loss on completions only, fp32 weights, no
gradient checkpointing: what `ifeval sft` does. Runs in an environment with TRL; imports nothing of ours.
"""

import json
import os
import resource
import sys
import time

os.environ |= {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
os.environ.setdefault("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer


class Counted(SFTTrainer):
    """Notes the tokens of each forward pass, padding left out."""

    tokens = 0

    def training_step(self, model, inputs, *rest):
        mask = inputs.get("attention_mask")
        self.tokens += int(inputs["input_ids"].numel() if mask is None else mask.sum())
        return super().training_step(model, inputs, *rest)


class Clock(TrainerCallback):
    """Tokens and seconds of each optimiser step."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float]] = []

    def on_step_begin(self, *_, **__):
        self.started, self.before = time.perf_counter(), trainer.tokens

    def on_step_end(self, *_, **__):
        self.steps.append({"tokens": trainer.tokens - self.before, "seconds": time.perf_counter() - self.started})


model_path, rows_path, folder, max_length, batch, steps, precision, *more = sys.argv[1:]
layout, rows = (*more, *("packed", "1")[len(more) :])
with open(rows_path) as lines:
    messages = [json.loads(line)["messages"] for line in lines]
settings = SFTConfig(
    output_dir=folder,
    max_length=int(max_length),
    packing=layout == "packed",
    padding_free=layout == "padding-free",
    train_sampling_strategy="sequential" if layout == "as-given" else "random",
    completion_only_loss=True,
    per_device_train_batch_size=int(rows),
    gradient_accumulation_steps=int(batch),
    gradient_checkpointing=False,
    max_steps=int(steps),
    learning_rate=1e-4,
    bf16=precision == "bf16",
    use_cpu=not torch.cuda.is_available(),
    save_strategy="no",
    report_to="none",
    disable_tqdm=True,
)
clock = Clock()
trainer = Counted(
    AutoModelForCausalLM.from_pretrained(model_path, dtype=torch.float32),
    args=settings,
    train_dataset=Dataset.from_list([{"prompt": turns[:-1], "completion": turns[-1:]} for turns in messages]),
    processing_class=AutoTokenizer.from_pretrained(model_path),
    callbacks=[clock],
)
trainer.train()
peak = (
    torch.cuda.max_memory_allocated()
    if torch.cuda.is_available()
    else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
)
print(json.dumps({"steps": clock.steps, "peak_memory_bytes": peak}))
