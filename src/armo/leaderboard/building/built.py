"""A system that is ready to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from armo.rivals.system import System
from armo.splits import SPLITS
from armo.training.outcome import plain
from armo.tuning.result import Tuned


@dataclass(frozen=True)
class Built:
    """A system, and how it came to be.

    Attributes:
        system: Who judges.
        training: What its training took and left; None for what was not trained here.
    """

    system: System
    training: dict[str, Any] | None = None


def of_tuning(tuned: Tuned) -> dict[str, Any]:
    """Return what a table shows of a fine-tuning."""
    return {
        "loss": tuned.loss,
        "rows": tuned.rows,
        "left_out": tuned.left_out,
        "steps": tuned.steps,
        "tokens": tuned.tokens,
        "seconds": tuned.seconds,
        "figures": plain(tuned.figures),
        "notes": tuned.notes,
    }


def of_run(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a table shows of a training run."""
    stages = {
        name: stage["seconds"] for name, stage in metrics["stages"].items() if "seconds" in stage
    }
    return {
        "ratings": metrics["data"]["ratings"],
        "pairs": metrics["data"]["pairs"],
        "seconds": sum(stages.values()),
        "stages": stages,
    }


def by_split(codes: NDArray[np.int8]) -> dict[str, int]:
    """Return how many pairs are in each split."""
    return {name: int((codes == code).sum()) for code, name in enumerate(SPLITS)}
