"""Calibration and accuracy by margin, against scikit-learn and against sums written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from armo.errors import InputError
from armo.evaluate import accuracy_by_margin, calibration

QUICK = {"resamples": 50}


def margins(pairs: int = 500, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.4, 1.0, pairs)


def test_scores_are_those_of_scikit_learn():
    found, beta = margins(), 1.7
    probability = 1 / (1 + np.exp(-beta * found))
    ours = calibration(found, beta, **QUICK)
    # Each pair both ways round, since scikit-learn wants both classes.
    both = np.concatenate([probability, 1 - probability])
    truth = np.repeat([1, 0], len(found))
    assert ours.brier == pytest.approx(brier_score_loss(truth, both))
    assert ours.log_loss == pytest.approx(log_loss(truth, both))


def test_bins_are_those_of_scikit_learn():
    found, beta = margins(), 1.7
    probability = 1 / (1 + np.exp(-beta * found))
    confidence = np.maximum(probability, 1 - probability)
    accuracy, mean = calibration_curve(found > 0, 2 * confidence - 1, n_bins=10)
    ours = calibration(found, beta, **QUICK)
    assert [one.accuracy for one in ours.bins] == pytest.approx(accuracy)
    assert [one.confidence for one in ours.bins] == pytest.approx((mean + 1) / 2)
    shares = [one.pairs / len(found) for one in ours.bins]
    gaps = [abs(one.accuracy - one.confidence) for one in ours.bins]
    assert ours.ece == pytest.approx(np.dot(shares, gaps))
    assert all(one.accuracy_low <= one.accuracy <= one.accuracy_high for one in ours.bins)
    assert all(one.low < one.confidence <= one.high for one in ours.bins)


def test_margins_drawn_as_they_say_are_calibrated_and_others_are_not():
    generator = np.random.default_rng(1)
    sizes = generator.exponential(1.0, 20_000)
    right = generator.random(20_000) < 1 / (1 + np.exp(-sizes))
    drawn = np.where(right, sizes, -sizes)
    assert calibration(drawn, 1.0, **QUICK).ece < 0.015
    assert calibration(drawn, 5.0, **QUICK).ece > 0.1
    assert calibration(drawn, 0.01, **QUICK).ece > 0.1


def test_ties_are_half_right_with_half_confidence():
    found = calibration(np.zeros(9), 3.0, **QUICK)
    assert found.ece == 0
    assert [(one.low, one.pairs, one.accuracy) for one in found.bins] == [(0.5, 9, 0.5)]


def test_a_bin_of_one_group_says_nothing_of_its_spread():
    (only,) = calibration(np.full(5, 9.0), 9.0, ["one"] * 5, **QUICK).bins
    assert (only.accuracy_low, only.accuracy, only.accuracy_high) == (0.0, 1.0, 1.0)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=40), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_bins_by_margin_hold_every_pair_once_and_never_part_equal_sizes(values, bins):
    found = np.array(values, dtype=float)
    parts = accuracy_by_margin(found, bins=bins, **QUICK)
    assert sum(part.pairs for part in parts) == len(found)
    assert len(parts) <= bins
    won = sum(part.pairs * part.accuracy.estimate for part in parts)
    assert won == pytest.approx((found > 0).sum())
    for part, following in itertools.pairwise(parts):
        assert part.high < following.low


def test_bins_by_margin_are_of_equal_size_where_sizes_differ():
    parts = accuracy_by_margin(margins(500), bins=5, **QUICK)
    assert [part.pairs for part in parts] == [100] * 5


@pytest.mark.parametrize("beta", [0.0, -1.0, np.inf])
def test_a_beta_that_makes_no_sense_is_refused(beta):
    with pytest.raises(InputError, match="beta"):
        calibration(margins(), beta)


def test_nothing_to_look_at_is_refused():
    with pytest.raises(InputError, match="no pairs"):
        calibration(np.zeros(0), 1.0)
    with pytest.raises(InputError, match="no pairs"):
        accuracy_by_margin(np.zeros(0))
    with pytest.raises(InputError, match="bins"):
        accuracy_by_margin(margins(), bins=0)
