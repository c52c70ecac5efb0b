"""Bootstrap intervals: exact on small cases, coverage on simulated clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.errors import InputError
from armo.evaluate import bootstrap_mean, bootstrap_statistic, paired_difference
from armo.evaluate.resampling import resampled_rows, resampled_totals


def clustered(rng, groups=60, size=5, spread=1.0):
    """Rows that share a group effect as large as their own noise."""
    labels = np.repeat(np.arange(groups), size)
    return spread * rng.normal(size=groups)[labels] + rng.normal(size=len(labels)), labels


def test_estimate_count_and_groups():
    interval = bootstrap_mean(np.array([1.0, 2.0, 6.0]), ["a", "a", "b"])
    assert (interval.estimate, interval.count, interval.groups) == (3.0, 3, 2)
    # Draws are aa, ab or bb; their means weigh rows, not groups.
    assert (interval.low, interval.high) == (1.5, 6.0)


def test_one_group_has_no_interval():
    interval = bootstrap_mean(np.array([1.0, 2.0]), ["a", "a"])
    assert (interval.estimate, interval.low, interval.high) == (1.5, None, None)
    statistic = bootstrap_statistic(np.mean, [np.array([1.0, 2.0])], [7, 7])
    assert statistic is not None
    assert statistic.low is None


def test_booleans_and_integers_are_numbers():
    right = np.array([True, False, True, True])
    assert bootstrap_mean(right).estimate == 0.75
    assert bootstrap_mean(right.astype(np.int64)) == bootstrap_mean(right)
    assert bootstrap_mean(right.astype(np.float32)) == bootstrap_mean(right)


def test_weights_make_a_ratio_and_zero_leaves_out():
    values, weights = np.array([1.0, 3.0, 100.0]), np.array([3.0, 1.0, 0.0])
    interval = bootstrap_mean(values, weights=weights)
    assert (interval.estimate, interval.count) == (1.5, 2)
    assert interval == bootstrap_mean(values[:2], weights=weights[:2])
    assert interval == bootstrap_mean(values[:2], weights=weights[:2])


@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_row_order_and_labels_do_not_matter(seed, grouped, discrete):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2, 40).astype(float) if discrete else rng.normal(size=40)
    groups = rng.integers(0, 8, 40) if grouped else None
    order = rng.permutation(40)
    renamed = None if groups is None else [f"prompt {37 * group % 8}" for group in groups[order]]
    first = bootstrap_mean(values, groups, resamples=50)
    assert bootstrap_mean(values[order], renamed, resamples=50) == first


def test_seed_fixes_the_interval():
    values, groups = clustered(np.random.default_rng(0))
    assert bootstrap_mean(values, groups) == bootstrap_mean(values, groups)
    assert bootstrap_mean(values, groups, seed=1) != bootstrap_mean(values, groups)


def test_groups_widen_the_interval_of_clustered_rows():
    values, groups = clustered(np.random.default_rng(0), groups=100)
    naive, honest = bootstrap_mean(values), bootstrap_mean(values, groups)
    # Theory: the variance grows by 1 + (size − 1) · intraclass correlation = 3.
    ratio = (honest.high - honest.low) / (naive.high - naive.low)
    assert 1.4 < ratio < 2.1


def test_coverage_is_near_nominal_for_groups_and_too_low_for_rows():
    rng = np.random.default_rng(5)
    covered = {"groups": 0, "rows": 0}
    for _ in range(300):
        values, groups = clustered(rng)
        for name, labels in (("groups", groups), ("rows", None)):
            interval = bootstrap_mean(values, labels, resamples=300, level=0.9)
            covered[name] += interval.low <= 0 <= interval.high
    assert 0.84 <= covered["groups"] / 300 <= 0.95
    assert covered["rows"] / 300 < 0.8


def test_interval_of_independent_rows_is_the_normal_one():
    values = np.random.default_rng(0).normal(size=2000)
    interval = bootstrap_mean(values, resamples=4000)
    half = 1.96 * values.std() / np.sqrt(2000)
    assert interval.high - interval.estimate == pytest.approx(half, rel=0.08)
    assert interval.estimate - interval.low == pytest.approx(half, rel=0.08)


def test_few_kinds_and_many_kinds_draw_from_the_same_distribution():
    right = (np.random.default_rng(0).random(3000) < 0.7).astype(float)
    few = bootstrap_mean(right, resamples=4000)
    many = bootstrap_mean(right + 1e-9 * np.arange(3000), resamples=4000)
    assert few.low == pytest.approx(many.low, abs=0.002)
    assert few.high == pytest.approx(many.high, abs=0.002)


def test_totals_of_many_groups_come_in_chunks():
    sums = np.random.default_rng(0).normal(size=(150_000, 1))
    totals = resampled_totals(sums, 30, seed=0)
    assert totals.shape == (30, 1)
    assert len(np.unique(totals)) == 30


def test_resampled_rows_are_whole_groups():
    codes = np.array([2, 0, 1, 0, 2, 2])
    for rows in resampled_rows(codes, 20, seed=0):
        drawn = np.bincount(codes[rows], minlength=3)
        assert (drawn % np.bincount(codes) == 0).all()
        assert (drawn // np.bincount(codes)).sum() == 3


def test_statistic_agrees_with_the_mean():
    values, groups = clustered(np.random.default_rng(0))
    general = bootstrap_statistic(np.mean, [values], groups, resamples=2000)
    special = bootstrap_mean(values, groups, resamples=2000)
    assert general is not None
    assert general.estimate == pytest.approx(special.estimate)
    assert general.low == pytest.approx(special.low, abs=0.03)
    assert general.high == pytest.approx(special.high, abs=0.03)


def test_statistic_that_does_not_exist():
    values = np.arange(10.0)
    assert bootstrap_statistic(lambda x: None, [values]) is None
    # Exists on the data, on almost no resample.
    rare = bootstrap_statistic(
        lambda x: 1.0 if len(np.unique(x)) == 10 else None, [values], resamples=50
    )
    assert rare is not None
    assert (rare.estimate, rare.low, rare.high) == (1.0, None, None)


def test_paired_difference_cancels_what_both_share():
    rng = np.random.default_rng(0)
    hard = rng.random(2000) < 0.3
    first = ~hard | (rng.random(2000) < 0.2)
    second = ~hard | (rng.random(2000) < 0.1)
    paired = paired_difference(first, second)
    alone = bootstrap_mean(first)
    assert paired.estimate == pytest.approx(first.mean() - second.mean())
    assert paired.low > 0
    assert paired.high - paired.low < alone.high - alone.low


def test_hundred_thousand_pairs_are_quick():
    right = np.random.default_rng(0).random(100_000) < 0.9
    interval = bootstrap_mean(right, np.arange(100_000) // 2)
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * 0.3 / 316, rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": np.zeros(0)}, "no rows"),
        ({"values": np.array([0.0, np.nan])}, "row 1"),
        ({"values": np.zeros(2), "groups": ["a"]}, "groups has 1 rows"),
        ({"values": np.zeros(2), "weights": np.array([1.0, -1.0])}, "negative"),
        ({"values": np.zeros(2), "weights": np.zeros(2)}, "no rows"),
        ({"values": np.zeros(2), "level": 95.0}, "level"),
        ({"values": np.zeros(2), "resamples": 0}, "resamples"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(InputError, match=message):
        bootstrap_mean(**arguments)


def test_statistic_refuses_arrays_of_other_lengths_and_none():
    with pytest.raises(InputError, match="has 2 rows"):
        bootstrap_statistic(np.mean, [np.zeros(3), np.zeros(2)])
    with pytest.raises(InputError, match="no rows"):
        bootstrap_statistic(np.mean, [])
