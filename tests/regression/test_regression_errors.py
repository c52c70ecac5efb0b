"""What is refused, and that the message says where and what to do."""

from __future__ import annotations

import numpy as np
import pytest
from jaxtyping import TypeCheckError
from regression_problems import make

from armo.errors import InputError
from armo.regression import Block, blocks_of, fit
from armo.regression.block import check_shapes, check_splits
from armo.splits import TRAIN

# Under the tests' shape checker, wrong shapes are caught before the function sees them.
SHAPE_ERRORS = (InputError, TypeCheckError)


def test_an_objective_without_training_ratings_is_refused_by_name():
    problem = make(objectives=4)
    problem.ratings[problem.splits == TRAIN, 1] = np.nan
    problem.ratings[:, 3] = np.nan
    with pytest.raises(InputError, match="no training row rates 'b', 'd'; give rows"):
        fit(problem.features, problem.ratings, names=list("abcd"))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e200])
def test_features_that_are_not_finite_are_located(value):
    problem = make()
    problem.features[17, 4] = value
    with pytest.raises(InputError, match=r"features hold 1 values .* row 17, column 4"):
        fit(problem.features, problem.ratings)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_infinite_values_in_short_floats_are_located(dtype):
    problem = make()
    features = problem.features.astype(dtype)
    features[3, 0] = np.inf
    with pytest.raises(InputError, match=r"row 3, column 0"):
        fit(features, problem.ratings)


def test_infinite_ratings_are_located_and_missing_ones_are_not_infinite():
    problem = make(missing="scattered")
    problem.ratings[150, 2] = np.inf
    with pytest.raises(InputError, match=r"ratings hold 1 .* row 150, column 2 .* NaN"):
        fit(problem.features, problem.ratings)


def test_rows_are_counted_over_all_blocks(monkeypatch):
    monkeypatch.setattr("armo.regression.block.rows_at_once", lambda features: 50)
    problem = make()
    problem.features[120, 1] = np.nan
    with pytest.raises(InputError, match="row 120, column 1"):
        fit(problem.features, problem.ratings)


@pytest.mark.parametrize(
    ("features", "ratings", "message"),
    [
        (np.zeros((4, 2)), np.zeros((5, 2)), "features have 4 rows and ratings 5"),
        (np.zeros(4), np.zeros((4, 2)), r"features must be a table .* shape \[4\]"),
        (np.zeros((4, 0)), np.zeros((4, 2)), "features must be a table with at least one column"),
        (np.zeros((4, 2)), np.zeros((4, 0)), "ratings must be a table with at least one column"),
        (np.zeros((4, 2)), np.zeros((4, 2), dtype=int), "ratings must be floats, got int64"),
    ],
)
def test_wrong_shapes_are_refused(features, ratings, message):
    with pytest.raises(InputError, match=message):
        check_shapes(features, ratings)
    with pytest.raises(SHAPE_ERRORS):
        Block(features, ratings, np.zeros(4, dtype=int))
    with pytest.raises(SHAPE_ERRORS):
        fit(features, ratings)


def test_wrong_splits_are_refused():
    table = np.zeros((4, 2))
    with pytest.raises(InputError, match=r"one code a row, shape \[4\], got \[3\]"):
        check_splits(np.zeros(3, dtype=int), 4)
    with pytest.raises(SHAPE_ERRORS):
        Block(table, table, np.zeros(3, dtype=int))
    with pytest.raises(InputError, match=r"0 .train., 1 .validation. or 2 .test."):
        Block(table, table, np.full(4, 3))


def test_wrong_groups_are_refused():
    with pytest.raises(InputError, match="groups has 2 labels for 4 rows"):
        blocks_of(np.zeros((4, 2)), np.zeros((4, 2)), ["a", "b"])


@pytest.mark.parametrize("alphas", [[], [0.0], [-1.0, 1.0], [np.nan], [np.inf]])
def test_wrong_alphas_are_refused(alphas):
    problem = make()
    with pytest.raises(InputError, match="alphas must be finite numbers above 0"):
        fit(problem.features, problem.ratings, alphas=alphas)


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "b"]])
def test_wrong_names_are_refused(names):
    problem = make()
    with pytest.raises(InputError, match="one different name for each of the 3"):
        fit(problem.features, problem.ratings, names=names)


def test_prediction_refuses_other_features():
    result = fit(make().features, make().ratings)
    with pytest.raises(SHAPE_ERRORS, match="features"):
        result.predict(np.zeros((2, 5)))
    with pytest.raises(InputError, match=r"first in row 1"):
        result.predict(np.array([[0.0] * 6, [np.nan] * 6]))
