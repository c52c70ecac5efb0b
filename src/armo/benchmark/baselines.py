"""The weights that stand beside a gate: those that no prompt changes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from armo.errors import ModelError
from armo.gating.result import FIXED, UNIFORM
from armo.model import RewardModel


def baselines(model: RewardModel) -> dict[str, Float64[np.ndarray, " objectives"]]:
    """Return weights that do not depend on the prompt: the optimal fixed ones if known, and uniform.

    Raises:
        ModelError: If the fixed weights in the model's metrics do not fit its objectives.
    """
    count = len(model.objectives)
    uniform = {UNIFORM: np.full(count, 1 / count)}
    fixed = _fixed_weights(model)
    return uniform if fixed is None else {FIXED: fixed} | uniform


def _fixed_weights(model: RewardModel) -> Float64[np.ndarray, " objectives"] | None:
    try:
        found = (model.metrics or {})["gate"]["fixed"]["weights"]
    except (KeyError, TypeError):
        return None
    try:
        weights = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        weights = np.empty(0)
    if weights.shape != (len(model.objectives),) or not np.isfinite(weights).all():
        raise ModelError(
            f"the model's metrics.json has fixed weights that do not fit its {len(model.objectives)} "
            "objectives: train it again, or remove metrics.json to evaluate without them"
        )
    return weights
