"""The squared error over the ratings that are there (equation 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from armo.errors import DataError

# transformers counts the labels of an optimiser step that differ from this; so the mean is over the
# observed entries of the whole step, however it is accumulated.
MISSING = -100.0


def masked_loss(given: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
    """Return the sum of squared errors over observed entries, divided by the step's number of them.

    Args:
        given: Output of a sequence classifier, with `logits` `[rows, objectives]`.
        labels: Unit-scale ratings, `MISSING` where there is none, same shape.
        num_items_in_batch: Observed entries of the optimiser step; None counts those at hand.
    """
    observed = labels != MISSING
    errors = torch.where(observed, given.logits.float() - labels, 0.0)
    entries = observed.sum() if num_items_in_batch is None else num_items_in_batch
    return errors.square().sum() / max(float(entries), 1.0)


def as_labels(ratings: Float64[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """Return ratings with `MISSING` in place of NaN.

    Raises:
        DataError: If a rating has that very value.
    """
    if (ratings == MISSING).any():
        raise DataError(
            f"a rating in unit scale is {MISSING:g}, which marks a missing one in training; give its "
            "objective another unit scale, such as [0, 1]"
        )
    labels: Float64[np.ndarray, "*shape"] = np.where(np.isnan(ratings), MISSING, ratings)
    return labels


def column_errors(
    given: Float64[np.ndarray, "rows objectives"], ratings: Float64[np.ndarray, "rows objectives"]
) -> list[float | None]:
    """Return the mean squared error of each objective; None where nothing is rated."""
    squares = np.square(given - ratings)
    return [None if np.isnan(column).all() else float(np.nanmean(column)) for column in squares.T]
