"""Weights that no prompt changes, as heads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.heads import random_heads

from armo.errors import InputError
from armo.rivals.constant import constant_gate, with_coefficients, with_constant_weights

WEIGHTS = arrays.arrays(np.float64, 3, elements=st.floats(0, 10)).filter(lambda w: w.sum() > 1e-3)
SIGNED = arrays.arrays(np.float64, 3, elements=st.floats(-10, 10)).filter(
    lambda c: np.abs(c).sum() > 1e-3
)
FEATURES = np.random.default_rng(0).normal(size=(5, 32))


@settings(max_examples=40, deadline=None)
@given(WEIGHTS)
def test_every_prompt_gets_the_same_weights(weights: np.ndarray) -> None:
    given_to = constant_gate(weights, 32).weights(FEATURES.astype(np.float32))
    np.testing.assert_allclose(given_to, np.tile(weights / weights.sum(), (5, 1)), atol=1e-6)
    assert (given_to[:, weights == 0] == 0).all()


@settings(max_examples=40, deadline=None)
@given(WEIGHTS)
def test_scores_are_the_weighted_debiased_rewards(weights: np.ndarray) -> None:
    heads = random_heads()
    debiased = heads.rewards(FEATURES) @ heads.transform
    judged = with_constant_weights(heads, weights, beta=3.0).judge(FEATURES, FEATURES)
    np.testing.assert_allclose(judged.scores, debiased @ weights / weights.sum(), atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(SIGNED)
def test_coefficients_of_either_sign_multiply_the_raw_rewards(coefficients: np.ndarray) -> None:
    heads = random_heads()
    judged = with_coefficients(heads, coefficients).judge(FEATURES, FEATURES)
    np.testing.assert_allclose(
        judged.scores, heads.rewards(FEATURES) @ coefficients, rtol=1e-5, atol=1e-4
    )
    np.testing.assert_allclose(judged.coefficients, np.tile(coefficients, (5, 1)), atol=1e-5)
    np.testing.assert_allclose(judged.contributions.sum(axis=1), judged.scores, atol=1e-9)


@pytest.mark.parametrize("weights", [[0.0, 0, 0], [1.0, -1, 1], [np.nan, 1, 1], [np.inf, 1, 1]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(InputError, match="weights"):
        constant_gate(np.array(weights), 4)


@pytest.mark.parametrize("coefficients", [[0.0, 0, 0], [np.nan, 1, 1]])
def test_coefficients_that_are_none_are_refused(coefficients: list[float]) -> None:
    with pytest.raises(InputError, match="coefficients"):
        with_coefficients(random_heads(), np.array(coefficients))
