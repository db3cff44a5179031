"""The losses of TRL's trainer on rows of text, as JSON: run in an environment that has TRL; imports nothing of ours.

python trl_losses.py sft|dpo|kto MODEL ROWS_JSONL FOLDER BATCH RATE BETA
"""

import json
import os
import sys

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

TRAINERS = {"sft": (SFTConfig, SFTTrainer), "dpo": (DPOConfig, DPOTrainer), "kto": (KTOConfig, KTOTrainer)}

method, model, rows_file, folder, batch, rate, beta = sys.argv[1:]
config, trainer = TRAINERS[method]
losses: list[float] = []


class Kept(trainer):  # type: ignore[misc, valid-type]
    """Notes each step's loss, which the log rounds."""

    def training_step(self, *given, **named):  # type: ignore[no-untyped-def]
        loss = super().training_step(*given, **named)
        losses.append(loss.item())
        return loss


with open(rows_file) as lines:
    rows = [json.loads(line) for line in lines]
own = {"completion_only_loss": True} if method == "sft" else {"beta": float(beta)}
settings = config(
    output_dir=folder,
    per_device_train_batch_size=int(batch),
    num_train_epochs=1,
    learning_rate=float(rate),
    lr_scheduler_type="cosine",
    warmup_steps=0,
    max_length=256,
    gradient_checkpointing=False,
    bf16=False,
    use_cpu=True,
    train_sampling_strategy="sequential",
    save_strategy="no",
    report_to="none",
    disable_tqdm=True,
    **own,
)
Kept(
    AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32),
    args=settings,
    train_dataset=Dataset.from_list(rows),
    processing_class=AutoTokenizer.from_pretrained(model),
).train()
print(json.dumps(losses))
