from __future__ import annotations

import numpy as np
import pytest

from armo.benchmark.resampled import drawn_means, interval_of
from armo.evaluate import bootstrap_mean, paired_difference
from armo.evaluate.rules import Measure

RNG = np.random.default_rng(0)


def measure(values: np.ndarray, groups: list[str], weight: float = 1.0) -> Measure:
    return Measure("m", weight, values.astype(float), tuple(groups))


def test_one_measure_has_the_interval_of_the_plain_bootstrap():
    values, groups = RNG.normal(size=90), [f"g{n % 30}" for n in range(90)]
    draws = drawn_means([[measure(values, groups)]], 4000, 0)
    assert draws is not None
    assert draws.shape == (4000, 1, 1)
    found = interval_of(float(values.mean()), draws[:, 0, 0], (90, 30), 0.95)
    expected = bootstrap_mean(values, groups, resamples=4000)
    assert found.estimate == pytest.approx(expected.estimate)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.02)


def test_weightings_are_drawn_together_so_that_their_difference_is_paired():
    shared = RNG.normal(size=80) * 5
    first, second = shared + RNG.normal(size=80), shared + RNG.normal(size=80)
    groups = [f"g{n}" for n in range(80)]
    draws = drawn_means([[measure(first, groups)], [measure(second, groups)]], 3000, 0)
    assert draws is not None
    difference = draws[:, 0, 0] - draws[:, 1, 0]
    found = interval_of(0.0, difference, (80, 80), 0.95)
    expected = paired_difference(first, second, groups, resamples=3000)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.05)
    assert np.std(difference) < 0.4 * np.std(draws[:, 0, 0])


def test_measures_are_drawn_by_the_same_groups():
    values, groups = RNG.normal(size=40), [f"g{n % 10}" for n in range(40)]
    double = measure(2 * values, groups)
    draws = drawn_means([[measure(values, groups), double]], 500, 3)
    assert draws is not None
    np.testing.assert_allclose(draws[:, 0, 1], 2 * draws[:, 0, 0])


def test_the_order_of_values_and_the_names_of_groups_change_nothing():
    values, groups = RNG.normal(size=60), [f"g{n % 12:02}" for n in range(60)]
    order = RNG.permutation(60)
    once = drawn_means([[measure(values, groups)]], 200, 0)
    again = drawn_means([[measure(values[order], [groups[n] for n in order])]], 200, 0)
    assert once is not None
    np.testing.assert_array_equal(once, again)


def test_what_stands_beside_a_weighting_does_not_change_its_draws():
    values, groups = RNG.normal(size=50), [f"g{n % 25}" for n in range(50)]
    own = measure(values, groups)
    alone = drawn_means([[own]], 300, 7)
    beside = drawn_means([[measure(RNG.normal(size=50), groups)], [own]], 300, 7)
    assert alone is not None
    assert beside is not None
    np.testing.assert_allclose(beside[:, 1], alone[:, 0], rtol=1e-12)


def test_a_resample_in_which_a_measure_has_no_value_is_left_out():
    groups = [f"g{n}" for n in range(4)]
    everywhere = measure(np.ones(4), groups)
    here_only = measure(np.ones(1), ["g0"])
    draws = drawn_means([[everywhere, here_only]], 2000, 0)
    assert draws is not None
    # One group of four is missing from (3/4)^4 of the resamples.
    assert len(draws) == pytest.approx(2000 * (1 - 0.75**4), abs=100)
    assert np.isfinite(draws).all()


def test_the_spread_is_unknown_of_one_group():
    assert drawn_means([[measure(np.arange(9.0), ["g"] * 9)]], 100, 0) is None
    interval = interval_of(0.5, None, (9, 1), 0.95)
    assert (interval.low, interval.high) == (None, None)
