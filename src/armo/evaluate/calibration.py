"""How far the margins of pairs can be trusted: as probabilities, and by their size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Real
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.bootstrap import bootstrap_mean
from armo.evaluate.inputs import Groups, finite, group_codes
from armo.evaluate.preferences import Accuracy, accuracy, log_loss


@dataclass(frozen=True)
class CalibrationBin:
    """Pairs that are preferred with about the same confidence.

    Attributes:
        low: Least confidence, which the first bin includes.
        high: Largest confidence, included.
        pairs: How many there are.
        confidence: Their mean confidence.
        accuracy: How often the preferred response is the chosen one.
        accuracy_low: Lower end of its interval; 0 where fewer than two groups can't say.
        accuracy_high: Upper end; 1 where fewer than two groups can't say.
    """

    low: float
    high: float
    pairs: int
    confidence: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True)
class Calibration:
    """How well `σ(β · margin)` works as a probability.

    Attributes:
        beta: What turns a margin into log-odds.
        ece: Expected calibration error: the mean over bins of |accuracy − confidence|, by pairs.
        log_loss: Mean of `−log p`, with p the probability of the chosen response, in nats.
        brier: Mean of `(1 − p)²`.
        bins: Those that hold pairs, by rising confidence.
    """

    beta: float
    ece: float
    log_loss: float
    brier: float
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True)
class MarginBin:
    """Pairs whose margins are of about the same size.

    Attributes:
        low: Least size.
        high: Largest size.
        pairs: How many there are.
        accuracy: How often the chosen response scores higher.
    """

    low: float
    high: float
    pairs: int
    accuracy: Accuracy


def calibration(
    margins: Real[np.ndarray, " pairs"],
    beta: float,
    groups: Groups | None = None,
    *,
    bins: int = 10,
    resamples: int = 2000,
    level: float = 0.95,
) -> Calibration:
    """Return how well `p = σ(β · margin)` says how probable it is that the chosen response is better.

    The confidence of a pair is `max(p, 1 − p)`, and its bin one of equal width from 0.5 to 1. A tie has
    a confidence of one half and is right half the time.

    Args:
        margins: Score of the chosen response minus the rejected one's, shape `[n]`.
        beta: Above 0.
        groups: One label a pair, such as its prompt; without them every pair is its own group.
        bins: How many.
        resamples: See `armo.evaluate.bootstrap_mean`, with `level`.
        level: See `armo.evaluate.bootstrap_mean`.

    Raises:
        InputError: No pairs, a margin that is not finite, or β or `bins` out of range.
    """
    differences = finite(margins, "margins")
    loss = log_loss(differences, beta)
    if bins < 1:
        raise InputError(f"bins must be at least 1, got {bins}")
    confidence = _sigmoid(beta * np.abs(differences))
    right = np.where(differences == 0, 0.5, differences > 0)
    codes = group_codes(groups, len(differences))
    edges = 0.5 + np.arange(bins + 1) / (2 * bins)
    bin_of = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    found, missed = [], 0.0
    for number in np.unique(bin_of):
        inside = bin_of == number
        share = bootstrap_mean(right[inside], codes[inside], resamples=resamples, level=level)
        mean = float(confidence[inside].mean())
        missed += int(inside.sum()) * abs(share.estimate - mean)
        found.append(
            CalibrationBin(
                low=float(edges[number]),
                high=float(edges[number + 1]),
                pairs=int(inside.sum()),
                confidence=mean,
                accuracy=share.estimate,
                accuracy_low=0.0 if share.low is None else share.low,
                accuracy_high=1.0 if share.high is None else share.high,
            )
        )
    lost = 1 - _sigmoid(beta * differences)
    return Calibration(beta, missed / len(differences), loss, float((lost**2).mean()), tuple(found))


def accuracy_by_margin(
    margins: Real[np.ndarray, " pairs"],
    groups: Groups | None = None,
    *,
    bins: int = 5,
    resamples: int = 2000,
    level: float = 0.95,
) -> tuple[MarginBin, ...]:
    """Return the accuracy among pairs of small margins, and among those of larger ones.

    Bins hold equally many pairs as far as equal sizes allow, which are never set apart.

    Args:
        margins: Score of the chosen response minus the rejected one's, shape `[n]`.
        groups: One label a pair, such as its prompt; without them every pair is its own group.
        bins: At most so many.
        resamples: See `armo.evaluate.bootstrap_mean`, with `level`.
        level: See `armo.evaluate.bootstrap_mean`.

    Raises:
        InputError: No pairs, a margin that is not finite, or `bins` is below 1.
    """
    differences = finite(margins, "margins")
    if bins < 1:
        raise InputError(f"bins must be at least 1, got {bins}")
    if len(differences) == 0:
        raise InputError("there are no pairs to tell apart by their margins")
    sizes = np.abs(differences)
    codes = group_codes(groups, len(sizes))
    edges = np.unique(np.quantile(sizes, np.arange(1, bins) / bins, method="lower"))
    bin_of = np.searchsorted(edges, sizes, side="left")
    found = []
    for number in np.unique(bin_of):
        inside = bin_of == number
        found.append(
            MarginBin(
                low=float(sizes[inside].min()),
                high=float(sizes[inside].max()),
                pairs=int(inside.sum()),
                accuracy=accuracy(
                    differences[inside], codes[inside], resamples=resamples, level=level
                ),
            )
        )
    return tuple(found)


def _sigmoid(logits: NDArray[np.float64]) -> Float64[np.ndarray, " pairs"]:
    probability: Float64[np.ndarray, " pairs"] = np.exp(-np.logaddexp(0, -logits))
    return probability
