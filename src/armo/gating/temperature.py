"""β as a temperature: what turns a margin of scores into a probability."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from armo.errors import InputError
from armo.gating.convex import solve

_SMALLEST_LOGIT = 1e-3


def fit_beta(
    margins: Float[np.ndarray, " pairs"], sample_weight: Float[np.ndarray, " pairs"] | None = None
) -> float:
    """Return the β > 0 that minimises the weighted mean of `−log σ(β · margin)`.

    Convex in one dimension and solved to optimality; the tiny ridge of `fit_fixed` keeps β finite if
    every margin is positive. Where no positive β helps (the margins are wrong at least as much as
    right) the result is `1e-3 / rms(margins)`: probabilities of one half within 0.001 for all but
    extreme margins, and the order of scores intact. Without any margin other than zero it is 1.

    Args:
        margins: Scores of the chosen minus the rejected response, `[pairs]`.
        sample_weight: Weights ≥ 0 of the pairs, `[pairs]`.

    Raises:
        InputError: If margins are empty or not finite, or the weights don't fit them.
    """
    margins = np.asarray(margins, dtype=np.float64)
    weight = (
        np.ones(len(margins)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    )
    if margins.ndim != 1 or not margins.size or not np.isfinite(margins).all():
        raise InputError("margins must be one finite number a pair, for at least one pair")
    if weight.shape != margins.shape or not (weight >= 0).all() or not 0 < weight.sum() < np.inf:
        raise InputError("sample_weight must hold one weight ≥ 0 a margin, not all of them zero")
    used = weight > 0
    margins, weight = margins[used], weight[used]
    size = float(np.sqrt(np.average(margins**2, weights=weight)))
    if size < 1e-100:
        return 1.0
    beta = float(solve(margins[:, None], weight).coefficients[0])
    return max(beta, _SMALLEST_LOGIT / size)
