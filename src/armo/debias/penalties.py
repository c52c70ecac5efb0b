"""How much of the verbosity reward to take out of one objective, by kind of correlation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from armo.debias.root import zero_of_step
from armo.evaluate.correlation import ranks

Column = NDArray[np.float64]


def pearson_penalty(objective: Column, verbosity: Column) -> float:
    """Return λ with `Pearson(objective − λ·verbosity, verbosity) = 0`: Cov / Var.

    Args:
        objective: Rewards of one objective, shape `[n]`.
        verbosity: Rewards of verbosity, not constant, shape `[n]`.
    """
    deviations = verbosity - verbosity.mean()
    # Squares of tiny deviations would vanish.
    largest = np.abs(deviations).max()
    scaled = deviations / largest
    return float((objective - objective.mean()) @ scaled / (scaled @ scaled) / largest)


def spearman_penalty(objective: Column, verbosity: Column) -> float:
    """Return λ with `Spearman(objective − λ·verbosity, verbosity) = 0`.

    As λ grows, every pair of rows can only turn from agreement with verbosity to disagreement, so
    the covariance of ranks never rises. (The correlation also divides by the spread of ranks, which
    ties change; its sign is the covariance's.) It is a step function: the middle of its zeros is
    taken, or the step that passes zero.

    Args:
        objective: Rewards of one objective, not constant, shape `[n]`.
        verbosity: Rewards of verbosity, not constant, shape `[n]`.
    """
    objective_unit, verbosity_unit = _unit(objective), _unit(verbosity)
    rewards, penalised = objective / objective_unit, verbosity / verbosity_unit
    verbosity_ranks = ranks(verbosity)
    deviations = verbosity_ranks - verbosity_ranks.mean()

    def rank_covariance(penalty: float) -> float:
        return float(ranks(rewards - penalty * penalised) @ deviations)

    return zero_of_step(rank_covariance) * objective_unit / verbosity_unit


def _unit(values: Column) -> float:
    # A power of two of the size of the range: dividing by it rounds nothing, so ties stay ties.
    return float(2.0 ** np.floor(np.log2(np.ptp(values))))
