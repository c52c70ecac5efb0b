"""Logistic regression with coefficients ≥ 0, solved to optimality by projected Newton steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray
from scipy.special import expit

RIDGE = 1e-8
_TOLERANCE = 1e-10
_MAX_STEPS = 200
_MAX_HALVINGS = 40
_NO_VARIATION = 1e-100

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the solver ended.

    Attributes:
        coefficients: The minimiser `u`, ≥ 0.
        optimality: Largest entry of the projected gradient, in scaled units (see `solve`).
        steps: Newton steps taken.
        separable: True if `u` ranks every pair right, so that only the ridge bounds its size.
        undetermined: True if, short of that, the pairs leave some combination of the columns free
            (they are collinear, or one is never wrong where it speaks) and the ridge settles it.
    """

    coefficients: Float64[np.ndarray, " objectives"]
    optimality: float
    steps: int
    separable: bool
    undetermined: bool


def solve(
    differences: Float64[np.ndarray, "pairs objectives"], weight: Float64[np.ndarray, " pairs"]
) -> Solution:
    """Minimise the weighted mean of `log(1 + exp(−D u))` over `u ≥ 0`.

    A column enters divided by its root mean square, so that the solver's `z = rms · u` has no unit.
    `½ · 1e-8 · ‖z‖²` is added: it shifts the optimum of well-posed data by about 1e-8, makes it
    unique where columns are collinear, and keeps it finite where some `u` ranks every pair right
    (plain maximum likelihood would send it to infinity). Columns that are all zero get `u = 0`.

    The method is Bertsekas's projected Newton (SIAM J. Control Optim. 20(2), 1982): coordinates held
    at the bound by the gradient are left out of the Newton system, and the step is projected back.
    """
    share = weight / weight.sum()
    scale = _root_mean_square(differences, share)
    varies = scale > 0
    scaled = differences[:, varies] / scale[varies]
    z = np.zeros(scaled.shape[1])
    optimality, steps = 0.0, 0
    for steps in range(_MAX_STEPS + 1):
        gradient, hessian = _derivatives(scaled, share, z)
        # |z − max(z − gradient, 0)|, without its rounding.
        optimality = float(np.where(gradient > z, z, np.abs(gradient)).max(initial=0.0))
        if optimality <= _TOLERANCE or steps == _MAX_STEPS:
            break
        moved = _step(scaled, share, z, gradient, hessian)
        if moved is None:
            break
        z = moved
    coefficients = np.zeros(len(scale))
    coefficients[varies] = z / scale[varies]
    margins = scaled @ z
    separable = bool((margins >= 0).all() and (margins > 0).any())
    undetermined = not separable and _is_flat(scaled, share, z)
    return Solution(coefficients, optimality, steps, separable, undetermined)


def _root_mean_square(differences: Matrix, share: Vector) -> Vector:
    # Divided by the largest entry first, so that squares neither overflow nor vanish.
    largest = np.abs(differences).max(axis=0)
    safe = np.where(largest > _NO_VARIATION, largest, 1.0)
    scale = safe * np.sqrt(share @ (differences / safe) ** 2)
    return np.where(largest > _NO_VARIATION, scale, 0.0)


def _value(scaled: Matrix, share: Vector, z: Vector) -> float:
    return float(share @ np.logaddexp(0.0, -(scaled @ z)) + 0.5 * RIDGE * (z @ z))


def _derivatives(scaled: Matrix, share: Vector, z: Vector) -> tuple[Vector, Matrix]:
    wrong = expit(-(scaled @ z))
    gradient = RIDGE * z - (share * wrong) @ scaled
    curvature = share * wrong * (1.0 - wrong)
    hessian = (scaled * curvature[:, None]).T @ scaled + RIDGE * np.eye(len(z))
    return gradient, hessian


def _step(
    scaled: Matrix, share: Vector, z: Vector, gradient: Vector, hessian: Matrix
) -> Vector | None:
    """Return the next iterate, or None if rounding allows no further descent."""
    held = (z <= 1e-12) & (gradient > 0)
    direction = np.zeros_like(z)
    free = ~held
    direction[free] = -np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
    value = _value(scaled, share, z)
    rounding = 4 * np.finfo(np.float64).eps * max(1.0, value)
    length = 1.0
    for _ in range(_MAX_HALVINGS):
        moved = np.maximum(z + length * direction, 0.0)
        descent = gradient @ (moved - z)
        if descent < 0 and _value(scaled, share, moved) <= value + 1e-4 * descent + rounding:
            return moved
        length *= 0.5
    return None


def _is_flat(scaled: Matrix, share: Vector, z: Vector) -> bool:
    free = z > 0
    if not free.any():
        return False
    _, hessian = _derivatives(scaled, share, z)
    return bool(np.linalg.eigvalsh(hessian[np.ix_(free, free)])[0] < 100 * RIDGE)
