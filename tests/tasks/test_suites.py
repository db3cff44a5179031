"""The suites that come with the harness."""

import pytest

from ifeval.registry.plugins import discover
from ifeval.registry.suites import expand, load_suites

KNOWN = discover()
SUITES = load_suites()


@pytest.mark.parametrize("suite", SUITES)
def test_every_member_is_a_task_and_no_size_is_larger_than_it(suite):
    for task, limit in expand([suite], KNOWN).items():
        size = KNOWN[task].size
        assert limit is None or size is None or limit <= size, task


def test_quick_is_a_fifth_of_core_and_core_a_part_of_full():
    quick, core, full = (expand([suite], KNOWN) for suite in ("quick", "core", "full"))
    assert set(quick) <= set(core) <= set(full)
    assert all(quick[task] <= core[task] for task in quick)
    assert sum(quick.values()) <= 255
    assert sum(quick.values()) <= 0.22 * sum(core.values())
    assert not any(full[task] for task in full)
    assert not any(KNOWN[task].dataset for task in core)


@pytest.mark.parametrize("suite", ["quick", "core"])
def test_the_profile_shares_the_replies_of_its_sister(suite):
    members = expand([suite], KNOWN)
    assert members["manner"] == members["wrong_in_any_reply"]
