"""The result of debiasing: one penalty an objective, and the matrix that applies them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from numpy.typing import NDArray

from armo.errors import InputError


@dataclass(frozen=True, eq=False)
class Debias:
    """Penalties that make rewards uncorrelated with the verbosity reward on a reference set.

    Attributes:
        penalties: λ of every objective, shape `[k]`; 1 for verbosity itself, which becomes zero.
        verbosity: Index of the verbosity objective.
        method: `"spearman"` or `"pearson"`.
        center: None for the correlation over all rows, `"prompt"` for the one within prompts.
        nonnegative: Whether negative penalties were set to 0.
        rows: Rows of the reference set that entered.
        before: Correlation (by `method` and `center`) of the raw rewards with the verbosity reward
            on the reference set, shape `[k]`; 0 for a constant.
        after: The same of the debiased rewards.
        notes: What a reader should know, in sentences.
    """

    penalties: Float64[np.ndarray, " objectives"]
    verbosity: int
    method: str
    center: str | None
    nonnegative: bool
    rows: int
    before: Float64[np.ndarray, " objectives"]
    after: Float64[np.ndarray, " objectives"]
    notes: tuple[str, ...]

    @property
    def matrix(self) -> Float64[np.ndarray, "objectives objectives"]:
        """`T` with `debiased = rewards @ T`, shape `[k, k]` (see `penalty_matrix`)."""
        return penalty_matrix(self.penalties, self.verbosity)

    def apply(
        self, rewards: Float[np.ndarray, "rows objectives"]
    ) -> Float64[np.ndarray, "rows objectives"]:
        """Return debiased rewards `r' = r − λ·r_v` in float64 (equation 2).

        Args:
            rewards: Raw rewards, shape `[n, k]`.

        Raises:
            InputError: The number of objectives is not that of the fit.
        """
        wanted = len(self.penalties)
        if rewards.ndim != 2 or rewards.shape[1] != wanted:
            raise InputError(
                f"rewards must have shape [rows, {wanted}], as in the fit, got {list(rewards.shape)}"
            )
        debiased: NDArray[np.float64] = rewards.astype(np.float64) @ self.matrix
        return debiased


def penalty_matrix(
    penalties: Float[np.ndarray, " objectives"], verbosity: int
) -> Float64[np.ndarray, "objectives objectives"]:
    """Return the identity with the penalties taken off row `verbosity` (equation 2 as a matrix).

    Args:
        penalties: λ of every objective, shape `[k]`.
        verbosity: Index of the verbosity objective.
    """
    matrix = np.eye(len(penalties))
    matrix[verbosity] -= penalties
    return matrix
