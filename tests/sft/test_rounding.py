"""Weights in bf16 follow AdamW in fp32, where rounding to the nearest would stand still; and what is kept how."""

import pytest
import torch

from ifeval.finetuning.training.memory import choose_kept
from ifeval.finetuning.training.rounding import RoundingAdamW, rounded


def test_rounding_keeps_the_mean_and_only_neighbours() -> None:
    torch.manual_seed(0)
    values = torch.full((200_000,), 1.0 + 0.3 / 128)  # 0.3 of the step between two bf16 numbers above 1
    found = rounded(values, torch.bfloat16).float()
    assert set(found.unique().tolist()) == {1.0, 1.0 + 1 / 128}
    assert found.mean().item() == pytest.approx(values[0].item(), abs=5e-5)
    exact = torch.tensor([0.0, -1.5, 3.0])
    assert torch.equal(rounded(exact, torch.bfloat16).float(), exact)
    assert rounded(values[:1], torch.float32).item() == values[0].item()


def test_small_steps_add_up_as_in_fp32() -> None:
    torch.manual_seed(0)
    start = torch.ones(20_000)
    precise = torch.nn.Parameter(start.clone())
    coarse = torch.nn.Parameter(start.bfloat16())
    exact = torch.optim.AdamW([precise], lr=1e-4, weight_decay=0.1)
    ours = RoundingAdamW([coarse], lr=1e-4, weight_decay=0.1)
    for step in range(40):
        gradient = torch.linspace(0.1, 1, len(start)) * (1 + step % 3)
        precise.grad, coarse.grad = gradient.clone(), gradient.bfloat16()
        exact.step()
        ours.step()
    moved = (start - precise.detach()).mean().item()
    assert moved > 3e-3
    assert (start - coarse.detach().float()).mean().item() == pytest.approx(moved, rel=0.03)
    assert {tensor.dtype for name, tensor in ours.state[coarse].items() if name != "step"} == {torch.bfloat16}


def test_its_state_goes_round_and_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def trained(chunk: int, stop: bool) -> torch.Tensor:
        monkeypatch.setattr("ifeval.finetuning.training.rounding.CHUNK", chunk)
        weight = torch.nn.Parameter(torch.ones(64, 3, dtype=torch.float32))
        optimizer = RoundingAdamW([weight], lr=0.01)
        for step in range(4):
            if stop and step == 2:
                state = optimizer.state_dict()
                optimizer = RoundingAdamW([weight], lr=0.01)
                optimizer.load_state_dict(state)
            weight.grad = torch.full_like(weight, step + 1.0)
            optimizer.step()
        return weight.detach()

    whole = trained(1 << 24, stop=False)
    assert torch.equal(whole, trained(7, stop=True))
    weight = torch.nn.Parameter(torch.ones(64, 3))
    reference = torch.optim.AdamW([weight], lr=0.01, weight_decay=0.0)
    for step in range(4):
        weight.grad = torch.full_like(weight, step + 1.0)
        reference.step()
    torch.testing.assert_close(whole, weight.detach(), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("asked", "parameters", "adapters", "computing", "kept"),
    [
        ("auto", 8e9, False, torch.bfloat16, "bf16"),
        ("auto", 3e9, False, torch.bfloat16, "fp32"),
        ("auto", 8e9, True, torch.bfloat16, "bf16"),
        ("auto", 8e9, True, None, "fp32"),
        ("auto", None, False, torch.bfloat16, "fp32"),
        ("bf16", 1e8, False, None, "bf16"),
        ("fp32", 8e9, True, torch.bfloat16, "fp32"),
    ],
)
def test_what_is_kept_how(asked, parameters, adapters, computing, kept) -> None:
    assert choose_kept(asked, parameters and int(parameters), adapters, computing, free=80 << 30) == kept
