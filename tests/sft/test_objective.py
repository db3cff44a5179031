"""Preference objectives against their formulas written out, one document at a time."""

import math
from dataclasses import replace

import pytest
import torch

from ifeval.finetuning.data.batches import Batches
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import Layout, collate
from ifeval.finetuning.training.kto import Kto, mismatched
from ifeval.finetuning.training.loss import labelled_losses
from ifeval.finetuning.training.objective import Dpo, Objective, Orpo, reply_logprobs
from tests.sft.tiny import documents, llama

DOCUMENTS = documents(12)
PAIRED, ROWS = Layout(True, 40, paired=True), Layout(True, 60)
PACKS = PAIRED.packs(DOCUMENTS)
PAIRS = Batches(list(zip(DOCUMENTS[::2], DOCUMENTS[1::2], strict=True)), 6, 0)
LABELLED = [replace(document, desirable=n % 3 > 0) for n, document in enumerate(DOCUMENTS)]
SINGLES = Batches([[document] for document in LABELLED], 4, 0)


def logprob(model: torch.nn.Module, document: Document) -> torch.Tensor:
    """Of the document's trained tokens, from the model alone with it."""
    logits = model(input_ids=torch.tensor([document.ids])).logits[0, :-1].log_softmax(-1)
    wanted = torch.tensor(document.labels[1:])
    return logits[wanted >= 0].gather(1, wanted[wanted >= 0, None]).sum()


def test_pairs_stay_together() -> None:
    assert max(sum(len(document.ids) for document in pack) for pack in PACKS) <= 80
    pairs = [(pack[i].place, pack[i + 1].place) for pack in PACKS for i in range(0, len(pack), 2)]
    assert sorted(pairs) == sorted((DOCUMENTS[i].place, DOCUMENTS[i + 1].place) for i in range(0, 12, 2))


def test_log_probabilities_of_each_document() -> None:
    model = llama()
    batch = collate(PACKS, padding=0)
    found = reply_logprobs(labelled_losses(model, batch), batch, PACKS)
    alone = torch.stack([logprob(model, document) for pack in PACKS for document in pack])
    torch.testing.assert_close(found, alone, rtol=1e-4, atol=1e-3)


def test_orpo_is_its_formula() -> None:
    model = llama()
    wanted = 0.0
    for chosen, rejected in zip(DOCUMENTS[::2], DOCUMENTS[1::2], strict=True):
        good, bad = (math.exp(logprob(model, d).item() / d.trained) for d in (chosen, rejected))
        ratio = math.log(good / (1 - good)) - math.log(bad / (1 - bad))
        wanted += -math.log(good) + 0.3 * math.log(1 + math.exp(-ratio))
    ours = Orpo(labelled_losses, 0.3)(model, collate(PACKS, padding=0), PACKS)
    assert ours.item() == pytest.approx(wanted, rel=1e-4)


def test_dpo_starts_at_log_2_and_is_its_formula() -> None:
    reference, model = llama(0), llama(1)
    objective = Dpo(labelled_losses, 0.3)
    objective.prepare(reference, PAIRS, 1, PAIRED)
    batch = collate(PACKS, padding=0)
    assert objective(reference, batch, PACKS).item() == pytest.approx(6 * math.log(2), rel=1e-4)
    gains = [(logprob(model, d) - logprob(reference, d)).item() for d in DOCUMENTS]
    wanted = sum(math.log(1 + math.exp(-0.3 * (good - bad))) for good, bad in zip(gains[::2], gains[1::2], strict=True))
    assert objective(model, batch, PACKS).item() == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("objective", [Orpo(labelled_losses, 1.0), Dpo(labelled_losses, 1.0)], ids=["orpo", "dpo"])
def test_training_prefers_the_chosen_reply(objective: Objective) -> None:
    model = llama()
    objective.prepare(model, PAIRS, 1, PAIRED)
    batch = collate(PACKS, padding=0)

    def margin() -> float:
        with torch.no_grad():
            found = reply_logprobs(labelled_losses(model, batch), batch, PACKS)
        return (found[::2] - found[1::2]).sum().item()

    before, optimizer = margin(), torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(5):
        optimizer.zero_grad()
        objective(model, batch, PACKS).backward()
        optimizer.step()
    assert margin() > before + 1
    assert sum(map(objective.size, PACKS)) == 6


def test_kto_is_its_formula() -> None:
    reference, model = llama(0), llama(1)
    objective = Kto(labelled_losses, 0.3, 1.0, 2.0, longest=60)
    objective.prepare(reference, SINGLES, 3, ROWS)
    for step in range(3):
        documents = SINGLES.documents(step)
        objective.begin(model, step)
        packs = ROWS.packs(SINGLES.documents(step))
        ours = objective(model, collate(packs, padding=0), packs).item()
        gains = {id(d): (logprob(model, d) - logprob(reference, d)).item() for d in documents}
        others = [mismatched(documents[i], documents[i - 1], 60) for i in range(len(documents))]
        z = max(0.0, sum((logprob(model, d) - logprob(reference, d)).item() for d in others) / len(others))
        assert objective.divergence == pytest.approx(z, rel=1e-3, abs=1e-3)
        wanted = sum(1 - 1 / (1 + math.exp(-0.3 * (gains[id(d)] - z))) for d in documents if d.desirable)
        wanted += 2 * sum(1 - 1 / (1 + math.exp(-0.3 * (z - gains[id(d)]))) for d in documents if not d.desirable)
        assert ours == pytest.approx(wanted, rel=1e-3)
        assert sum(map(objective.size, packs)) == 4


def test_the_reply_of_a_mismatch_is_another_documents() -> None:
    asked, said = Document("a", "", [1, 2, 3, 4], [IGNORE, IGNORE, 3, 4]), Document("b", "", [5, 6, 7], [IGNORE, 6, 7])
    found = mismatched(asked, said, 10)
    assert (found.ids, found.labels) == ([1, 2, 6, 7], [IGNORE, IGNORE, 6, 7])
    assert mismatched(asked, said, 3).ids == [1, 2, 6]


def test_kto_makes_wanted_replies_likelier_than_unwanted_ones() -> None:
    model = llama()
    objective = Kto(labelled_losses, 1.0, 1.0, 1.0, longest=60)
    objective.prepare(model, SINGLES, 6, ROWS)
    before, optimizer = (
        {d.place: logprob(model, d).item() for d in LABELLED},
        torch.optim.AdamW(model.parameters(), lr=1e-3),
    )
    for step in range(6):
        packs = ROWS.packs(SINGLES.documents(step))
        objective.begin(model, step)
        optimizer.zero_grad()
        objective(model, collate(packs, padding=0), packs).backward()
        optimizer.step()
    gains = [(logprob(model, d).item() - before[d.place], d.desirable) for d in LABELLED]
    assert min(gain for gain, wanted in gains if wanted) > max(gain for gain, wanted in gains if not wanted)
