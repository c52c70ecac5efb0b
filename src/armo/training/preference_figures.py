"""What the test pairs say of the gate: accuracies by source and over all, beside fixed weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

from armo.evaluate import (
    Interval,
    accuracy,
    bootstrap_mean,
    bootstrap_strata,
    paired_difference,
)
from armo.gating.result import GATE
from armo.heads import Heads
from armo.splits import TEST
from armo.training.fitting import Fitted
from armo.training.prepare import Prepared
from armo.training.recipe import EvaluationSettings

Margins = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _TestPairs:
    """Where the test pairs are from, and how intervals are drawn."""

    groups: list[str]
    sources: list[str]
    settings: EvaluationSettings

    @property
    def drawn(self) -> dict[str, Any]:
        return {"resamples": self.settings.resamples, "level": self.settings.level}


def preference_figures(
    prepared: Prepared, fitted: Fitted, settings: EvaluationSettings
) -> dict[str, Any]:
    """Return accuracies on the test pairs: gate, fixed weights and floors, and their differences."""
    pairs, heads = prepared.pairs, fitted.heads
    rows = np.flatnonzero(pairs.splits == TEST)
    if not rows.size:
        return {"reason": "no pair is in the test split"}
    test = _TestPairs(
        [pairs.groups[row] for row in rows], [pairs.sources[row] for row in rows], settings
    )
    weights = heads.gate.weights(prepared.store.prompts(pairs.prompts))[pairs.prompt_index[rows]]
    differences = fitted.differences[rows]
    margins = {GATE: (weights * differences).sum(axis=1)} | {
        name: differences @ vector for name, vector in fitted.baselines.items()
    }
    others = [name for name in margins if name != GATE]
    return {
        "accuracy": {
            name: accuracy(margin, test.groups, **test.drawn) for name, margin in margins.items()
        },
        "gate_minus": {
            name: paired_difference(margins[GATE] > 0, margins[name] > 0, test.groups, **test.drawn)
            for name in others
        },
        "macro": {
            "accuracy": {name: _macro(margin > 0, test) for name, margin in margins.items()},
            "gate_minus": {
                name: _macro((margins[GATE] > 0) - 1.0 * (margins[name] > 0), test)
                for name in others
            },
        },
        "by_source": _by_source(margins, test),
        "log_loss": bootstrap_mean(
            np.logaddexp(0, -heads.preference_beta * margins[GATE]), test.groups, **test.drawn
        ),
        "weights": _weights(heads, weights, test),
    }


def _macro(values: NDArray[Any], test: _TestPairs) -> Interval:
    """Return the mean over sources, each counting the same, however many pairs it has."""
    equal = dict.fromkeys(test.sources, 1.0)
    return bootstrap_strata(values, test.sources, equal, test.groups, **test.drawn)


def _by_source(margins: Margins, test: _TestPairs) -> dict[str, Any]:
    figures = {}
    for source in sorted(set(test.sources)):
        rows = [row for row, other in enumerate(test.sources) if other == source]
        groups = [test.groups[row] for row in rows]
        figures[source] = {
            name: accuracy(margin[rows], groups, **test.drawn) for name, margin in margins.items()
        }
    return figures


def _weights(
    heads: Heads, weights: Float64[np.ndarray, "pairs objectives"], test: _TestPairs
) -> list[dict[str, Any]]:
    """Return how the gate spreads its weights over the test pairs."""
    return [
        {
            "name": name,
            "mean": bootstrap_mean(weights[:, column], test.groups, **test.drawn),
            "low": float(np.quantile(weights[:, column], 0.1)),
            "high": float(np.quantile(weights[:, column], 0.9)),
        }
        for column, name in enumerate(heads.names)
    ]
