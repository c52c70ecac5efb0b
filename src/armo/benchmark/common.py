"""Figures that pairs and questions with several responses share: length and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int64

from armo.benchmark.judging import Judged, RowT
from armo.evaluate import spearman, spearman_within


def length_figures(judged: Judged[RowT]) -> dict[str, Any]:
    """Return rank correlations of score and length over the distinct responses."""
    prompts = judged.prompt_of
    return {
        "responses": len(judged.tokens),
        "prompts": len(judged.weights),
        "marginal": {
            name: spearman(scores, judged.tokens) for name, scores in judged.scores.items()
        },
        "within_prompts": {
            name: spearman_within(scores, judged.tokens, prompts)
            for name, scores in judged.scores.items()
        },
    }


def mean_weights(
    judged: Judged[RowT], rows: Int64[np.ndarray, " rows"], objectives: Sequence[str]
) -> dict[str, float]:
    """Return the mean share of each objective over the distinct prompts of some rows."""
    shares = judged.weights[np.unique(judged.prompt[rows])].mean(axis=0)
    return dict(zip(objectives, shares.tolist(), strict=True))
