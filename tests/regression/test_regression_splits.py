"""Who may influence what: train the weights, validation α alone, test nothing."""

from __future__ import annotations

import numpy as np
from regression_problems import Problem, make, oracle

from armo.regression import fit
from armo.splits import TEST, TRAIN, VALIDATION, split_codes


def disturb(problem, split):
    features, ratings = problem.features.copy(), problem.ratings.copy()
    rows = problem.splits == split
    assert rows.any()
    features[rows] = features[rows][::-1] * 100 + 7
    ratings[rows] = np.where(np.isnan(ratings[rows]), 0.5, np.nan)
    ratings[np.flatnonzero(rows)[0]] = 1e3
    return features, ratings


def test_test_rows_have_no_influence():
    problem = make(rows=300, missing="scattered")
    before = fit(problem.features, problem.ratings)
    after = fit(*disturb(problem, TEST))
    np.testing.assert_array_equal(after.weight, before.weight)
    np.testing.assert_array_equal(after.intercept, before.intercept)
    np.testing.assert_array_equal(after.alpha, before.alpha)
    assert after.validation_mse == before.validation_mse


def test_validation_rows_move_no_weight_at_a_given_alpha():
    problem = make(rows=300, missing="scattered")
    before = fit(problem.features, problem.ratings, alphas=[1.0])
    after = fit(*disturb(problem, VALIDATION), alphas=[1.0])
    np.testing.assert_array_equal(after.weight, before.weight)
    assert after.validation_mse != before.validation_mse


def test_training_rows_do_move_them():
    problem = make(rows=300)
    before = fit(problem.features, problem.ratings, alphas=[1.0])
    after = fit(*disturb(problem, TRAIN), alphas=[1.0])
    assert np.abs(after.weight - before.weight).max() > 1e-3


def test_no_group_straddles():
    problem = make(rows=300)
    groups = [f"prompt {index // 3}" for index in range(300)]
    codes = split_codes(groups)
    result = fit(problem.features, problem.ratings, groups, alphas=[1.0])
    np.testing.assert_array_equal(result.counts[0], np.bincount(codes, minlength=3))

    class Grouped(Problem):
        splits = codes

    weight, _ = oracle(
        Grouped(problem.features, problem.ratings), 0, 1.0, intercept=True, standardize=True
    )
    np.testing.assert_allclose(result.weight[0], weight, rtol=1e-6)


def test_a_group_does_not_move_when_data_are_added():
    problem = make(rows=300)
    groups = np.array([f"prompt {index // 3}" for index in range(300)])
    part = fit(problem.features[:150], problem.ratings[:150], groups[:150])
    whole = fit(problem.features, problem.ratings, groups)
    rest = np.bincount(split_codes(groups[150:]), minlength=3)
    np.testing.assert_array_equal(part.counts + rest, whole.counts)
