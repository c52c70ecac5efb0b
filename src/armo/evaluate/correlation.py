"""Correlations, over all rows and within prompts.

The correlation with a constant is 0 here: a constant orders nothing, so it carries nothing of the
other variable. That is what a debiased verbosity objective, which is zero, should show.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float64, Int, Real
from numpy.typing import NDArray

from armo.evaluate.inputs import Groups, finite, group_codes, same_rows

# Centring ties such as 0.3 − 0.2 and 0.2 − 0.1 breaks them in the last bits, and ranks would count
# that. Steps of this part of the largest value put them together again.
_FINEST_STEP = 2.0**-40


def pearson(x: Real[np.ndarray, " rows"], y: Real[np.ndarray, " rows"]) -> float:
    """Return Pearson's correlation, 0 if either is constant.

    Args:
        x: Shape `[n]`.
        y: Shape `[n]`.

    Raises:
        InputError: Lengths differ or a value is not finite.
    """
    left, right = _deviations(finite(x, "x")), _deviations(finite(y, "y"))
    same_rows(len(left), len(right), "y")
    norms = np.linalg.norm(left) * np.linalg.norm(right)
    if norms == 0:
        return 0.0
    return float(np.clip((left @ right) / norms, -1, 1))


def spearman(x: Real[np.ndarray, " rows"], y: Real[np.ndarray, " rows"]) -> float:
    """Return Spearman's rank correlation, ties at their average rank; 0 if either is constant.

    Args:
        x: Shape `[n]`.
        y: Shape `[n]`.

    Raises:
        InputError: Lengths differ or a value is not finite.
    """
    return pearson(ranks(x), ranks(y))


def pearson_within(
    x: Real[np.ndarray, " rows"], y: Real[np.ndarray, " rows"], groups: Groups
) -> float:
    """Return Pearson's correlation of the values with their group means removed (see `within`).

    Args:
        x: Shape `[n]`.
        y: Shape `[n]`.
        groups: One label a row, such as its prompt.

    Raises:
        InputError: Lengths differ or a value is not finite.
    """
    return pearson(within(x, groups), within(y, groups))


def spearman_within(
    x: Real[np.ndarray, " rows"], y: Real[np.ndarray, " rows"], groups: Groups
) -> float:
    """Return Spearman's correlation of the values with their group means removed (see `within`).

    Values are centred first and ranked together afterwards. In this order the correlation of
    `x − λy` with `y` falls as λ grows, which the search for a verbosity penalty needs.

    Args:
        x: Shape `[n]`.
        y: Shape `[n]`.
        groups: One label a row, such as its prompt.

    Raises:
        InputError: Lengths differ or a value is not finite.
    """
    return spearman(within(x, groups), within(y, groups))


def within(values: Real[np.ndarray, " rows *objectives"], groups: Groups) -> NDArray[np.float64]:
    """Return the values with their group's mean removed, for groups of two rows or more.

    A row that is alone in its group has nothing to be compared with and is left out.

    Args:
        values: Shape `[n]` or `[n, k]`.
        groups: One label a row, such as its prompt.

    Returns:
        The rows kept, in their order; rounded to 1e-12 of the column's largest value, so that
        differences that are equal stay so.

    Raises:
        InputError: The number of labels is not the number of rows, or a value is not finite.
    """
    numbers = finite(values, "values", dimensions=values.ndim)
    kept, codes = comparable(groups, len(numbers))
    if numbers.ndim == 1:
        return _centred(numbers[kept], codes)
    return np.stack([_centred(column, codes) for column in numbers[kept].T], axis=1)


def comparable(
    groups: Groups, rows: int
) -> tuple[Bool[np.ndarray, " rows"], Int[np.ndarray, " kept"]]:
    """Return which rows share their group with another, and the group of each of those.

    Args:
        groups: One label a row.
        rows: How many rows there are.

    Returns:
        A mask of shape `[rows]`, and the codes of the rows it keeps.

    Raises:
        InputError: The number of labels is not the number of rows.
    """
    codes = group_codes(groups, rows)
    kept = np.bincount(codes, minlength=1)[codes] >= 2
    return kept, codes[kept]


def ranks(values: Real[np.ndarray, " rows"]) -> Float64[np.ndarray, " rows"]:
    """Return ranks from 1, ties at their average rank.

    Args:
        values: Shape `[n]`.

    Raises:
        InputError: A value is not finite.
    """
    numbers = finite(values, "values")
    order = np.argsort(numbers)
    ranked = np.empty(len(numbers))
    ranked[order] = _sorted_ranks(numbers[order])
    return ranked


def _centred(values: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    means = np.bincount(codes, values) / np.maximum(np.bincount(codes), 1)
    step = _step(values)
    centred: NDArray[np.float64] = np.round((values - means[codes]) / step) * step
    return centred


def _sorted_ranks(ascending: NDArray[np.float64]) -> NDArray[np.float64]:
    rises = ascending[1:] != ascending[:-1]
    if rises.all():
        return np.arange(1.0, len(ascending) + 1)
    bounds = np.concatenate(([0], np.flatnonzero(rises) + 1, [len(ascending)]))
    return np.repeat((bounds[:-1] + bounds[1:] + 1) / 2, np.diff(bounds))


def _deviations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # Shifted by one of the values before the mean is taken: a constant then gives exact zeros, and
    # a large offset costs no digits.
    shifted = values - values[:1]
    largest = np.abs(shifted).max(initial=0.0)
    if largest == 0:
        return shifted
    scaled = shifted / largest
    centred: NDArray[np.float64] = scaled - scaled.mean()
    return centred


def _step(values: NDArray[np.float64]) -> float:
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        return 1.0
    # A power of two, so that dividing by the step loses nothing; not so small that it would be 0.
    step = 2.0 ** np.ceil(np.log2(largest)) * _FINEST_STEP
    return float(max(step, np.finfo(np.float64).tiny))
