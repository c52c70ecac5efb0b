"""Confidence intervals that know rows of one group belong together: the cluster bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Real
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.inputs import Groups, finite, group_codes, same_rows
from armo.evaluate.resampling import resampled_rows, resampled_totals


@dataclass(frozen=True)
class Interval:
    """An estimate with its percentile bootstrap interval over groups.

    Many pairs can share one prompt and are not independent, so whole groups are drawn, not rows. A
    sample in which all rows agree has an interval of no width; it can't speak of what it never saw.

    Attributes:
        estimate: The statistic on the data as they are.
        low: Lower end, or None where fewer than two groups (or too few resamples on which the
            statistic exists) leave the spread unknown.
        high: Upper end, or None likewise.
        count: Rows that entered.
        groups: Groups that entered.
        level: Nominal coverage, such as 0.95.
    """

    estimate: float
    low: float | None
    high: float | None
    count: int
    groups: int
    level: float


def bootstrap_mean(
    values: Real[np.ndarray, " rows"] | Bool[np.ndarray, " rows"],
    groups: Groups | None = None,
    *,
    weights: Real[np.ndarray, " rows"] | None = None,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the (weighted) mean and its interval from a bootstrap of groups.

    The result does not depend on the order of the rows. It costs one sum a group and resample, far
    less where groups repeat, as with right and wrong.

    Args:
        values: Numbers or booleans, shape `[n]`.
        groups: One label a row; without them every row is its own group.
        weights: What each row counts, ≥ 0, shape `[n]`; rows of weight 0 are left out. In a resample
            the weights are added up again, so this is a ratio estimate.
        resamples: How many times the groups are drawn.
        level: Nominal coverage.
        seed: Fixes the draws.

    Raises:
        InputError: No rows, lengths differ, a value is not finite, a weight is negative, or
            `resamples` or `level` is out of range.
    """
    _check_options(resamples, level)
    numbers = finite(values, "values")
    codes = group_codes(groups, len(numbers))
    shares = np.ones(len(numbers)) if weights is None else _checked_weights(weights, len(numbers))
    kept = shares > 0
    if not kept.any():
        raise InputError("there are no rows to average; check the filter or the weights")
    sums = _group_sums(numbers[kept], shares[kept], codes[kept])
    total, share = sums.sum(axis=0)
    low = high = None
    if len(sums) >= 2:
        draws = resampled_totals(sums, resamples, seed)
        low, high = _percentiles(draws[:, 0] / draws[:, 1], level)
    return Interval(float(total / share), low, high, int(kept.sum()), len(sums), level)


def paired_difference(
    first: Real[np.ndarray, " rows"] | Bool[np.ndarray, " rows"],
    second: Real[np.ndarray, " rows"] | Bool[np.ndarray, " rows"],
    groups: Groups | None = None,
    *,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the mean of `first − second`, measured on the same rows, with its interval.

    Two systems judged on the same pairs mostly err on the same ones; the difference row by row
    cancels what they share, so its interval is narrower than two separate ones suggest. The
    difference is beyond chance at this level if the interval leaves out 0.

    Args:
        first: Such as whether system A is right, shape `[n]`.
        second: The same of system B, row for row, shape `[n]`.
        groups: As in `bootstrap_mean`, with `resamples`, `level` and `seed`.
        resamples: See `bootstrap_mean`.
        level: See `bootstrap_mean`.
        seed: See `bootstrap_mean`.

    Raises:
        InputError: As `bootstrap_mean`.
    """
    left, right = finite(first, "first"), finite(second, "second")
    same_rows(len(left), len(right), "second")
    return bootstrap_mean(left - right, groups, resamples=resamples, level=level, seed=seed)


def bootstrap_statistic(
    statistic: Callable[..., float | None],
    arrays: Sequence[NDArray[np.generic]],
    groups: Groups | None = None,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval | None:
    """Return any statistic of rows with its interval from a bootstrap of groups.

    Args:
        statistic: Called as `statistic(*arrays)` with rows drawn; None where it does not exist.
        arrays: What it takes, each with the same number of rows.
        groups: One label a row; without them every row is its own group.
        resamples: How many times the groups are drawn; the statistic is computed each time.
        level: Nominal coverage.
        seed: Fixes the draws.

    Returns:
        None if the statistic doesn't exist on the data as they are. Resamples on which it does not
        exist are left out; if they are half or more, `low` and `high` are None.

    Raises:
        InputError: No arrays or rows, lengths differ, or `resamples` or `level` is out of range.
    """
    _check_options(resamples, level)
    if not arrays or len(arrays[0]) == 0:
        raise InputError("there are no rows to compute the statistic on")
    rows = len(arrays[0])
    for array in arrays:
        same_rows(rows, len(array), "one of the arrays")
    estimate = statistic(*arrays)
    if estimate is None:
        return None
    codes = group_codes(groups, rows)
    group_count = int(codes.max()) + 1
    low = high = None
    if group_count >= 2:
        drawn = resampled_rows(codes, resamples, seed)
        draws = [statistic(*(array[index] for array in arrays)) for index in drawn]
        existing = [draw for draw in draws if draw is not None]
        if 2 * len(existing) > resamples:
            low, high = _percentiles(np.asarray(existing), level)
    return Interval(float(estimate), low, high, rows, group_count, level)


def _group_sums(
    numbers: NDArray[np.float64], shares: NDArray[np.float64], codes: NDArray[np.intp]
) -> NDArray[np.float64]:
    # Rows are sorted first: a sum's last bit depends on the order, and equal groups must look equal.
    order = np.lexsort((shares, numbers, codes))
    firsts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    columns = np.stack([numbers * shares, shares], axis=1)[order]
    sums: NDArray[np.float64] = np.add.reduceat(columns, firsts, axis=0)
    return sums[np.lexsort((sums[:, 1], sums[:, 0]))]


def _percentiles(draws: NDArray[np.float64], level: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _checked_weights(weights: NDArray[np.generic], rows: int) -> NDArray[np.float64]:
    shares = finite(weights, "weights")
    same_rows(rows, len(shares), "weights")
    if (shares < 0).any():
        raise InputError("weights must not be negative")
    return shares


def _check_options(resamples: int, level: float) -> None:
    if resamples < 1:
        raise InputError(f"resamples must be at least 1, got {resamples}")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, such as 0.95, got {level}")
