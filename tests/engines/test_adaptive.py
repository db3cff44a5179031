"""The concurrency limit: doubling, halving once a round, one more a round."""

from hypothesis import given
from hypothesis import strategies as st

from ifeval.engines.server.adaptive import ConcurrencyLimit


def round_of_answers(limit: ConcurrencyLimit) -> None:
    full = int(limit.value)
    for _ in range(full):
        limit.answered(full)


def test_it_doubles_a_round_up_to_its_most() -> None:
    limit = ConcurrencyLimit(most=100, start=4)
    seen = []
    for _ in range(6):
        seen.append(limit.value)
        round_of_answers(limit)
    assert seen == [4, 8, 16, 32, 64, 100]


def test_requests_that_were_under_way_together_halve_it_once() -> None:
    limit = ConcurrencyLimit(most=100, start=64)
    for _ in range(64):
        limit.overloaded(sent_at=1.0, now=2.0)
    assert limit.value == 32
    limit.overloaded(sent_at=2.5, now=3.0)
    assert limit.value == 16


def test_after_overload_it_grows_by_one_a_round() -> None:
    limit = ConcurrencyLimit(most=100, start=16)
    limit.overloaded(sent_at=0.0, now=1.0)
    round_of_answers(limit)
    assert 8.9 < limit.value <= 9


def test_a_limit_that_was_not_reached_does_not_grow() -> None:
    limit = ConcurrencyLimit(most=100, start=16)
    for _ in range(50):
        limit.answered(3)
    assert limit.value == 16


def test_a_server_that_came_back_starts_from_one() -> None:
    limit = ConcurrencyLimit(most=100, start=16)
    limit.restart()
    assert limit.admits(0)
    assert not limit.admits(1)


@given(st.integers(1, 500), st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=200))
def test_it_always_admits_one_and_never_more_than_its_most(most: int, events: list[float | None]) -> None:
    limit = ConcurrencyLimit(most=most)
    for now, sent_at in enumerate(events):
        if sent_at is None:
            limit.answered(int(limit.value))
        else:
            limit.overloaded(sent_at, float(now))
        assert limit.admits(0)
        assert not limit.admits(most)
