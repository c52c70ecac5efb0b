"""Rated rows as tokens and unit-scale ratings, and as padded batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float64
from numpy.typing import NDArray

from armo.data import RatingRow
from armo.errors import DataError
from armo.objectives import Objective
from armo.tuning.masked import as_labels


@dataclass(frozen=True)
class RatedTokens:
    """A rated response.

    Attributes:
        ids: Token ids of the conversation.
        ratings: Unit-scale ratings, NaN = missing.
    """

    ids: NDArray[np.int32]
    ratings: Float64[np.ndarray, " objectives"]


@dataclass(frozen=True)
class RatedCollator:
    """Pads rows on the right.

    Attributes:
        pad: Padding token.
    """

    pad: int

    def __call__(self, rows: Sequence[RatedTokens]) -> dict[str, torch.Tensor]:
        """Return `input_ids`, `attention_mask` and `labels` of a batch."""
        width = max(len(row.ids) for row in rows)
        ids = torch.full((len(rows), width), self.pad, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, : len(row.ids)] = torch.from_numpy(row.ids.astype(np.int64))
            mask[place, : len(row.ids)] = 1
        labels = as_labels(np.stack([row.ratings for row in rows])).astype(np.float32)
        return {"input_ids": ids, "attention_mask": mask, "labels": torch.from_numpy(labels)}


def unit_ratings(
    row: RatingRow, objectives: Sequence[Objective]
) -> Float64[np.ndarray, " objectives"]:
    """Return a row's ratings in unit scale, NaN = missing.

    Raises:
        DataError: If it rates none of the objectives, or one can't be told from a missing one.
    """
    given = [row.ratings.get(objective.name) for objective in objectives]
    ratings = np.array(
        [
            np.nan if value is None else objective.to_unit(float(value))
            for objective, value in zip(objectives, given, strict=True)
        ]
    )
    if np.isnan(ratings).all():
        raise DataError("it rates none of the objectives that are trained")
    as_labels(ratings)
    return ratings


def observed_means(
    rows: Sequence[RatedTokens], objectives: Sequence[Objective]
) -> Float64[np.ndarray, " objectives"]:
    """Return the mean of each objective's ratings.

    Raises:
        DataError: If an objective is rated by no row.
    """
    ratings = np.stack([row.ratings for row in rows])
    for objective, rated in zip(objectives, ~np.isnan(ratings).all(axis=0), strict=True):
        if not rated:
            raise DataError(
                f"objective '{objective.name}' is rated by no row that is trained on; leave it out of "
                "objectives.keep, or give ratings of it"
            )
    means: Float64[np.ndarray, " objectives"] = np.nanmean(ratings, axis=0)
    return means
