"""The zero of a step function that never rises."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from armo.errors import InputError

_TOLERANCE = 1e-13
_MOST_DOUBLINGS = 200

Step = Callable[[float], float]


def zero_of_step(function: Step) -> float:
    """Return the middle of the interval on which a non-increasing step function is zero.

    Where it jumps past zero without being zero, the place of the jump is returned. The bracket grows
    from [−1, 1], so the argument should be scaled to be of order one. Brent's method keeps a bracket
    as bisection does, but needs a quarter of the evaluations where steps are small (each is a sort).

    Args:
        function: Piecewise constant, above 0 far to the left and below 0 far to the right.

    Returns:
        The zero, to 1e-13 (relative, for a zero beyond 1).

    Raises:
        InputError: It doesn't change sign within ±2²⁰⁰.
    """
    function = functools.cache(function)
    low = _expand(function, -1.0)
    high = _expand(function, 1.0)
    root = float(brentq(function, low, high, xtol=_TOLERANCE, rtol=1e-15, maxiter=1000))
    if function(root) != 0:
        return root
    left = _last(lambda point: function(point) > 0, low, root)
    right = _last(lambda point: function(point) >= 0, root, high)
    return (left + right) / 2


def _expand(function: Step, direction: float) -> float:
    point = direction
    for _ in range(_MOST_DOUBLINGS):
        if function(point) * direction < 0:
            return point
        point *= 2
    raise InputError(
        "no penalty makes the correlation change sign: some verbosity rewards are nearly equal and "
        "others immensely far away. Look for outliers in the verbosity objective"
    )


def _last(holds: Callable[[float], bool], low: float, high: float) -> float:
    # `holds` is true at `low`, false at `high`, and changes once.
    while high - low > _TOLERANCE * max(1.0, abs(low), abs(high)):
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return float(np.mean([low, high]))
