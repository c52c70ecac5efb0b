"""Random regression problems for the tests of stage 1, and the oracle they are checked against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from armo.splits import TRAIN, row_groups, split_codes

MISSING = ("none", "by source", "scattered", "one objective", "one rating a row")
# A row's split depends on its number alone. Found here, as strategies may not call armo: its shape
# checker draws random numbers.
FIRST = int(np.flatnonzero(split_codes(row_groups(None, 8)) == TRAIN)[0])


@dataclass(frozen=True, eq=False)
class Problem:
    features: np.ndarray
    ratings: np.ndarray

    @property
    def splits(self) -> np.ndarray:
        return split_codes(row_groups(None, len(self.features)))

    def observed(self, objective: int, split: int = TRAIN) -> tuple[np.ndarray, np.ndarray]:
        rows = (self.splits == split) & ~np.isnan(self.ratings[:, objective])
        return self.features[rows].astype(np.float64), self.ratings[rows, objective]


def make(rows=200, features=6, objectives=3, missing="none", seed=0, dtype=np.float64, noise=0.1):
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(rows, features)) * rng.uniform(0.5, 3, features)).astype(dtype)
    x += rng.normal(size=features).astype(dtype)
    weight = rng.normal(size=(features, objectives)) / np.sqrt(features)
    ratings = 0.6 + 0.1 * (x @ weight) + noise * rng.normal(size=(rows, objectives))
    ratings[~_observed(rng, rows, objectives, missing)] = np.nan
    # Every objective keeps a training rating: to lack one is an error, tested on its own.
    ratings[FIRST] = np.where(np.isnan(ratings[FIRST]), 0.5, ratings[FIRST])
    return Problem(x, ratings)


def _observed(rng, rows, objectives, missing):
    everything = np.ones((rows, objectives), dtype=bool)
    if missing == "by source":
        return rng.integers(0, 2, (rows, 1)) == np.arange(objectives) % 2
    if missing == "scattered":
        return rng.random((rows, objectives)) < 0.7
    if missing == "one objective":
        everything[rng.random(rows) < 0.05, 0] = False
        return everything
    if missing == "one rating a row":
        return rng.integers(0, objectives, (rows, 1)) == np.arange(objectives)
    return everything


@st.composite
def problems(draw, most_rows=90):
    return make(
        rows=draw(st.integers(8, most_rows)),
        features=draw(st.integers(1, 14)),
        objectives=draw(st.integers(1, 4)),
        missing=draw(st.sampled_from(MISSING)),
        seed=draw(st.integers(0, 10_000)),
        dtype=draw(st.sampled_from([np.float32, np.float64])),
    )


def oracle(problem, objective, alpha, *, intercept, standardize):
    """Return scikit-learn's weights and intercept on raw features."""
    x, y = problem.observed(objective)
    scaler = StandardScaler(with_mean=intercept, with_std=standardize)
    ridge = Ridge(alpha=alpha, fit_intercept=intercept, solver="svd")
    make_pipeline(scaler, ridge).fit(x, y)
    weight = ridge.coef_ / (scaler.scale_ if standardize else 1.0)
    constant = float(ridge.intercept_) - (weight @ scaler.mean_ if intercept else 0.0)
    return weight, constant
