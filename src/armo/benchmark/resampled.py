"""Means of a rule's measures, resampled by groups, alike for every weighting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from armo.evaluate import Interval
from armo.evaluate.rules import Measure

# How often each group is drawn, held at once for so many groups and resamples: 32 MB.
_HELD = 4_000_000

Draws = Float64[np.ndarray, "draws weightings measures"]


def drawn_means(weightings: Sequence[Sequence[Measure]], resamples: int, seed: int) -> Draws | None:
    """Return the means of the measures in resamples of their groups.

    A resample draws the same groups for every weighting and every measure, so a difference of two
    weightings keeps what they share. Which groups are drawn depends on nothing but their number, so
    the interval of one weighting stays as it is whatever stands beside it.

    Args:
        weightings: The measures of one subset, in the same order under each weighting.
        resamples: How many times the groups are drawn.
        seed: Fixes the draws.

    Returns:
        Shape `[draws, weightings, measures]`. Resamples in which a measure has no value are left
        out; None if they are half or more, or if there are fewer than two groups.
    """
    measures = [measure for own in weightings for measure in own]
    labels = sorted({group for measure in measures for group in measure.groups})
    if len(labels) < 2:
        return None
    code = {label: number for number, label in enumerate(labels)}
    columns = [column for measure in measures for column in _sums_and_counts(measure, code)]
    totals = _drawn_totals(np.stack(columns, axis=1), resamples, seed)
    sums, counts = totals[:, ::2], totals[:, 1::2]
    exists = (counts > 0).all(axis=1)
    if 2 * int(exists.sum()) <= resamples:
        return None
    means: Draws = (sums[exists] / counts[exists]).reshape(-1, len(weightings), len(weightings[0]))
    return means


def interval_of(
    estimate: float,
    draws: Float64[np.ndarray, " draws"] | None,
    size: tuple[int, int],
    level: float,
) -> Interval:
    """Return an estimate with the percentile interval of its draws.

    Args:
        estimate: On the data as they are.
        draws: The same in resamples; None leaves the ends unknown.
        size: How many values entered, and how many groups.
        level: Nominal coverage.
    """
    low = high = None
    if draws is not None:
        ends = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
        low, high = float(ends[0]), float(ends[1])
    return Interval(estimate, low, high, *size, level)


def _drawn_totals(
    group_sums: Float64[np.ndarray, "groups columns"], resamples: int, seed: int
) -> Float64[np.ndarray, "resamples columns"]:
    """Add up sums over groups drawn with replacement, as many as there are."""
    generator = np.random.default_rng(seed)
    groups = len(group_sums)
    at_once = max(1, _HELD // groups)
    pieces = []
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        drawn = generator.integers(groups, size=(size, groups))
        drawn += groups * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * groups).reshape(size, groups)
        pieces.append(times.astype(np.float64) @ group_sums)
    return np.concatenate(pieces)


def _sums_and_counts(
    measure: Measure, code: dict[str, int]
) -> tuple[Float64[np.ndarray, " groups"], Float64[np.ndarray, " groups"]]:
    codes = np.array([code[group] for group in measure.groups], dtype=np.int64)
    # Sorted first: a sum's last bit depends on the order, and the order of rows should change nothing.
    order = np.lexsort((measure.values, codes))
    sums = np.bincount(codes[order], measure.values[order], len(code))
    return sums, np.bincount(codes, minlength=len(code)).astype(np.float64)
