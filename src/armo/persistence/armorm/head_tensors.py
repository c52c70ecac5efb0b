"""The heads under the names of the published layout, without a bit lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from armo.heads import Heads
from armo.persistence.armorm.layout import (
    LOGIT_SCALE,
    REGRESSION,
    TRANSFORM,
    gate_bias,
    gate_weight,
)


def head_tensors(heads: Heads) -> dict[str, torch.Tensor]:
    """Return the head tensors: float32, as the published ones, or float64 where that loses bits."""
    return {name: torch.from_numpy(array) for name, array in _arrays(heads).items()}


def wide_heads(heads: Heads) -> tuple[str, ...]:
    """Return the names of the head tensors that float32 can't hold."""
    return tuple(name for name, array in _arrays(heads).items() if array.dtype == np.float64)


def _arrays(heads: Heads) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        REGRESSION: heads.weight,
        TRANSFORM: heads.transform,
        LOGIT_SCALE: np.array([heads.score_scale], dtype=np.float64),
    }
    for index, (weight, bias) in enumerate(heads.gate.layers):
        arrays |= {gate_weight(index): weight, gate_bias(index): bias}
    return {name: _narrow(array) for name, array in arrays.items()}


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy in float32 if it holds the same numbers, else in float64."""
    with np.errstate(over="ignore", under="ignore"):
        narrow = array.astype(np.float32)
    kept = narrow if np.array_equal(narrow, array) else array.astype(np.float64)
    return np.array(kept, order="C")
