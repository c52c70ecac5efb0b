"""Stage 1: named linear rewards from features and ratings, many of them missing.

`fit` takes arrays and `fit_blocks` an iterator. Both add up `Statistics`, which workers can also make
apart (`accumulate`) and add, and `solve` them; `solve_auto` and `solve_paper` are the presets.
"""

from __future__ import annotations

from armo.regression.arrays import fit, fit_auto, fit_blocks
from armo.regression.block import Block, blocks_of
from armo.regression.fitting import (
    DEFAULT_ALPHAS,
    PAPER_ALPHAS,
    solve,
    solve_auto,
    solve_paper,
)
from armo.regression.result import Candidate, Regression, Status
from armo.regression.ridge import Design
from armo.regression.statistics import Statistics, accumulate

__all__ = [
    "DEFAULT_ALPHAS",
    "PAPER_ALPHAS",
    "Block",
    "Candidate",
    "Design",
    "Regression",
    "Statistics",
    "Status",
    "accumulate",
    "blocks_of",
    "fit",
    "fit_auto",
    "fit_blocks",
    "solve",
    "solve_auto",
    "solve_paper",
]
