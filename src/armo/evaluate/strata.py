"""A mean of several strata's means, with its interval from a bootstrap of groups within each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Real
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.bootstrap import Interval, bootstrap_mean
from armo.evaluate.inputs import Groups, finite, group_codes, same_rows
from armo.evaluate.resampling import resampled_totals


def bootstrap_strata(
    values: Real[np.ndarray, " rows"] | Bool[np.ndarray, " rows"],
    strata: Sequence[str],
    weights: Mapping[str, float],
    groups: Groups | None = None,
    *,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the weighted mean of the strata's means and its interval.

    The strata are given, as a benchmark's subsets are, so each resample draws every stratum's groups
    anew and none can go missing. A stratum of one group can't say how much it varies; with one of
    those, groups are drawn over all strata together, each row counting as much as in the estimate,
    which also counts what the strata differ by. A group that stands in two strata is drawn in each by
    itself.

    Args:
        values: Numbers or booleans, shape `[n]`.
        strata: The stratum of each row.
        weights: What each stratum's mean counts, above 0, whatever its number of rows.
        groups: One label a row; without them every row is its own group.
        resamples: How many times the groups are drawn.
        level: Nominal coverage.
        seed: Fixes the draws.

    Raises:
        InputError: No rows, lengths differ, a value is not finite, a stratum has no weight above 0,
            or `resamples` or `level` is out of range.
    """
    numbers = finite(values, "values")
    same_rows(len(numbers), len(strata), "strata")
    codes = group_codes(groups, len(numbers))
    names = np.array([str(name) for name in strata], dtype=object)
    rows_of = {name: np.flatnonzero(names == name) for name in sorted(set(names))}
    shares = _shares(list(rows_of), weights)
    counts = [len(np.unique(codes[rows])) for rows in rows_of.values()]
    by_row = np.empty(len(numbers))
    for share, rows in zip(shares, rows_of.values(), strict=True):
        by_row[rows] = share / len(rows)
    pooled = bootstrap_mean(
        numbers, groups, weights=by_row, resamples=resamples, level=level, seed=seed
    )
    if min(counts) < 2:
        return pooled
    draws = np.zeros(resamples)
    for number, (share, rows) in enumerate(zip(shares, rows_of.values(), strict=True)):
        draws += share * _drawn_means(numbers[rows], codes[rows], resamples, _seed(seed, number))
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    estimate = sum(
        share * numbers[rows].mean() for share, rows in zip(shares, rows_of.values(), strict=True)
    )
    return Interval(float(estimate), float(low), float(high), len(numbers), pooled.groups, level)


def _shares(names: Sequence[str], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the part of each stratum in the mean; they sum to one."""
    chosen = np.array([weights.get(name, 0.0) for name in names], dtype=np.float64)
    for name, weight in zip(names, chosen, strict=True):
        if not 0 < weight < np.inf:
            raise InputError(f"stratum '{name}' needs a weight above 0, got {weight}")
    shares: NDArray[np.float64] = chosen / chosen.sum()
    return shares


def _drawn_means(
    numbers: NDArray[np.float64], codes: NDArray[np.intp], resamples: int, seed: int
) -> NDArray[np.float64]:
    _, own = np.unique(codes, return_inverse=True)
    sums = np.stack([np.bincount(own, numbers), np.bincount(own).astype(np.float64)], axis=1)
    totals = resampled_totals(sums, resamples, seed)
    means: NDArray[np.float64] = totals[:, 0] / totals[:, 1]
    return means


def _seed(seed: int, number: int) -> int:
    # One seed for all would draw strata of equal size alike, as if they were right and wrong together.
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
