from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.errors import InputError
from armo.evaluate import bootstrap_mean, bootstrap_strata


@settings(max_examples=50, deadline=None)
@given(
    sizes=st.lists(st.integers(2, 9), min_size=1, max_size=5),
    seed=st.integers(0, 1000),
)
def test_the_estimate_is_the_weighted_mean_of_the_strata(sizes, seed):
    generator = np.random.default_rng(seed)
    strata = [f"s{number}" for number, size in enumerate(sizes) for _ in range(size)]
    values = generator.integers(0, 2, len(strata)).astype(float)
    weights = {f"s{number}": generator.uniform(0.1, 9) for number in range(len(sizes))}
    means = [values[[own == name for own in strata]].mean() for name in weights]
    found = bootstrap_strata(values, strata, weights, resamples=50)
    assert found.estimate == pytest.approx(np.average(means, weights=list(weights.values())))
    assert found.low <= found.high
    assert (found.count, found.groups) == (len(strata), len(strata))
    order = generator.permutation(len(strata))
    again = bootstrap_strata(values[order], [strata[i] for i in order], weights, resamples=50)
    assert again == found


def test_the_width_is_that_of_the_textbook():
    generator = np.random.default_rng(0)
    sizes, weights = {"a": 400, "b": 100, "c": 60}, {"a": 1.0, "b": 5.0, "c": 2.0}
    strata = [name for name, size in sizes.items() for _ in range(size)]
    values = (generator.uniform(size=len(strata)) < 0.7).astype(float)
    variance = sum(
        (weights[name] / 8) ** 2 * values[[own == name for own in strata]].var() / size
        for name, size in sizes.items()
    )
    found = bootstrap_strata(values, strata, weights, resamples=8000)
    assert found.high - found.low == pytest.approx(2 * 1.96 * variance**0.5, rel=0.06)


def test_groups_are_drawn_whole():
    values = np.tile([1.0, 0.0], 40)
    strata = ["a"] * 80
    groups = np.repeat(np.arange(8), 10)
    weights = {"a": 1.0}
    one_way = bootstrap_strata(values, strata, weights, groups)
    assert (one_way.low, one_way.high, one_way.groups) == (0.5, 0.5, 8)
    assert bootstrap_strata(values, strata, weights).low < 0.45


def test_what_strata_differ_by_is_no_uncertainty():
    values, strata = np.repeat([1.0, 0.0], 20), ["a"] * 20 + ["b"] * 20
    found = bootstrap_strata(values, strata, {"a": 1.0, "b": 3.0})
    assert (found.low, found.estimate, found.high) == (0.25, 0.25, 0.25)


def test_strata_alike_are_drawn_apart():
    """With one seed for all, equal strata would be drawn alike and the interval too wide."""
    values, strata = np.tile([1.0, 0.0], 100), [f"s{n // 20}" for n in range(200)]
    found = bootstrap_strata(values, strata, {f"s{n}": 1.0 for n in range(10)}, resamples=4000)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / 200**0.5, rel=0.08)


def test_a_stratum_of_one_group_draws_over_all():
    values, strata = np.array([1.0, 0.0, 1.0, 0.0, 1.0]), ["a", "a", "a", "a", "b"]
    weights = {"a": 1.0, "b": 3.0}
    shares = np.array([0.25, 0.25, 0.25, 0.25, 3.0])
    pooled = bootstrap_mean(values, weights=shares)
    found = bootstrap_strata(values, strata, weights)
    assert (found.low, found.high) == (pooled.low, pooled.high)
    assert found.low < found.estimate
    assert bootstrap_strata(values[:1], ["a"], weights).low is None


@pytest.mark.parametrize(
    ("strata", "weights", "match"),
    [
        (["a", "b"], {"a": 1.0}, "stratum 'b' needs a weight"),
        (["a", "b"], {"a": 1.0, "b": 0.0}, "stratum 'b' needs a weight"),
        (["a"], {"a": 1.0}, "strata has 1 rows"),
    ],
)
def test_what_makes_no_mean_is_refused(strata, weights, match):
    with pytest.raises(InputError, match=match):
        bootstrap_strata(np.ones(2), strata, weights)


@pytest.mark.parametrize("options", [{"resamples": 0}, {"level": 1.0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(InputError, match="must be"):
        bootstrap_strata(np.ones(2), ["a", "a"], {"a": 1.0}, **options)
