"""How far ratings of the same response agree, and what that allows a predictor to reach."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from armo.evaluate.resampling import resampled_totals
from armo.survey.tables import Floats, Ratings, Responses

RESAMPLES = 1000
_LEVEL = 0.95
_SEED = 0
# Ratings of one response that lie half the scale or more apart contradict one another.
CONTRADICTION = 0.5


class Range(msgspec.Struct, frozen=True):
    """An estimate with its 95% bootstrap interval over groups, which are prompts unless rows name theirs.

    Attributes:
        estimate: On the data as they are.
        low: Lower end; None where fewer than two groups, or too few resamples, leave it unknown.
        high: Upper end, or None likewise.
    """

    estimate: float
    low: float | None
    high: float | None


class Agreement(msgspec.Struct, frozen=True):
    """Repeated ratings of one objective.

    Attributes:
        name: The objective.
        responses: Responses that are rated twice or more (equal messages).
        ratings: Ratings of these responses.
        prompts: Prompts of these responses.
        exact: Mean share of equal ratings among the pairs of ratings of one response.
        difference: Mean absolute difference of such pairs, in unit scale.
        contradicting: Responses whose ratings lie half the scale or more apart.
        reliability: Of a single rating, ICC(1), see `reliability`; None where all responses have
            the same mean and no disagreement, or nothing is rated twice.
        ceiling: The square root of the reliability, negative ones counting as 0.
    """

    name: str
    responses: int
    ratings: int
    prompts: int
    exact: float | None
    difference: float | None
    contradicting: int
    reliability: Range | None
    ceiling: Range | None


def agreement(ratings: Sequence[Ratings], responses: Responses) -> list[Agreement]:
    """Return how far repeated ratings agree, for every objective in order.

    Two rows rate the same response if all messages are equal, whatever file or source they are from.
    """
    return [_agreement(objective, responses) for objective in ratings]


def reliability(totals: Floats) -> Floats:
    """Return the intraclass correlation ICC(1) of a one-way analysis of variance.

    With n responses, of which response i has kᵢ ratings, and N = Σkᵢ:

        MSB = Σ kᵢ (x̄ᵢ − x̄)² / (n − 1),  MSW = Σᵢ Σⱼ (xᵢⱼ − x̄ᵢ)² / (N − n),
        k₀ = (N − Σkᵢ² / N) / (n − 1),   ICC(1) = (MSB − MSW) / (MSB + (k₀ − 1) MSW).

    Source: Shrout and Fleiss, *Intraclass correlations*, Psychological Bulletin 86 (1979), case 1; k₀
    for unequal numbers of ratings as in Donner, International Statistical Review 54 (1986). It is the
    share of the variance of a single rating that comes from the responses and not from the raters,
    who are taken to err independently.

    The correlation of a single rating with anything that depends on the response alone is at most the
    square root of that share, the *index of reliability* of classical test theory (Spearman 1904;
    Lord and Novick 1968). That is the noise ceiling.

    Args:
        totals: Sums over responses of 1, kᵢ, kᵢ², Σⱼxᵢⱼ, (Σⱼxᵢⱼ)²/kᵢ and Σⱼ(xᵢⱼ − x̄ᵢ)²,
            shape `[m, 6]`.

    Returns:
        Shape `[m]`; NaN where it does not exist: fewer than two responses, no response with two
        ratings, or no variance.
    """
    n, count, squares, total, between, inside = totals.T
    with np.errstate(divide="ignore", invalid="ignore"):
        msb = np.maximum(between - total**2 / count, 0) / (n - 1)
        msw = inside / (count - n)
        k0 = (count - squares / count) / (n - 1)
        denominator = msb + (k0 - 1) * msw
        icc: Floats = np.where(
            (n >= 2) & (count > n) & (denominator > 1e-15), (msb - msw) / denominator, np.nan
        )
    return icc


def _agreement(objective: Ratings, responses: Responses) -> Agreement:
    keys = responses.key[objective.rows]
    _, code, counts = np.unique(keys, return_inverse=True, return_counts=True)
    repeated = counts[code] >= 2
    if not repeated.any():
        return Agreement(objective.name, 0, 0, 0, None, None, 0, None, None)
    values, rows = objective.unit[repeated], objective.rows[repeated]
    _, code, counts = np.unique(keys[repeated], return_inverse=True, return_counts=True)
    order = np.lexsort((values, code))
    values, code, rows = values[order], code[order], rows[order]
    starts = np.cumsum(counts) - counts
    place = np.arange(len(values)) - starts[code]
    pairs = counts * (counts - 1) / 2
    # The i-th smallest of k values is the larger of i − 1 pairs and the smaller of k − i.
    differences = np.bincount(code, (2 * place - counts[code] + 1) * values) / pairs
    exact = _equal_pairs(values, code, len(counts)) / pairs
    spread = values[starts + counts - 1] - values[starts]
    groups = np.unique(responses.group[rows[starts]], return_inverse=True)[1]
    icc, ceiling = _ranges(values, code, counts, groups)
    return Agreement(
        name=objective.name,
        responses=len(counts),
        ratings=len(values),
        prompts=len(np.unique(responses.prompt[rows[starts]])),
        exact=float(exact.mean()),
        difference=float(np.maximum(differences, 0).mean()),
        contradicting=int((spread >= CONTRADICTION - 1e-9).sum()),
        reliability=icc,
        ceiling=ceiling,
    )


def _equal_pairs(values: Floats, code: NDArray[np.intp], responses: int) -> Floats:
    """Return the number of equal pairs within each response; `values` ascend within each."""
    new = np.ones(len(values), dtype=bool)
    new[1:] = (np.diff(values) != 0) | (np.diff(code) != 0)
    runs = np.flatnonzero(new)
    lengths = np.diff(np.append(runs, len(values)))
    pairs = np.bincount(code[runs], lengths * (lengths - 1) / 2, minlength=responses)
    return pairs.astype(np.float64)


def _ranges(
    values: Floats, code: NDArray[np.intp], counts: NDArray[np.intp], groups: NDArray[np.intp]
) -> tuple[Range | None, Range | None]:
    """Return reliability and ceiling, with intervals from drawing groups."""
    centred = values - values.mean()
    sums = np.bincount(code, centred)
    inside = np.bincount(code, np.square(centred - (sums / counts)[code]))
    columns = (np.ones(len(counts)), counts, counts**2, sums, sums**2 / counts, inside)
    by_group = np.stack([np.bincount(groups, column) for column in columns], axis=1)
    estimate = float(reliability(by_group.sum(axis=0, keepdims=True))[0])
    if np.isnan(estimate):
        return None, None
    low = high = None
    if len(by_group) >= 2:
        draws = reliability(resampled_totals(by_group, RESAMPLES, _SEED))
        draws = draws[~np.isnan(draws)]
        if 2 * len(draws) > RESAMPLES:
            ends = np.quantile(draws, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
            low, high = float(ends[0]), float(ends[1])
    return Range(estimate, low, high), Range(_root(estimate), _maybe_root(low), _maybe_root(high))


def _root(value: float) -> float:
    return float(np.sqrt(np.clip(value, 0, 1)))


def _maybe_root(value: float | None) -> float | None:
    return None if value is None else _root(value)
