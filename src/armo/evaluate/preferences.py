"""How well scores order pairs of responses, and how well margins work as log-odds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Real

from armo.errors import InputError
from armo.evaluate.bootstrap import Interval, bootstrap_mean
from armo.evaluate.inputs import Groups, finite


@dataclass(frozen=True)
class Accuracy(Interval):
    """Share of pairs in which the chosen response scores higher, with its interval.

    Attributes:
        ties: Pairs with equal scores; they count as lost.
    """

    ties: int = 0


def accuracy(
    differences: Real[np.ndarray, " pairs"],
    groups: Groups | None = None,
    *,
    weights: Real[np.ndarray, " pairs"] | None = None,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> Accuracy:
    """Return the share of pairs won: `score(chosen) − score(rejected) > 0`, strictly.

    A tie is lost, as in RewardBench: a model that scores everything alike wins nothing.

    Args:
        differences: Score of the chosen response minus the rejected one's, shape `[n]`.
        groups: One label a pair, such as its prompt; without them every pair is its own group.
        weights: See `armo.evaluate.bootstrap_mean`, with `resamples`, `level` and `seed`.
        resamples: See `armo.evaluate.bootstrap_mean`.
        level: See `armo.evaluate.bootstrap_mean`.
        seed: See `armo.evaluate.bootstrap_mean`.

    Raises:
        InputError: As `armo.evaluate.bootstrap_mean`.
    """
    margins = finite(differences, "differences")
    won = bootstrap_mean(
        margins > 0, groups, weights=weights, resamples=resamples, level=level, seed=seed
    )
    counted = np.ones(len(margins), dtype=bool) if weights is None else weights > 0
    ties = int(((margins == 0) & counted).sum())
    return Accuracy(won.estimate, won.low, won.high, won.count, won.groups, won.level, ties=ties)


def log_loss(margins: Real[np.ndarray, " pairs"], beta: float) -> float:
    """Return the mean of `−log σ(β · margin)`, the Bradley–Terry loss, in nats.

    Knowing nothing (all margins 0) costs log 2 ≈ 0.693.

    Args:
        margins: Score of the chosen response minus the rejected one's, shape `[n]`.
        beta: What turns a margin into log-odds, above 0.

    Raises:
        InputError: No pairs, a margin that is not finite, or β not above 0 and finite.
    """
    differences = finite(margins, "margins")
    if not 0 < beta < np.inf:
        raise InputError(f"beta must be a finite number above 0, got {beta}")
    if len(differences) == 0:
        raise InputError("there are no pairs to compute the log loss on")
    return float(np.logaddexp(0, -beta * differences).mean())
