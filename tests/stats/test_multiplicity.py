"""Adjusted p-values against goldens, scipy and statsmodels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from ifeval.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli, holm

P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212]


def test_goldens():
    assert holm(P) == pytest.approx([0.009, 0.064, *[0.273] * 5, 0.41, 0.41])
    assert benjamini_hochberg(P) == pytest.approx([0.009, 0.036, *[0.0756] * 3, 0.09, 0.095143, 0.212, 0.212], rel=1e-5)
    assert benjamini_yekutieli(P) == pytest.approx(
        [0.025461, 0.101843, *[0.21387] * 3, 0.254607, 0.269156, *[0.599741] * 2], abs=1e-6
    )


@pytest.mark.parametrize("p", [P, P[::-1], [0.04, 0.001, 0.04, 1.0, 0.0]])
def test_holm_against_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_any_order_against_scipy(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))
    assert benjamini_yekutieli(p) == pytest.approx(false_discovery_control(p, method="by"))


def test_none_and_wrong():
    assert holm([]).size == benjamini_hochberg([]).size == 0
    for wrong in ([float("nan")], [1.2], 0.5):
        with pytest.raises(ValueError, match=r"numbers in \[0, 1\]"):
            holm(wrong)
