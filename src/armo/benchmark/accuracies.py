"""Accuracy of the gate and of the weights beside it, on any part of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from armo.benchmark.judging import Judged
from armo.benchmark.pairs import margins
from armo.data import BenchmarkRow
from armo.evaluate import Accuracy, Interval, accuracy, bootstrap_strata, paired_difference
from armo.gating.result import GATE


@dataclass(frozen=True)
class Resampling:
    """How intervals are drawn: how many times, and their nominal coverage."""

    resamples: int = 2000
    level: float = 0.95


def plain_accuracies(
    judged: Judged[BenchmarkRow], pairs: Int64[np.ndarray, " pairs"], how: Resampling
) -> dict[str, Any]:
    """Return the accuracy of each weighting on some pairs, all pairs alike, and what the gate adds."""
    groups = [judged.groups[pair] for pair in pairs]
    gained = {name: margins(judged, name)[pairs] for name in judged.scores}
    return {
        "accuracy": {
            name: accuracy(margin, groups, resamples=how.resamples, level=how.level)
            for name, margin in gained.items()
        },
        "gate_minus": {
            name: paired_difference(
                gained[GATE] > 0, margin > 0, groups, resamples=how.resamples, level=how.level
            )
            for name, margin in gained.items()
            if name != GATE
        },
    }


def weighted_accuracies(
    judged: Judged[BenchmarkRow],
    pairs: Int64[np.ndarray, " pairs"],
    weights: Mapping[str, float],
    how: Resampling,
) -> dict[str, Any]:
    """Return the same with every subset counted by a weight of its own, whatever its pairs here."""
    groups = [judged.groups[pair] for pair in pairs]
    strata = [judged.rows[pair].subset for pair in pairs]
    gained = {name: margins(judged, name)[pairs] for name in judged.scores}
    won = {name: (margin > 0).astype(np.float64) for name, margin in gained.items()}

    def mean(values: Float64[np.ndarray, " pairs"]) -> Interval:
        return bootstrap_strata(
            values, strata, weights, groups, resamples=how.resamples, level=how.level
        )

    return {
        "accuracy": {
            name: _with_ties(mean(values), int((gained[name] == 0).sum()))
            for name, values in won.items()
        },
        "gate_minus": {
            name: mean(won[GATE] - values) for name, values in won.items() if name != GATE
        },
    }


def _with_ties(interval: Interval, ties: int) -> Accuracy:
    return Accuracy(
        interval.estimate,
        interval.low,
        interval.high,
        interval.count,
        interval.groups,
        interval.level,
        ties=ties,
    )
