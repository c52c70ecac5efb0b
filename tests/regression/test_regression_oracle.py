"""The weights are scikit-learn's, whatever the shapes and the missing ratings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_problems import MISSING, make, oracle, problems

from armo.regression import fit
from armo.regression.block import blocks_of
from armo.regression.moments import Gram, Rows
from armo.regression.statistics import accumulate
from armo.splits import VALIDATION


def assert_matches(result, problem, **design):
    for objective, alpha in enumerate(result.alpha):
        weight, constant = oracle(problem, objective, alpha, **design)
        size = np.abs(weight).max() + 1e-12
        np.testing.assert_allclose(result.weight[objective], weight, atol=1e-5 * size, rtol=0)
        assert result.intercept[objective] == pytest.approx(constant, rel=1e-5, abs=1e-8)


@settings(max_examples=120, deadline=None)
@given(
    problem=problems(),
    alpha=st.sampled_from([1e-2, 1.0, 30.0]),
    intercept=st.booleans(),
    standardize=st.booleans(),
)
def test_weights_are_those_of_scikit_learn(problem, alpha, intercept, standardize):
    design = {"intercept": intercept, "standardize": standardize}
    result = fit(problem.features, problem.ratings, alphas=[alpha], **design)
    assert_matches(result, problem, **design)


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.parametrize("design", [(True, True), (True, False), (False, False)])
def test_the_chosen_alpha_has_the_smallest_validation_error(missing, design):
    problem = make(rows=400, features=20, objectives=4, missing=missing)
    grid = [1e-2, 1.0, 100.0, 1e4]
    options = dict(zip(("intercept", "standardize"), design, strict=True))
    result = fit(problem.features, problem.ratings, alphas=grid, **options)
    assert_matches(result, problem, **options)
    for objective in range(4):
        x, y = problem.observed(objective, VALIDATION)
        fits = [oracle(problem, objective, alpha, **options) for alpha in grid]
        errors = [np.mean((y - x @ weight - constant) ** 2) for weight, constant in fits]
        assert result.alpha[objective] == grid[int(np.argmin(errors))]
        assert result.validation_mse[objective] == pytest.approx(min(errors), rel=1e-6)
        assert result.status[objective] == "validated"


def test_fewer_rows_than_features_are_solved_in_the_dual():
    problem = make(rows=60, features=200, objectives=2)
    statistics = accumulate(blocks_of(problem.features, problem.ratings))
    assert all(isinstance(rows, Rows) for rows in statistics.train.sets)
    assert_matches(
        fit(problem.features, problem.ratings, alphas=[0.1]),
        problem,
        intercept=True,
        standardize=True,
    )


def test_more_rows_than_features_are_solved_by_their_gram_matrix():
    problem = make(rows=300, features=5)
    statistics = accumulate(blocks_of(problem.features, problem.ratings))
    assert all(isinstance(rows, Gram) for rows in statistics.train.sets)


def test_a_mean_far_from_zero_costs_no_accuracy():
    near = make(rows=400, features=8)
    far = near.features + 1e6
    a = fit(near.features, near.ratings, alphas=[1.0])
    b = fit(far, near.ratings, alphas=[1.0])
    np.testing.assert_allclose(b.weight, a.weight, rtol=1e-6)
    np.testing.assert_allclose(b.validation_mse, a.validation_mse, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(problem=problems(), seed=st.integers(0, 99))
def test_error_from_statistics_is_the_direct_error(problem, seed):
    statistics = accumulate(blocks_of(problem.features, problem.ratings))
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(3, problem.features.shape[1]))
    intercept = rng.normal(size=3)
    for objective in range(problem.ratings.shape[1]):
        x, y = problem.observed(objective, VALIDATION)
        moments, column = statistics.validation.find(objective)
        assert moments.count == len(y)
        if len(y):
            direct = np.mean((y - weight @ x.T - intercept[:, None]) ** 2, axis=1)
            found = moments.mse(column, weight, intercept)
            np.testing.assert_allclose(found, direct, rtol=1e-8, atol=1e-12)


def test_predictions_are_the_linear_form_of_raw_features():
    problem = make(dtype=np.float32)
    result = fit(problem.features, problem.ratings)
    expected = problem.features.astype(float) @ result.weight.T + result.intercept
    np.testing.assert_allclose(result.predict(problem.features), expected)
    alone = np.vstack([result.predict(row[None]) for row in problem.features[:5]])
    np.testing.assert_allclose(alone, expected[:5], atol=1e-12)
