"""Telling a reward from the rounding errors that are left where two rewards cancel.

A correlation has no scale: it would report the rounding of `3·r_v − 3·r_v` as strongly as a reward.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# What centring within prompts leaves (see `armo.evaluate.within`) is coarser than float64.
_CENTRING = 2.0**-38
# Below this, reciprocals and squares could overflow.
_SMALLEST = 1e-100


def is_constant(
    values: NDArray[np.float64], magnitude: float, precision: np.dtype[np.floating]
) -> bool:
    """Tell whether values differ by no more than rounding.

    Args:
        values: Shape `[n]`, not empty.
        magnitude: Size of the numbers that they were computed from.
        precision: Type that those numbers were given in.
    """
    relative = max(8 * float(np.finfo(precision).eps), _CENTRING)
    return bool(np.ptp(values) <= max(relative * magnitude, _SMALLEST))


def without_rounding(
    values: NDArray[np.float64], magnitude: float, precision: np.dtype[np.floating]
) -> NDArray[np.float64]:
    """Return the values, or zeros where they differ by no more than rounding (see `is_constant`).

    Args:
        values: Shape `[n]`, not empty.
        magnitude: Size of the numbers that they were computed from.
        precision: Type that those numbers were given in.
    """
    return np.zeros(len(values)) if is_constant(values, magnitude, precision) else values
