"""Choice of α for one objective."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from armo.errors import InputError
from armo.regression.moments import Moments
from armo.regression.ridge import Path

# Errors this close differ by rounding: relative to the smallest, and to the variance of the ratings
# (errors come from differences of sums of that size).
_TIE, _TIE_OF_VARIANCE = 1e-9, 1e-12
# With a smaller share of residual degrees of freedom the fit nearly interpolates: generalised
# cross-validation is unreliable there, and divides rounding by the square of the share.
_SATURATED = 1e-2


def grid(alphas: Sequence[float] | Float[np.ndarray, " alphas"]) -> Float[np.ndarray, " alphas"]:
    """Return the α's in ascending order, each once.

    Raises:
        InputError: There is none, or one is not a finite number above 0.
    """
    values = np.unique(np.asarray(alphas, dtype=np.float64))
    if not values.size or not np.all(np.isfinite(values) & (values > 0)):
        raise InputError(
            f"alphas must be finite numbers above 0, at least one, got {list(alphas)}; "
            "for next to no penalty give a small one such as 1e-6"
        )
    return values


def cross_validation(moments: Moments, column: int, path: Path) -> Float[np.ndarray, " alphas"]:
    """Estimate the mean squared error on unseen rows from the training rows alone.

    Generalised cross-validation (Golub, Heath and Wahba, 1979): the training error over the squared
    share of degrees of freedom that the fit leaves. Infinite where it leaves less than a hundredth.
    """
    error = moments.mse(column, path.weight[:, column], path.intercept[:, column])
    left = 1 - path.degrees / moments.count
    saturated = left < _SATURATED
    return np.where(saturated, np.inf, error / np.where(saturated, 1.0, left) ** 2)


def choose(errors: Float[np.ndarray, " alphas"], variance: float) -> int:
    """Return the index of the smallest error; of those equal to it but for rounding, the last.

    Args:
        errors: Mean squared errors in ascending order of α.
        variance: That of the ratings.
    """
    near = errors <= np.min(errors) * (1 + _TIE) + _TIE_OF_VARIANCE * variance
    return int(np.flatnonzero(near)[-1])
