"""The Bradley–Terry loss and accuracy of given margins."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64


def preference_loss(
    margins: Float64[np.ndarray, " pairs"], beta: float, weight: Float64[np.ndarray, " pairs"]
) -> float:
    """Return the weighted mean of `−log σ(β · margin)`, in nats a pair."""
    return float(np.average(np.logaddexp(0.0, -beta * margins), weights=weight))


def preference_accuracy(
    margins: Float64[np.ndarray, " pairs"], weight: Float64[np.ndarray, " pairs"]
) -> float:
    """Return the weighted share of pairs ranked right; a tie counts one half."""
    return float(np.average((np.sign(margins) + 1.0) / 2.0, weights=weight))
