"""A β for models that come without one: what turns their margins into probabilities."""

from __future__ import annotations

import dataclasses

import numpy as np

from armo.gating.fixed import calibrate
from armo.leaderboard.building.shared import Shared
from armo.model import RewardModel
from armo.splits import VALIDATION


def with_fitted_beta(model: RewardModel, shared: Shared) -> RewardModel:
    """Return a model on the recipe's backbone with β fitted on the validation pairs.

    Where they can't tell it, it stays as it was.
    """
    pairs, store, heads = shared.pairs, shared.store, model.heads
    rows = np.flatnonzero(pairs.splits == VALIDATION)
    prompts = store.prompts([pairs.prompts[pairs.prompt_index[row]] for row in rows])
    chosen, rejected = (
        heads.judge(prompts, store.responses([keys[row] for row in rows])).scores
        for keys in (pairs.chosen, pairs.rejected)
    )
    margins = np.asarray(chosen - rejected, dtype=np.float64)
    beta, _ = calibrate(margins, shared.pair_weights[rows], fallback=heads.preference_beta)
    calibrated = dataclasses.replace(heads, preference_beta=beta)
    return RewardModel.from_heads(calibrated, model.backbone, model.config.verbosity)
