"""The presets: the authors' design, and the one that validates best."""

from __future__ import annotations

import numpy as np
import pytest
from regression_problems import make

from armo.regression import (
    PAPER_ALPHAS,
    Design,
    accumulate,
    blocks_of,
    fit,
    fit_auto,
    solve,
    solve_auto,
    solve_paper,
)


def statistics_of(problem):
    return accumulate(blocks_of(problem.features, problem.ratings))


def test_paper_has_neither_intercept_nor_scaling():
    problem = make()
    paper = solve_paper(statistics_of(problem))
    np.testing.assert_array_equal(paper.intercept, 0)
    assert paper.design == Design(intercept=False, standardize=False)
    assert set(paper.alpha) <= set(PAPER_ALPHAS)
    assert (min(PAPER_ALPHAS), max(PAPER_ALPHAS), len(PAPER_ALPHAS)) == (1e-4, 1e4, 9)
    same = fit(
        problem.features, problem.ratings, alphas=PAPER_ALPHAS, intercept=False, standardize=False
    )
    np.testing.assert_array_equal(paper.weight, same.weight)


def test_auto_takes_the_design_of_the_smallest_relative_error():
    statistics = statistics_of(make(rows=250, features=60, missing="by source"))
    auto = solve_auto(statistics)
    assert len(auto.candidates) == 3
    for candidate in auto.candidates:
        alone = solve(
            statistics,
            intercept=candidate.design.intercept,
            standardize=candidate.design.standardize,
        )
        assert alone.relative_error == candidate.relative_error
    errors = [candidate.relative_error for candidate in auto.candidates]
    assert auto.relative_error == errors[0] == min(errors)
    assert auto.candidates[0].design == auto.design
    assert str(auto.design) in auto.notes[-1]


def test_auto_finds_that_an_intercept_helps():
    problem = make(rows=200, features=150, noise=0.05)
    problem.ratings[:] += 5
    auto = fit_auto(problem.features, problem.ratings)
    assert auto.design.intercept


def test_auto_finds_that_scaling_helps():
    problem = make(rows=200, features=100, noise=0.02)
    problem.features[:, 50:] *= 1e4
    problem.ratings[:] = 0.5 + 0.1 * problem.features[:, :3]
    problem.features[:, 50:] += np.random.default_rng(0).normal(size=(200, 50)) * 1e4
    assert fit_auto(problem.features, problem.ratings).design == Design(True, True)


def test_auto_finds_that_neither_helps_where_ratings_pass_through_zero():
    rng = np.random.default_rng(5)
    features = rng.normal(size=(60, 40)) * np.geomspace(1, 0.01, 40)
    ratings = features[:, :1] + 0.05 * rng.normal(size=(60, 1))
    assert not fit_auto(features, ratings).design.standardize


def test_auto_of_constant_objectives_still_decides():
    problem = make(objectives=1)
    problem.ratings[:] = 0.3
    auto = fit_auto(problem.features, problem.ratings)
    assert auto.design == Design(True, True)
    assert "unknown" in auto.notes[-1]


def test_relative_error_is_that_of_validation_over_the_variance_of_train():
    problem = make(rows=300)
    result = fit(problem.features, problem.ratings)
    variance = [problem.observed(objective)[1].var() for objective in range(3)]
    expected = np.mean(np.array(result.validation_mse) / variance)
    assert result.relative_error == pytest.approx(expected)
