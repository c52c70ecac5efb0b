"""Ridge regression of the objectives of one row set, for all α's at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from armo.regression.moments import Gram, Moments, Rows, feature_scale, varies
from armo.regression.tridiagonal import Tridiagonal, reduce_symmetric


@dataclass(frozen=True)
class Design:
    """How features enter the penalised problem.

    Attributes:
        intercept: Fit a constant that is not penalised.
        standardize: Divide every feature by its standard deviation over the row set, so that α
            penalises all features alike. (Their means go into the intercept; without one, features
            are scaled only.)
    """

    intercept: bool
    standardize: bool

    def __str__(self) -> str:
        return (
            f"{'an' if self.intercept else 'no'} intercept, "
            f"{'standardized' if self.standardize else 'raw'} features"
        )


@dataclass(frozen=True, eq=False)
class Path:
    """The solutions of one row set along the grid of α, in terms of raw features.

    Attributes:
        weight: Shape `[alphas, m, d]`.
        intercept: Shape `[alphas, m]`.
        degrees: Effective degrees of freedom that each α spends, shape `[alphas]`.
    """

    weight: Float[np.ndarray, "alphas objectives features"]
    intercept: Float[np.ndarray, "alphas objectives"]
    degrees: Float[np.ndarray, " alphas"]


def ridge_path(moments: Moments, design: Design, alphas: Float[np.ndarray, " alphas"]) -> Path:
    """Solve `min ‖Xw − r‖² + α‖w‖²` for every objective of a row set and every α.

    Args:
        moments: Statistics of the training rows, at least one.
        design: Whether features are centred (an intercept) and scaled.
        alphas: Penalties, above 0, shape `[alphas]`.

    Returns:
        The weights on raw features, with centring and scaling folded back.
    """
    scale = feature_scale(moments) if design.standardize else np.ones(moments.width)
    if isinstance(moments, Rows):
        scaled, factors = _dual(moments, design, scale, alphas)
    else:
        scaled, factors = _primal(moments, design, scale, alphas)
    weight = scaled / scale
    spectrum = factors.eigenvalues / (factors.eigenvalues + alphas[:, None])
    if design.intercept:
        # Zero already but for rounding, which a tiny α magnifies.
        weight *= varies(moments)
        intercept = moments.rating_mean - weight @ moments.feature_mean
    else:
        intercept = np.zeros(weight.shape[:2])
    return Path(weight, intercept, spectrum.sum(axis=1) + design.intercept)


def _primal(
    gram: Gram,
    design: Design,
    scale: Float[np.ndarray, " features"],
    alphas: Float[np.ndarray, " alphas"],
) -> tuple[Float[np.ndarray, "alphas objectives features"], Tridiagonal]:
    """Solve the normal equations `(XᵀX + αI) w = Xᵀr`."""
    second, cross = gram.scatter / np.outer(scale, scale), gram.cross / scale[:, None]
    if not design.intercept:
        mean = gram.feature_mean / scale
        second += gram.count * np.outer(mean, mean)
        cross += gram.count * np.outer(mean, gram.rating_mean)
    factors = reduce_symmetric(second)
    return factors.solve(cross, alphas).swapaxes(1, 2), factors


def _dual(
    rows: Rows,
    design: Design,
    scale: Float[np.ndarray, " features"],
    alphas: Float[np.ndarray, " alphas"],
) -> tuple[Float[np.ndarray, "alphas objectives features"], Tridiagonal]:
    """Solve `(XXᵀ + αI) a = r`, of the order of the rows; then `w = Xᵀa`."""
    features, ratings = rows.features, rows.ratings
    if design.intercept:
        features, ratings = features - rows.feature_mean, ratings - rows.rating_mean
    features = features / scale
    factors = reduce_symmetric(features @ features.T)
    return factors.solve(ratings, alphas).swapaxes(1, 2) @ features, factors
