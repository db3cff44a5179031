"""Packs hold every document once and never two that see each other."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ifeval.errors import UserError
from ifeval.finetuning.data.encode import IGNORE, Document
from ifeval.finetuning.data.packing import EDGES, PASS, Layout, best_fit_decreasing, collate, padded_groups
from ifeval.finetuning.training.isolation import check_isolation, isolation_error
from tests.sft.tiny import WINDOW, documents, gemma, llama, pack


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(50, 80))
def test_bins_hold_everything_once_and_none_is_too_full(lengths: list[int], capacity: int) -> None:
    bins = best_fit_decreasing(lengths, capacity)
    assert sorted(index for bin in bins for index in bin) == list(range(len(lengths)))
    loads = [sum(lengths[index] for index in bin) for bin in bins]
    assert all(load <= capacity for load in loads)
    assert sum(load * 2 <= capacity for load in loads) <= 1  # two half-empty bins would have been one


def test_best_fit_takes_the_fullest_bin() -> None:
    assert best_fit_decreasing([6, 5, 4, 3, 2], 10) == [[0, 2], [1, 3, 4]]
    with pytest.raises(ValueError, match="does not fit"):
        best_fit_decreasing([11], 10)


@given(st.lists(st.integers(1, 50), max_size=60), st.integers(50, 200))
def test_groups_hold_everything_once_and_are_not_too_large(lengths: list[int], capacity: int) -> None:
    groups = padded_groups(lengths, capacity)
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    longest = [max(lengths[index] for index in group) for group in groups]
    assert all(len(group) * own <= capacity for group, own in zip(groups, longest, strict=True))
    assert longest == sorted(longest, reverse=True)


def cost(groups: list[list[int]]) -> int:
    return sum(PASS + len(group) * max(group) for group in groups)


def partitions(lengths: list[int]) -> Iterator[list[list[int]]]:
    """All ways to put lengths into groups."""
    if not lengths:
        yield []
        return
    first, *rest = lengths
    for groups in partitions(rest):
        yield [[first], *groups]
        yield from ([*groups[:at], [first, *groups[at]], *groups[at + 1 :]] for at in range(len(groups)))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(300, 700))
def test_no_other_groups_cost_less(lengths: list[int], capacity: int) -> None:
    ours = [[lengths[index] for index in group] for group in padded_groups(lengths, capacity)]
    fitting = (groups for groups in partitions(lengths) if all(len(group) * max(group) <= capacity for group in groups))
    assert cost(ours) == min(map(cost, fitting))


def test_groups_trade_padding_for_passes() -> None:
    assert padded_groups([300, 290, 100, 100], 2000) == [[0, 1], [2, 3]]  # two short ones are not padded to 300
    assert padded_groups([120, 110, 100, 100], 2000) == [[0, 1, 2, 3]]
    assert padded_groups([900, 30], 500) == [[0], [1]]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("paired", [True, False])
def test_layouts_show_all_documents_and_keep_pairs(packed: bool, paired: bool) -> None:
    made = documents(12)
    packs = Layout(packed, 64, paired=paired).packs(made)
    assert sorted(document.place for pack in packs for document in pack) == sorted(document.place for document in made)
    rows = [Layout(packed, 64).collate([pack]).ids.numel() for pack in packs]
    assert max(rows) <= (128 if paired else 64)
    if paired:
        firsts = {made[at].place: made[at + 1].place for at in range(0, 12, 2)}
        assert all(firsts[pack[at].place] == pack[at + 1].place for pack in packs for at in range(0, len(pack), 2))


def test_rows_restart_positions_and_train_no_first_token() -> None:
    first, second = Document("a", "s", [5, 6], [5, 6]), Document("b", "s", [7, 8, 9], [IGNORE, 8, 9])
    batch = collate([[first, second], [second]], padding=0)
    assert batch.ids.tolist() == [[5, 6, 7, 8, 9], [7, 8, 9, 0, 0]]
    assert batch.positions.tolist() == [[0, 1, 0, 1, 2], [0, 1, 2, 0, 1]]
    assert batch.labels.tolist() == [[IGNORE, 6, IGNORE, 8, 9], [IGNORE, 8, 9, IGNORE, IGNORE]]
    assert batch.edges.tolist() == [0, 2, 5, 8] + [10] * (EDGES - 4)
    assert collate([[second]], padding=0, width=5).ids.tolist() == [[7, 8, 9, 0, 0]]
    assert set(batch.inputs) == {"input_ids", "use_cache", "position_ids"}
    alone = collate([[first], [second]], padding=0, packed=False)
    assert alone.inputs["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1]]


@pytest.mark.parametrize("made", [llama, partial(gemma, 2), partial(gemma, 3)], ids=["llama", "gemma2", "gemma3"])
def test_packed_and_single_logits_agree(made: Callable[[], torch.nn.Module]) -> None:
    docs = documents(6)
    assert max(len(document.ids) for document in docs) > 2 * WINDOW
    leak, shift, _ = isolation_error(made().eval(), docs, padding=0)
    assert leak < 1e-3
    assert shift < 1e-3


@pytest.mark.parametrize("made", [llama, partial(gemma, 3)], ids=["llama", "gemma3"])
def test_padded_rows_are_isolated_too(made: Callable[[], torch.nn.Module]) -> None:
    docs = documents(5)
    batch = collate(pack(docs, 64), padding=0)
    assert (batch.ids.shape[0], batch.ids.shape[1] > 40) == (len(pack(docs, 64)), True)
    model = made().eval()
    with torch.no_grad():
        rows = model(**batch.inputs).logits
        for row, documents_of_row in zip(rows, pack(docs, 64), strict=True):
            start = 0
            for document in documents_of_row:
                alone = model(input_ids=torch.tensor([document.ids])).logits[0]
                torch.testing.assert_close(row[start : start + len(document.ids)], alone, atol=1e-3, rtol=0)
                start += len(document.ids)


def test_a_model_that_mixes_documents_is_refused() -> None:
    class Blind(torch.nn.Module):
        """Ignores position ids, as a model does that masks by itself."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = llama()

        def forward(self, input_ids: torch.Tensor, use_cache: bool, position_ids: torch.Tensor | None = None) -> object:
            return self.inner(input_ids=input_ids, use_cache=use_cache)

    with pytest.raises(UserError, match="--no-packing"):
        check_isolation(Blind(), documents(2), padding=0)
    model = llama()
    assert check_isolation(model, documents(2), padding=0) < 1e-3
    assert model.training
