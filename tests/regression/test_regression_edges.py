"""Objectives and features that have little or nothing to say."""

from __future__ import annotations

import numpy as np
import pytest
from regression_problems import make, oracle

from armo.regression import DEFAULT_ALPHAS, fit
from armo.splits import TRAIN, VALIDATION


def assert_finite(result):
    for array in (result.weight, result.intercept, result.alpha):
        assert np.isfinite(array).all()
    assert all(mse is None or np.isfinite(mse) for mse in result.validation_mse)
    assert result.relative_error is None or np.isfinite(result.relative_error)


@pytest.mark.parametrize("features", [5, 400])
def test_a_constant_objective_is_predicted_and_reported(features):
    problem = make(rows=150, features=features)
    problem.ratings[:, 1] = 0.7
    result = fit(problem.features, problem.ratings, names=["a", "b", "c"])
    assert result.status == ("validated", "constant", "validated")
    np.testing.assert_array_equal(result.weight[1], 0)
    assert result.intercept[1] == pytest.approx(0.7)
    assert "b" not in result.alpha_at_edge
    assert any(note.startswith("'b': all training ratings are equal") for note in result.notes)


def test_all_objectives_constant():
    problem = make(objectives=2)
    problem.ratings[:] = [0.0, 1.0]
    result = fit(problem.features, problem.ratings)
    assert result.relative_error is None
    assert_finite(result)
    np.testing.assert_allclose(result.predict(problem.features[:1])[0], [0, 1])


def test_constant_features_get_no_weight_beside_an_intercept():
    problem = make()
    problem.features[:, 2] = 3.3
    for standardize in (True, False):
        result = fit(problem.features, problem.ratings, standardize=standardize)
        np.testing.assert_array_equal(result.weight[:, 2], 0)
        assert_finite(result)


@pytest.mark.parametrize("value", [0.0, 3.3])
def test_only_constant_features(value):
    problem = make()
    problem.features[:] = value
    result = fit(problem.features, problem.ratings)
    assert_finite(result)
    np.testing.assert_allclose(result.intercept[0], problem.observed(0)[1].mean())
    assert_finite(fit(problem.features, problem.ratings, intercept=False, standardize=False))


@pytest.mark.parametrize("rows", [30, 300])
@pytest.mark.parametrize("intercept", [True, False])
def test_duplicate_features_share_their_weight(rows, intercept):
    problem = make(rows=rows, features=30)
    problem.features[:, 15:] = problem.features[:, :15]
    result = fit(problem.features, problem.ratings, alphas=[0.1], intercept=intercept)
    np.testing.assert_allclose(result.weight[:, 15:], result.weight[:, :15], atol=1e-8)
    weight, _ = oracle(problem, 0, 0.1, intercept=intercept, standardize=True)
    np.testing.assert_allclose(result.weight[0], weight, atol=1e-6)


def test_collinear_features_at_a_tiny_alpha_stay_finite_and_predict():
    problem = make(rows=2000, features=40, noise=0.01)
    problem.features[:, 20:] = problem.features[:, :20] @ np.random.default_rng(0).normal(
        size=(20, 20)
    )
    features = problem.features * 1e3
    result = fit(features, problem.ratings, alphas=[1e-6], standardize=False)
    assert_finite(result)
    assert max(mse for mse in result.validation_mse if mse is not None) < 1.0


def test_a_single_rating_is_allowed_and_reported():
    problem = make()
    row = np.flatnonzero(problem.splits == TRAIN)[3]
    single = problem.ratings[row, 2]
    problem.ratings[:, 2] = np.nan
    problem.ratings[row, 2] = single
    result = fit(problem.features, problem.ratings, names=["a", "b", "c"])
    assert_finite(result)
    assert result.counts[2].tolist() == [1, 0, 0]
    np.testing.assert_array_equal(result.weight[2], 0)
    assert result.intercept[2] == single
    assert any(note.startswith("'c': a single training rating") for note in result.notes)
    assert_finite(fit(problem.features, problem.ratings, intercept=False, standardize=False))


@pytest.mark.parametrize("features", [5, 300])
@pytest.mark.parametrize("intercept", [True, False])
def test_without_validation_rows_alpha_is_cross_validated(features, intercept):
    problem = make(rows=200, features=features)
    problem.ratings[problem.splits == VALIDATION, 0] = np.nan
    grid = [1e-2, 1.0, 1e2, 1e4]
    result = fit(
        problem.features, problem.ratings, alphas=grid, intercept=intercept, standardize=False
    )
    x, y = problem.observed(0)
    scores = []
    for alpha in grid:
        z = x - x.mean(axis=0) if intercept else x
        hat = z @ np.linalg.solve(z.T @ z + alpha * np.eye(features), z.T) + intercept / len(y)
        left = 1 - np.trace(hat) / len(y)
        scores.append(np.mean((y - hat @ y) ** 2) / left**2)
    assert result.alpha[0] == grid[int(np.argmin(scores))]
    assert result.status[:2] == ("unvalidated", "validated")
    assert result.validation_mse[0] is None
    assert any("generalised cross-validation" in note for note in result.notes)


def test_rows_without_any_rating_change_nothing():
    problem = make(rows=100)
    ratings = np.vstack([problem.ratings, np.full((50, 3), np.nan)])
    features = np.vstack([problem.features, np.full((50, 6), 9.0)])
    more, less = fit(features, ratings), fit(problem.features, problem.ratings)
    np.testing.assert_array_equal(more.weight, less.weight)
    np.testing.assert_array_equal(more.counts, less.counts)


def test_choices_at_the_edge_of_the_grid_are_reported():
    signal = make(rows=500, noise=1e-6)
    low = fit(signal.features, signal.ratings, alphas=[1.0, 10.0, 100.0], names=["a", "b", "c"])
    assert low.alpha_at_edge == ("a", "b", "c")
    assert any("the smallest α" in note for note in low.notes)
    rng = np.random.default_rng(1)
    noise = fit(rng.normal(size=(300, 100)), rng.normal(size=(300, 2)), alphas=[1e-3, 1e-2, 1e-1])
    assert noise.alpha_at_edge == noise.names
    assert any("the largest α" in note for note in noise.notes)
    inside = make(rows=300, features=40, noise=0.3)
    assert not fit(inside.features, inside.ratings, alphas=DEFAULT_ALPHAS).alpha_at_edge


def test_a_single_alpha_is_no_edge():
    problem = make()
    assert fit(problem.features, problem.ratings, alphas=[1.0]).alpha_at_edge == ()
