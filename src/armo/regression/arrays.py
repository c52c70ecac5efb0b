"""Stage 1 in one call, from blocks or from arrays in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from armo.regression.block import Block, blocks_of
from armo.regression.fitting import DEFAULT_ALPHAS, solve, solve_auto
from armo.regression.result import Regression
from armo.regression.statistics import accumulate


def fit(
    features: Float[np.ndarray, "rows features"],
    ratings: Float[np.ndarray, "rows objectives"],
    groups: Sequence[object] | NDArray[np.generic] | None = None,
    *,
    alphas: Sequence[float] | Float[np.ndarray, " alphas"] = DEFAULT_ALPHAS,
    intercept: bool = True,
    standardize: bool = True,
    names: Sequence[str] | None = None,
) -> Regression:
    """Fit linear rewards to arrays.

    Rows are split by group: 80% train, 10% choose α, 10% are left alone.

    Args:
        features: Response features, shape `[n, d]`.
        ratings: Ratings in unit scale, NaN where a row doesn't carry an objective, shape `[n, k]`.
        groups: One label a row, such as the hash of its prompt; rows of a group stay on one side of
            the split. Without it every row is its own group.
        alphas: Penalties to choose from, above 0; see `solve` for their scale.
        intercept: Fit a constant that is not penalised.
        standardize: Divide features by their standard deviation within an objective's training rows.
        names: Names of the objectives, for messages and notes.

    Returns:
        The regression; its weights act on raw features.

    Raises:
        InputError: Shapes disagree, a feature is not finite, or an objective has no training rating.
    """
    return fit_blocks(
        blocks_of(features, ratings, groups),
        alphas=alphas,
        intercept=intercept,
        standardize=standardize,
        names=names,
    )


def fit_blocks(
    blocks: Iterable[Block],
    *,
    alphas: Sequence[float] | Float[np.ndarray, " alphas"] = DEFAULT_ALPHAS,
    intercept: bool = True,
    standardize: bool = True,
    names: Sequence[str] | None = None,
) -> Regression:
    """Fit linear rewards to an iterator of blocks, in one pass and bounded memory.

    Args:
        blocks: Pieces of the data, in any order and of any size that fits in memory.
        alphas: As in `fit`.
        intercept: As in `fit`.
        standardize: As in `fit`.
        names: As in `fit`.

    Returns:
        What `fit` returns for all the rows at once, to rounding.

    Raises:
        InputError: As in `fit`; or there is no block, or blocks disagree on their columns.
    """
    return solve(
        accumulate(blocks),
        alphas=alphas,
        intercept=intercept,
        standardize=standardize,
        names=names,
    )


def fit_auto(
    features: Float[np.ndarray, "rows features"],
    ratings: Float[np.ndarray, "rows objectives"],
    groups: Sequence[object] | NDArray[np.generic] | None = None,
    *,
    alphas: Sequence[float] | Float[np.ndarray, " alphas"] = DEFAULT_ALPHAS,
    names: Sequence[str] | None = None,
) -> Regression:
    """Fit linear rewards to arrays with the design that validates best; see `solve_auto`.

    Args:
        features: As in `fit`.
        ratings: As in `fit`.
        groups: As in `fit`.
        alphas: As in `fit`.
        names: As in `fit`.

    Returns:
        The regression, with the compared designs in `.candidates`.

    Raises:
        InputError: As in `fit`.
    """
    return solve_auto(accumulate(blocks_of(features, ratings, groups)), alphas=alphas, names=names)
