"""The result of stage 1: one linear reward for every objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from armo.errors import InputError
from armo.regression.ridge import Design

Status = Literal["validated", "unvalidated", "constant"]


@dataclass(frozen=True)
class Candidate:
    """A design that `auto` compared.

    Attributes:
        design: Whether it has an intercept and standardized features.
        relative_error: See `Regression.relative_error`.
    """

    design: Design
    relative_error: float | None


@dataclass(frozen=True, eq=False)
class Regression:
    """Linear rewards, fitted on the training rows of every objective.

    Attributes:
        weight: Weights on raw features, shape `[k, d]`.
        intercept: Constants in unit scale, shape `[k]`; zeros if the design has none.
        alpha: The chosen penalties, shape `[k]`; on standardized features if the design has them.
        validation_mse: Mean squared error on validation rows in unit scale, by objective; None for an
            objective without validation rows.
        status: By objective: `"validated"`, α chosen on validation rows; `"unvalidated"`, there were
            none and α was chosen by generalised cross-validation on train; `"constant"`, all
            training ratings are equal and there is nothing to learn.
        alpha_at_edge: Names of the objectives whose α is the smallest or largest of the grid.
        counts: Number of ratings by objective and split (train, validation, test), shape `[k, 3]`.
        names: Names of the objectives, length k.
        design: Whether there is an intercept and features were standardized.
        relative_error: Mean over the objectives that vary of the error that α was chosen by, over
            the variance of the training ratings; None if no objective varies. 1 is a mean's error.
        candidates: The designs that `auto` compared, the chosen one included; empty if it was given.
        notes: What a reader should know, in sentences.
    """

    weight: Float[np.ndarray, "objectives features"]
    intercept: Float[np.ndarray, " objectives"]
    alpha: Float[np.ndarray, " objectives"]
    validation_mse: tuple[float | None, ...]
    status: tuple[Status, ...]
    alpha_at_edge: tuple[str, ...]
    counts: Int[np.ndarray, "objectives 3"]
    names: tuple[str, ...]
    design: Design
    relative_error: float | None = None
    candidates: tuple[Candidate, ...] = ()
    notes: tuple[str, ...] = ()

    def predict(
        self, features: Float[np.ndarray, "rows features"]
    ) -> Float[np.ndarray, "rows objectives"]:
        """Return the rewards of responses, unclipped, in unit scale.

        Args:
            features: Response features, shape `[n, d]`.

        Returns:
            Rewards in float64, shape `[n, k]`.

        Raises:
            InputError: The number of features is not that of the fit, or a value is not finite.
        """
        wanted = self.weight.shape[1]
        if features.ndim != 2 or features.shape[1] != wanted:
            raise InputError(
                f"features must have shape [rows, {wanted}], as in the fit, got "
                f"{list(features.shape)}"
            )
        if not np.isfinite(features).all():
            row = int(np.argwhere(~np.isfinite(features))[0, 0])
            raise InputError(f"features are not finite, first in row {row} (counted from 0)")
        rewards: Float[np.ndarray, "rows objectives"] = (
            features.astype(np.float64) @ self.weight.T + self.intercept
        )
        return rewards
