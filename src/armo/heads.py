"""What is trained: regression, debiasing and gate, as plain arrays on top of frozen features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from armo.errors import InputError
from armo.gating import Gate
from armo.objectives import Objective, check_unique

# Products of larger numbers could overflow float64.
_LARGEST_SCALE = 1e60


@dataclass(frozen=True)
class Judgement:
    """All steps from features to scores, for a batch of responses.

    Attributes:
        rewards: Predicted objectives `r`, unit scale, unclipped, shape `[rows, objectives]`.
        debiased: `r' = r T`, shape `[rows, objectives]`.
        weights: Gate weights `g`, ≥ 0, each row sums to 1, shape `[rows, objectives]`.
        coefficients: `s · T g`: what multiplies the raw rewards, shape `[rows, objectives]`.
        contributions: `s · g_i · r'_i`, shape `[rows, objectives]`.
        scores: Their sums, shape `[rows]`.
    """

    rewards: Float[np.ndarray, "rows objectives"]
    debiased: Float[np.ndarray, "rows objectives"]
    weights: Float[np.ndarray, "rows objectives"]
    coefficients: Float[np.ndarray, "rows objectives"]
    contributions: Float[np.ndarray, "rows objectives"]
    scores: Float[np.ndarray, " rows"]


@dataclass(frozen=True)
class Heads:
    """The trained part of a reward model.

    Attributes:
        objectives: One for each row of `weight`, in order.
        weight: Regression weights on raw features, shape `[objectives, hidden]`.
        intercept: Added to each reward, shape `[objectives]`.
        transform: Debiasing matrix `T`, shape `[objectives, objectives]`.
        gate: Weighs the objectives by the prompt.
        score_scale: `s`, 1 for what armo trains.
        preference_beta: Turns a margin of scores into a probability.
    """

    objectives: tuple[Objective, ...]
    weight: Float[np.ndarray, "objectives hidden"]
    intercept: Float[np.ndarray, " objectives"]
    transform: Float[np.ndarray, "objectives objectives"]
    gate: Gate
    score_scale: float = 1.0
    preference_beta: float = 1.0

    def __post_init__(self) -> None:
        check_unique(list(self.objectives))
        if not 0 < self.score_scale <= _LARGEST_SCALE:
            raise InputError(
                f"score_scale must be above 0, at most {_LARGEST_SCALE:g}, got {self.score_scale}"
            )
        count = len(self.objectives)
        wanted = ((count, self.gate.features), (count,), (count, count), count)
        arrays = (self.weight, self.intercept, self.transform)
        if (*(array.shape for array in arrays), self.gate.objectives) != wanted:
            raise InputError(
                f"{count} objectives, but weight {self.weight.shape}, intercept "
                f"{self.intercept.shape}, transform {self.transform.shape}, and a gate from "
                f"{self.gate.features} features to {self.gate.objectives} objectives"
            )

    @property
    def names(self) -> list[str]:
        """Names of the objectives, in order."""
        return [objective.name for objective in self.objectives]

    def rewards(
        self, response: Float[np.ndarray, "rows hidden"]
    ) -> Float[np.ndarray, "rows objectives"]:
        """Return the predicted objectives `r` in unit scale (equation 1)."""
        rewards: Float[np.ndarray, "rows objectives"]
        rewards = response.astype(np.float64) @ self.weight.astype(np.float64).T + self.intercept
        return rewards

    def judge(
        self,
        prompt: Float[np.ndarray, "rows hidden"],
        response: Float[np.ndarray, "rows hidden"],
    ) -> Judgement:
        """Score responses: `R = s · g(f(x))ᵀ r'` (equation 4), with every step on the way."""
        return self.weigh(self.rewards(response), self.gate.weights(prompt))

    def weigh(
        self,
        rewards: Float[np.ndarray, "rows objectives"],
        weights: Float[np.ndarray, "rows objectives"],
    ) -> Judgement:
        """Score predicted rewards under given weights, which need no forward pass."""
        weights = weights.astype(np.float64)
        transform = self.transform.astype(np.float64)
        debiased = rewards @ transform
        contributions = self.score_scale * weights * debiased
        return Judgement(
            rewards=rewards,
            debiased=debiased,
            weights=weights,
            coefficients=self.score_scale * weights @ transform.T,
            contributions=contributions,
            scores=contributions.sum(axis=1),
        )
