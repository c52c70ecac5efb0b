"""How well predicted ratings agree with observed ones, objective by objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.bootstrap import Interval, bootstrap_statistic
from armo.evaluate.correlation import spearman
from armo.evaluate.inputs import Groups, finite, group_codes

# With two ratings a rank correlation is ±1 whatever the model.
_FEWEST = 3


@dataclass(frozen=True)
class RatingQuality:
    """Quality of one objective's predictions.

    Attributes:
        count: Rows that carry a rating of this objective.
        r2: `1 − Σ(observed − predicted)² / Σ(observed − mean)²`; 0 is what the mean of these very
            rows achieves, below 0 is worse than it. None where it doesn't exist.
        rank_correlation: Spearman's, ties at average ranks. None where it doesn't exist.
        mse: Mean squared error in unit scale; None without ratings.
        reason: Why something is None, as a sentence; else None.
    """

    count: int
    r2: Interval | None
    rank_correlation: Interval | None
    mse: float | None
    reason: str | None


def rating_quality(
    predicted: Float[np.ndarray, "rows objectives"],
    observed: Float[np.ndarray, "rows objectives"],
    groups: Groups | None,
    names: Sequence[str],
    *,
    resamples: int = 500,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, RatingQuality]:
    """Compare predicted with observed ratings, for each objective on the rows that carry it.

    Args:
        predicted: Predicted ratings, finite, unit scale, shape `[n, k]`.
        observed: Ratings in the same scale, NaN where missing, shape `[n, k]`.
        groups: One label a row, such as its prompt; None makes every row its own group.
        names: Names of the objectives, length k.
        resamples: How many times the groups are drawn for the intervals.
        level: Nominal coverage of the intervals.
        seed: Fixes the draws.

    Returns:
        By name, in the order of `names`.

    Raises:
        InputError: Shapes or lengths differ, names repeat, a prediction is not finite, or a rating
            is infinite.
    """
    rewards = finite(predicted, "predicted", dimensions=2)
    _check_shapes(rewards.shape, observed.shape, names)
    ratings = observed.astype(np.float64)
    codes = group_codes(groups, len(rewards))
    quality = {}
    for column, name in enumerate(names):
        rated = ~np.isnan(ratings[:, column])
        quality[name] = _quality(
            rewards[rated, column],
            finite(ratings[rated, column], f"observed ratings of '{name}'"),
            codes[rated],
            resamples=resamples,
            level=level,
            seed=seed,
        )
    return quality


def r_squared(predicted: NDArray[np.float64], observed: NDArray[np.float64]) -> float | None:
    """Return the share of the observed variance that is explained; None if there is none.

    None also where predictions are so far off that the share is beyond floating point.

    Args:
        predicted: Shape `[n]`.
        observed: Shape `[n]`.
    """
    if len(observed) == 0 or np.ptp(observed) == 0:
        return None
    # In units of the spread: the square of a tiny one would be 0.
    spread = np.ptp(observed)
    with np.errstate(over="ignore"):
        total = np.square((observed - observed.mean()) / spread).sum()
        share = float(1 - np.square((observed - predicted) / spread).sum() / total)
    return share if np.isfinite(share) else None


def _quality(
    predicted: NDArray[np.float64],
    observed: NDArray[np.float64],
    codes: NDArray[np.intp],
    *,
    resamples: int,
    level: float,
    seed: int,
) -> RatingQuality:
    def interval(statistic: Callable[..., float | None]) -> Interval | None:
        return bootstrap_statistic(
            statistic, (predicted, observed), codes, resamples=resamples, level=level, seed=seed
        )

    count = len(observed)
    mse = float(np.square(observed - predicted).mean()) if count else None
    r2 = rank_correlation = None
    reason = None
    if count < _FEWEST:
        reason = f"Only {count} rows are rated; at least {_FEWEST} are needed."
    elif np.ptp(observed) == 0:
        reason = f"All {count} observed ratings are equal, so there is nothing to explain."
    else:
        r2 = interval(r_squared)
        if np.ptp(predicted) == 0:
            reason = f"All {count} predictions are equal, so they have no ranks to compare."
        else:
            rank_correlation = interval(spearman)
    return RatingQuality(count, r2, rank_correlation, mse, reason)


def _check_shapes(
    predicted: tuple[int, ...], observed: tuple[int, ...], names: Sequence[str]
) -> None:
    if predicted != observed:
        raise InputError(
            f"predicted and observed must have the same shape, got {list(predicted)} and "
            f"{list(observed)}"
        )
    if len(names) != predicted[1] or len(set(names)) != len(names):
        raise InputError(
            f"names must be {predicted[1]} different names, one an objective, got {list(names)}"
        )
