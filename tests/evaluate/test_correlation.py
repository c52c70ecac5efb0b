"""Correlations against SciPy, and what they say where SciPy says NaN."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from armo.errors import InputError
from armo.evaluate import pearson, pearson_within, spearman, spearman_within, within
from armo.evaluate.correlation import ranks

LENGTHS = st.integers(3, 30)
DISCRETE = st.integers(-3, 3).map(float)


@st.composite
def two_columns(draw, elements=DISCRETE):
    n = draw(LENGTHS)
    return tuple(draw(arrays(np.float64, n, elements=elements)) for _ in range(2))


@given(two_columns())
def test_agrees_with_scipy_where_there_are_ties(columns):
    x, y = columns
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-12)


@given(two_columns(st.floats(-1e3, 1e3, allow_subnormal=False)))
def test_ranks_agree_with_scipy(columns):
    x, _ = columns
    np.testing.assert_array_equal(ranks(x), stats.rankdata(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_agrees_with_scipy_on_continuous_data(dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(size=500).astype(dtype)
    y = (x + rng.normal(size=500)).astype(dtype)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-6)


@pytest.mark.parametrize("correlation", [pearson, spearman])
@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6 + 0.3])
def test_a_constant_has_correlation_zero(correlation, constant):
    varying = np.random.default_rng(0).normal(size=37)
    assert correlation(np.full(37, constant), varying) == 0
    assert correlation(varying, np.full(37, constant)) == 0
    assert correlation(np.full(37, constant), np.full(37, constant)) == 0


def test_no_rows_have_correlation_zero():
    assert spearman(np.zeros(0), np.zeros(0)) == 0
    assert pearson(np.zeros(1), np.ones(1)) == 0


@given(two_columns(st.floats(-10, 10, width=16)), st.integers(-20, 20), st.floats(-1e3, 1e3))
def test_pearson_ignores_scale_and_shift(columns, exponent, shift):
    x, y = columns
    assume(np.ptp(x) > 1e-3)
    assert pearson(x * 2.0**exponent, y) == pytest.approx(pearson(x, y), abs=1e-9)
    assert pearson(x + shift, y) == pytest.approx(pearson(x, y), abs=1e-6)


@pytest.mark.parametrize("scale", [1e-90, 1e-30, 1e90])
def test_extreme_scales_neither_overflow_nor_vanish(scale):
    x = np.array([1.0, 2.0, 4.0])
    assert pearson(x * scale, x) == pytest.approx(1)


def test_within_removes_group_means_and_drops_single_rows():
    values = np.array([1.0, 5.0, 3.0, 9.0])
    np.testing.assert_allclose(within(values, ["a", "b", "a", "c"]), [-1.0, 1.0])
    table = np.stack([values, 10 * values], axis=1)
    np.testing.assert_allclose(
        within(table, ["a", "b", "a", "b"]), [[-1, -10], [-2, -20], [1, 10], [2, 20]]
    )


def test_within_without_any_pair_is_empty():
    assert within(np.arange(3.0), [1, 2, 3]).shape == (0,)
    assert spearman_within(np.arange(3.0), np.arange(3.0), [1, 2, 3]) == 0


def test_within_keeps_ties_that_rounding_would_break():
    # 0.3 − 0.2 and 0.2 − 0.1 differ in the last bit; as centred ratings they are one value.
    values = np.array([0.3, 0.2, 0.2, 0.1, 0.7, 0.6])
    centred = within(values, [0, 0, 1, 1, 2, 2])
    assert len(np.unique(centred)) == 2


def test_within_of_group_constants_is_exactly_zero():
    values = np.repeat([0.1, 0.7, 1e5 / 3], [3, 7, 5])
    assert not within(values, np.repeat([0, 1, 2], [3, 7, 5])).any()


def test_within_correlations_ignore_what_differs_between_groups():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(200), 4)
    level = rng.normal(size=200)[groups] * 10
    x, y = rng.normal(size=(2, 800))
    assert spearman(x + level, y + level) > 0.9
    assert abs(spearman_within(x + level, y + level, groups)) < 0.1
    assert pearson_within(x + level, y + level, groups) == pytest.approx(
        pearson_within(x, y, groups), abs=1e-9
    )


@given(st.permutations(range(12)))
def test_within_correlation_does_not_depend_on_row_order_or_labels(order):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 12))
    groups = np.repeat(["a", "b", "c", "d"], 3)
    index = np.array(order)
    renamed = [f"z{group}" for group in groups[index]]
    assert spearman_within(x[index], y[index], renamed) == pytest.approx(
        spearman_within(x, y, groups), abs=1e-12
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_refuses_values_that_are_not_finite(value):
    with pytest.raises(InputError, match="row 1"):
        spearman(np.array([0.0, value]), np.zeros(2))


def test_refuses_groups_of_another_length():
    with pytest.raises(InputError, match="groups has 2 rows"):
        within(np.zeros(3), ["a", "b"])
