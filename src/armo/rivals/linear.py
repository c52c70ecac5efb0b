"""A linear Bradley–Terry head on frozen features: the cheapest rival, trained on the pairs alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64, Int
from scipy.optimize import minimize
from scipy.special import expit

from armo.backbone import Backbone
from armo.errors import DataError, InputError
from armo.features import FeatureStore
from armo.model import RewardModel
from armo.rivals.bradley_terry import with_head
from armo.splits import TRAIN, VALIDATION
from armo.training.tables import PairTable

ALPHAS = tuple(10.0**power for power in range(-1, 8))
_BLOCK_ROWS = 8_192
_MOST_STEPS = 2_000
# Of the gradient of the mean loss, in units of standardised features.
_TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class LinearHead:
    """What was fitted.

    Attributes:
        weight: On raw features, shape `[hidden]`; differences of `weight · f(x⊕y)` are log-odds.
        alpha: Ridge penalty that was chosen.
        losses: Validation loss in nats by penalty; of the training pairs where no pair is held out.
        gradient: Largest entry of the gradient at the end, in units of a mean loss.
        notes: Sentences for the reader of a report.
    """

    weight: Float32[np.ndarray, " hidden"]
    alpha: float
    losses: dict[float, float]
    gradient: float
    notes: tuple[str, ...] = ()


def fit_linear(
    store: FeatureStore,
    pairs: PairTable,
    alphas: Sequence[float] | None = None,
    sample_weight: Float[np.ndarray, " pairs"] | None = None,
) -> LinearHead:
    """Fit a head to the features of pairs; see `fit_differences`.

    Holds the differences of all pairs in float32: 4 bytes times pairs times hidden size.

    Raises:
        DataError: If no pair is in the training split.
    """
    differences = store.responses(pairs.chosen) - store.responses(pairs.rejected)
    return fit_differences(differences, pairs.splits, alphas, sample_weight)


def fit_differences(
    differences: Float32[np.ndarray, "pairs hidden"],
    splits: Int[np.ndarray, " pairs"],
    alphas: Sequence[float] | None = None,
    sample_weight: Float[np.ndarray, " pairs"] | None = None,
) -> LinearHead:
    """Minimise `Σ −log σ(z · d/s) + α/2 · ‖z‖²` over the training pairs, α by validation loss.

    `d` is f(chosen) − f(rejected) and `s` the root mean square of each of its entries over the training
    pairs, so that the penalty has no unit; the returned weight is `z / s`. There is no intercept: it
    would cancel. Every α is solved to optimality by L-BFGS in float64, from the strictest on, each from
    the last.

    Args:
        differences: Shape `[pairs, hidden]`.
        splits: Index into `armo.splits.SPLITS` of each pair; test pairs are not looked at.
        alphas: Penalties to choose from, above 0; powers of ten where it is None.
        sample_weight: What each pair counts, ≥ 0.

    Raises:
        DataError: If no pair that counts is in the training split.
        InputError: If a penalty or weight makes no sense, or a difference is not finite.
    """
    grid = sorted(ALPHAS if alphas is None else alphas, reverse=True)
    counted = _weights(sample_weight, len(differences))
    if not grid or not all(0 < alpha < np.inf for alpha in grid):
        raise InputError("alphas: give at least one number above 0")
    if not np.isfinite(differences).all():
        raise InputError("differences must be finite")
    train = np.flatnonzero((splits == TRAIN) & (counted > 0))
    held = np.flatnonzero((splits == VALIDATION) & (counted > 0))
    if not train.size:
        raise DataError("no preference pair is in the training split, so nothing can be fitted")
    problem = _Problem(differences, train, counted)
    judged = held if held.size else train
    losses, found = {}, {}
    z = np.zeros(differences.shape[1])
    for alpha in grid:
        z, gradient = problem.solve(alpha, z)
        found[alpha] = (z / problem.scale, gradient)
        losses[alpha] = _loss(differences, judged, counted, found[alpha][0])
    best = min(grid, key=lambda alpha: losses[alpha])
    weight, gradient = found[best]
    notes = _notes(best, grid, bool(held.size))
    return LinearHead(weight.astype(np.float32), best, losses, gradient, notes)


def linear_model(head: LinearHead, backbone: Backbone) -> RewardModel:
    """Return a reward model whose score is the head's output; β is 1."""
    return with_head(backbone, head.weight)


