"""The recipe's own reward model: under its gate, and under weights that no prompt changes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from armo import gating
from armo.leaderboard.building.beta import with_fitted_beta
from armo.leaderboard.building.built import Built, of_run
from armo.leaderboard.building.shared import Shared
from armo.model import RewardModel
from armo.rivals.constant import with_constant_weights
from armo.rivals.scored import ScoredSystem
from armo.rivals.settings import Weighted

KIND = "weights"


def weighted(key: str, settings: Weighted, shared: Shared) -> Built:
    """Return the recipe's reward model under the weights that are asked for."""
    del key
    model, base = shared.run.model, shared.recipe.backbone.name
    training = of_run(shared.run.metrics)
    if settings.weights == "gate":
        details = {"weights": "gate", "objectives": len(model.objectives)}
        return Built(ScoredSystem(model, KIND, base, details), training)
    weights, beta = _constant(settings.weights, shared)
    heads = with_constant_weights(model.heads, weights, beta or 1.0)
    constant = RewardModel.from_heads(heads, model.backbone, model.config.verbosity)
    if beta is None:
        constant = with_fitted_beta(constant, shared)
    by_name = dict(zip(model.objectives, weights.tolist(), strict=True))
    shown = {name: weight for name, weight in by_name.items() if weight > 0}
    details = {"weights": settings.weights, "by_objective": shown}
    return Built(ScoredSystem(constant, KIND, base, details), training)


def _constant(name: str, shared: Shared) -> tuple[Float64[np.ndarray, " objectives"], float | None]:
    """Return weights that no prompt changes, with β as validation pairs have it, where it is known."""
    if name == "fixed":
        fixed = shared.run.metrics["gate"]["fixed"]
        return np.array(fixed["weights"], dtype=np.float64), float(fixed["beta"])
    if name == "best-single":
        single = gating.best_single(
            shared.differences, shared.pairs.groups, sample_weight=shared.pair_weights
        )
        return single.weights, single.beta
    return gating.uniform(len(shared.run.model.objectives)).weights, None
