"""Difficulty is below 1 where the prompt tells the reply, and near 1 where it does not."""

import math

import torch

from ifeval.finetuning.data.difficulty import difficulties, difficulty, without_prompt
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import collate
from ifeval.finetuning.training.loss import labelled_losses
from tests.sft.tiny import llama


def copying(word: int, reply: int) -> Document:
    return Document(f"d:{word}", "d", [0, word, word, reply, reply], [IGNORE] * 3 + [reply] * 2)


def test_the_prompt_that_helps_is_told_from_the_one_that_does_not() -> None:
    model = llama()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    rows = [[copying(word, word + 100)] for word in range(10, 26)]
    for _ in range(40):
        optimizer.zero_grad()
        labelled_losses(model, collate(rows, padding=0)).mean().backward()
        optimizer.step()
    matched, crossed = copying(12, 112), copying(12, 120)
    assert difficulty(model, labelled_losses, matched) < 0.3 < 1 < difficulty(model, labelled_losses, crossed)
    found = difficulties(model, labelled_losses, [matched, crossed])
    assert list(found) == ["d:12"]
    assert math.isclose(found["d:12"], difficulty(model, labelled_losses, crossed), rel_tol=1e-6)


def test_the_reply_alone_keeps_every_trained_token() -> None:
    alone = without_prompt(copying(12, 112))
    assert (alone.ids, alone.labels) == ([0, 112, 112], [IGNORE, 112, 112])
