"""Blocks: a checked piece of the training data, small enough to hold in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from armo.errors import InputError
from armo.splits import SPLITS, row_groups, split_codes

# Squares of larger values, summed over rows, could overflow float64.
_LARGEST = 1e100


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows of features and ratings, with the split that each row belongs to.

    Attributes:
        features: Response features, finite, shape `[n, d]`.
        ratings: Ratings in unit scale, NaN where a row doesn't carry an objective, shape `[n, k]`.
        splits: Index into `armo.splits.SPLITS` for every row, shape `[n]`.
        first_row: Number of the first row in the whole data, used in messages only.

    Raises:
        InputError: A shape, a type or a value is not as above; the message says which and where.
    """

    features: Float[np.ndarray, "rows features"]
    ratings: Float[np.ndarray, "rows objectives"]
    splits: Int[np.ndarray, " rows"]
    first_row: int = 0

    def __post_init__(self) -> None:
        check_shapes(self.features, self.ratings)
        check_splits(self.splits, len(self.features))
        _refuse(_unusable(self.features) | np.isnan(self.features), "features", self.first_row)
        _refuse(_unusable(self.ratings), "ratings", self.first_row)


def check_shapes(features: NDArray[np.generic], ratings: NDArray[np.generic]) -> None:
    """Raise InputError unless features are `[n, d]` and ratings `[n, k]` floats, d and k above 0."""
    for name, array in (("features", features), ("ratings", ratings)):
        if array.ndim != 2 or array.shape[1] == 0:
            raise InputError(
                f"{name} must be a table with at least one column, got shape {list(array.shape)}"
            )
        if not np.issubdtype(array.dtype, np.floating):
            raise InputError(f"{name} must be floats, got {array.dtype}; convert them with astype")
    if len(features) != len(ratings):
        raise InputError(
            f"features have {len(features)} rows and ratings {len(ratings)}; give one row of each "
            "per response"
        )


def check_splits(splits: NDArray[np.integer], rows: int) -> None:
    """Raise InputError unless there is one known split code a row."""
    if splits.shape != (rows,):
        raise InputError(
            f"splits must hold one code a row, shape [{rows}], got {list(splits.shape)}"
        )
    if not np.isin(splits, range(len(SPLITS))).all():
        raise InputError("splits must hold 0 (train), 1 (validation) or 2 (test); see armo.splits")


def blocks_of(
    features: Float[np.ndarray, "rows features"],
    ratings: Float[np.ndarray, "rows objectives"],
    groups: Sequence[object] | NDArray[np.generic] | None = None,
) -> Iterator[Block]:
    """Split arrays by group and cut them into blocks, without copying.

    Args:
        features: Response features, shape `[n, d]`.
        ratings: Unit-scale ratings, NaN = missing, shape `[n, k]`.
        groups: One label a row; rows of a group stay on one side of the split. Without it every row
            is its own group.

    Returns:
        An iterator of blocks of `rows_at_once(d)` rows.

    Raises:
        InputError: Shapes disagree, or (while iterating) a value is not finite.
    """
    features, ratings = np.asarray(features), np.asarray(ratings)
    check_shapes(features, ratings)
    if groups is not None and len(groups) != len(features):
        raise InputError(
            f"groups has {len(groups)} labels for {len(features)} rows of features; give one a row"
        )
    splits = split_codes(row_groups(groups, len(features)))
    step = rows_at_once(features.shape[1])
    return (
        Block(features[i : i + step], ratings[i : i + step], splits[i : i + step], first_row=i)
        for i in range(0, len(features), step)
    )


def rows_at_once(features: int) -> int:
    """Return how many rows to accumulate at once.

    Adding two Gram matrices costs d² memory traffic however few rows they came from; with a multiple
    of d rows a time the multiplication that makes them dominates.
    """
    return max(4096, 2 * features)


def gather(blocks: Iterator[Block]) -> Iterator[Block]:
    """Join small blocks into blocks of at least `rows_at_once(d)` rows (the last may be smaller).

    Raises:
        InputError: A block has other numbers of features or objectives than those before it.
    """
    waiting: list[Block] = []
    shape: tuple[int, int] | None = None
    for number, block in enumerate(blocks):
        found = (block.features.shape[1], block.ratings.shape[1])
        shape = shape or found
        if found != shape:
            raise InputError(
                f"block {number} has {found[0]} features and {found[1]} objectives, the blocks "
                f"before it {shape[0]} and {shape[1]}; all must come from one backbone and one list "
                "of objectives"
            )
        waiting.append(block)
        if sum(len(part.features) for part in waiting) >= rows_at_once(shape[0]):
            yield _join(waiting)
            waiting = []
    if waiting:
        yield _join(waiting)


def _join(blocks: list[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    return Block(
        np.concatenate([block.features for block in blocks]),
        np.concatenate([block.ratings for block in blocks]),
        np.concatenate([block.splits for block in blocks]),
        first_row=blocks[0].first_row,
    )


def _unusable(table: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return where a table is infinite or too large to square; NaN is left to the caller."""
    limit = min(_LARGEST, float(np.finfo(table.dtype).max))
    return np.asarray(np.abs(table) > table.dtype.type(limit))


def _refuse(bad: NDArray[np.bool_], name: str, first_row: int) -> None:
    if bad.any():
        row, column = np.argwhere(bad)[0]
        missing = "; leave missing ratings NaN" if name == "ratings" else ""
        raise InputError(
            f"{name} hold {int(bad.sum())} values that are not finite or are beyond {_LARGEST:g}, "
            f"the first at row {first_row + row}, column {column} (counted from 0); remove or mend "
            f"those rows{missing}"
        )
