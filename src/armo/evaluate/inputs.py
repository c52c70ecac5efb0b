"""Checks that every statistic makes of its arrays: shape, length, finite values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from armo.errors import InputError

Groups = Sequence[object] | NDArray[np.generic]

# Squares of larger values, summed over rows, could overflow float64.
_LARGEST = 1e100


def finite(values: NDArray[np.generic], what: str, *, dimensions: int = 1) -> NDArray[np.float64]:
    """Return `values` as float64, or say why they can't be used.

    Args:
        values: Real numbers or booleans, rows first.
        what: The argument's name, for the message.
        dimensions: How many axes it must have.

    Raises:
        InputError: Wrong number of axes, or a value that is not finite (or beyond 1e100).
    """
    if values.ndim != dimensions:
        raise InputError(f"{what} must have {dimensions} axes, got shape {list(values.shape)}")
    numbers = values.astype(np.float64)
    usable = np.abs(numbers) <= _LARGEST
    if not usable.all():
        row = int(np.argwhere(~usable)[0, 0])
        raise InputError(
            f"{what} must be finite (and no larger than {_LARGEST:g}); first other value in row "
            f"{row} (counted from 0). Leave such rows out before calling"
        )
    return numbers


def same_rows(rows: int, other: int, what: str) -> None:
    """Raise InputError if `what` has a number of rows that differs from the other arrays'."""
    if other != rows:
        raise InputError(f"{what} has {other} rows, but the other arrays have {rows}")


def group_codes(groups: Groups | None, rows: int) -> NDArray[np.intp]:
    """Return a number for every row's group: 0, 1, … in the order of their labels' text.

    Args:
        groups: One label a row; labels with equal text are the same group. None makes every row its
            own group.
        rows: How many rows there are.

    Returns:
        The group of every row, shape `[rows]`.

    Raises:
        InputError: The number of labels is not the number of rows.
    """
    if groups is None:
        return np.arange(rows)
    same_rows(rows, len(groups), "groups")
    labels = [str(group) for group in groups]
    code = {label: number for number, label in enumerate(sorted(set(labels)))}
    return np.fromiter((code[label] for label in labels), dtype=np.intp, count=rows)
