"""Judged pairs: which response is the preferred one, and by how much it wins."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64

from armo.benchmark.judging import Judged
from armo.data import BenchmarkRow


def sides(
    judged: Judged[BenchmarkRow],
) -> tuple[Int64[np.ndarray, " pairs"], Int64[np.ndarray, " pairs"]]:
    """Return the places of the chosen and of the rejected responses."""
    both = np.concatenate(judged.places).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def margins(judged: Judged[BenchmarkRow], weighting: str) -> Float64[np.ndarray, " pairs"]:
    """Return score(chosen) − score(rejected) of each pair."""
    chosen, rejected = sides(judged)
    scores = judged.scores[weighting]
    found: Float64[np.ndarray, " pairs"] = scores[chosen] - scores[rejected]
    return found
