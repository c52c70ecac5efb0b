"""Weights that no prompt changes, in the form of a gate: Table 2's baseline and its floors."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from armo.errors import InputError
from armo.gating import Gate
from armo.heads import Heads

# exp(-1e4) is 0 in float64: an objective without weight gets none at all.
_NONE = -1e4


def constant_gate(
    weights: Float[np.ndarray, " objectives"], features: int, beta: float = 1.0
) -> Gate:
    """Return a gate that gives every prompt the same weights.

    Args:
        weights: ≥ 0, with a sum above 0; divided by it.
        features: Length of a prompt feature.
        beta: Turns a margin of scores into a probability.

    Raises:
        InputError: If a weight is negative or not finite, or all are 0.
    """
    shares = np.asarray(weights, dtype=np.float64)
    if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
        raise InputError("weights must be finite, not negative, and not all 0")
    shares = shares / shares.sum()
    logits = np.log(shares, out=np.full(len(shares), _NONE), where=shares > 0)
    flat = np.zeros((len(shares), features), dtype=np.float32)
    return Gate.from_layers([(flat, logits.astype(np.float32))], beta=beta)


def with_constant_weights(
    heads: Heads, weights: Float[np.ndarray, " objectives"], beta: float = 1.0
) -> Heads:
    """Return heads whose gate gives every prompt the same weights."""
    gate = constant_gate(weights, heads.gate.features, beta)
    return dataclasses.replace(heads, gate=gate, preference_beta=beta)


def with_coefficients(heads: Heads, coefficients: Float[np.ndarray, " objectives"]) -> Heads:
    """Return heads whose score is `Σ cᵢ rᵢ`, with coefficients of either sign and no debiasing.

    Weights are never negative, so the signs go into the transform and the size into the score scale.

    Raises:
        InputError: If a coefficient is not finite, or all are 0.
    """
    given = np.asarray(coefficients, dtype=np.float64)
    if not (np.isfinite(given).all() and given.any()):
        raise InputError("coefficients must be finite, and not all 0")
    size = float(np.abs(given).sum())
    signed = dataclasses.replace(
        heads, transform=np.diag(np.where(given < 0, -1.0, 1.0)), score_scale=size
    )
    return with_constant_weights(signed, np.abs(given))