class _Problem:
    """The loss over the training pairs, in standardised units, read block by block."""

    def __init__(
        self,
        differences: Float32[np.ndarray, "pairs hidden"],
        rows: Int[np.ndarray, " train"],
        weight: Float64[np.ndarray, " pairs"],
    ) -> None:
        self._differences, self._rows, self._weight = differences, rows, weight
        self.scale = self._root_mean_square()

    def solve(
        self, alpha: float, start: Float64[np.ndarray, " hidden"]
    ) -> tuple[Float64[np.ndarray, " hidden"], float]:
        """Return the minimiser and the largest entry of the gradient that is left."""
        total = float(self._weight[self._rows].sum())

        def mean_loss(
            z: Float64[np.ndarray, " hidden"],
        ) -> tuple[float, Float64[np.ndarray, " hidden"]]:
            loss, slope = 0.5 * alpha * float(z @ z), alpha * z
            for block, weight in self._blocks():
                margins = block @ z
                loss += float(weight @ np.logaddexp(0.0, -margins))
                slope = slope - (weight * expit(-margins)) @ block
            return loss / total, slope / total

        options = {"maxiter": _MOST_STEPS, "maxfun": 2 * _MOST_STEPS, "ftol": 0, "gtol": _TOLERANCE}
        fitted: Any = minimize  # its stubs have no overload for a function that gives both
        result = fitted(mean_loss, start, jac=True, method="L-BFGS-B", options=options)
        solution: Float64[np.ndarray, " hidden"] = np.asarray(result.x, dtype=np.float64)
        return solution, float(np.abs(result.jac).max())

    def _root_mean_square(self) -> Float64[np.ndarray, " hidden"]:
        squares = np.zeros(self._differences.shape[1])
        for start in range(0, len(self._rows), _BLOCK_ROWS):
            rows = self._rows[start : start + _BLOCK_ROWS]
            squares += self._weight[rows] @ self._differences[rows].astype(np.float64) ** 2
        size = np.sqrt(squares / self._weight[self._rows].sum())
        return np.where(size > 0, size, 1.0)

    def _blocks(
        self,
    ) -> Iterator[tuple[Float64[np.ndarray, "rows hidden"], Float64[np.ndarray, " rows"]]]:
        for start in range(0, len(self._rows), _BLOCK_ROWS):
            rows = self._rows[start : start + _BLOCK_ROWS]
            yield self._differences[rows] / self.scale, self._weight[rows]


def _weights(
    given: Float[np.ndarray, " pairs"] | None, pairs: int
) -> Float64[np.ndarray, " pairs"]:
    weight = np.ones(pairs) if given is None else np.asarray(given, dtype=np.float64)
    if weight.shape != (pairs,) or not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise InputError("sample_weight must hold one finite weight ≥ 0 a pair")
    return weight


def _loss(
    differences: Float32[np.ndarray, "pairs hidden"],
    rows: Int[np.ndarray, " rows"],
    counted: Float64[np.ndarray, " pairs"],
    weight: Float64[np.ndarray, " hidden"],
) -> float:
    margins = np.concatenate(
        [
            differences[rows[start : start + _BLOCK_ROWS]].astype(np.float64) @ weight
            for start in range(0, len(rows), _BLOCK_ROWS)
        ]
    )
    return float(np.average(np.logaddexp(0.0, -margins), weights=counted[rows]))


def _notes(best: float, grid: Sequence[float], held_out: bool) -> tuple[str, ...]:
    notes = []
    if len(grid) > 1 and best in (grid[0], grid[-1]):
        notes.append(f"the penalty {best:g} is at the edge of the grid")
    if not held_out:
        notes.append("no pair is held out, so the penalty was chosen on the training pairs")
    return tuple(notes)
