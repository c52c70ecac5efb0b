"""What a gate reads while it trains: raw, standardised or principal-component features.

Every one of these maps is affine, so it is folded into the first layer after training and a finished
gate always reads raw prompt features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from numpy.typing import NDArray

_BLOCK_ROWS = 16_384
_ROUNDING = 1e-5
# Divided by less, features of ordinary size would overflow float32.
_SMALLEST = 1e-30
_SAMPLE = 20_000
_OVERSAMPLING = 10
_POWER_STEPS = 4


@dataclass(frozen=True, eq=False)
class InputMap:
    """`((x − mean) · factor) @ basis`; without a basis, the standardised features themselves."""

    mean: Float64[np.ndarray, " features"]
    factor: Float64[np.ndarray, " features"]
    basis: Float64[np.ndarray, "features components"] | None = None

    @property
    def varies(self) -> bool:
        """False if every prompt is mapped to the same point."""
        return bool(self.factor.any())

    def standardize(
        self, prompts: Float32[np.ndarray, "prompts features"]
    ) -> Float32[np.ndarray, "prompts features"]:
        """Return centred and scaled features."""
        scaled: Float32[np.ndarray, "prompts features"]
        scaled = (prompts - self.mean.astype(np.float32)) * self.factor.astype(np.float32)
        return scaled

    def project(
        self, prompts: Float32[np.ndarray, "prompts features"]
    ) -> Float32[np.ndarray, "prompts components"]:
        """Return principal components, block by block."""
        if self.basis is None:
            raise ValueError("only a map with a basis projects")
        basis = self.basis.astype(np.float32)
        blocks = range(0, len(prompts), _BLOCK_ROWS)
        return np.concatenate(
            [self.standardize(prompts[start : start + _BLOCK_ROWS]) @ basis for start in blocks]
        )

    def fold(
        self, weight: Float32[np.ndarray, "out inputs"], bias: Float32[np.ndarray, " out"]
    ) -> tuple[Float32[np.ndarray, "out features"], Float32[np.ndarray, " out"]]:
        """Return the layer that does to raw features what this one does to mapped ones."""
        exact = weight.astype(np.float64)
        if self.basis is not None:
            exact = exact @ self.basis.T
        exact = exact * self.factor
        return exact.astype(np.float32), (bias - exact @ self.mean).astype(np.float32)


def raw(features: int) -> InputMap:
    """Return the map that changes nothing."""
    return InputMap(np.zeros(features), np.ones(features))


def standardized(
    prompts: Float32[np.ndarray, "prompts features"], weight: Float64[np.ndarray, " prompts"]
) -> InputMap:
    """Fit mean and scale to weighted prompts; those of weight 0 don't count. Memory is bounded.

    A feature whose standard deviation is within float32's rounding of its mean is taken as constant:
    scaled up, that rounding would look like signal.
    """
    rows = np.flatnonzero(weight)
    share = weight[rows] / weight[rows].sum()
    mean = _average(prompts, rows, share, np.zeros(prompts.shape[1]), power=1)
    deviation = np.sqrt(_average(prompts, rows, share, mean, power=2))
    varies = deviation > np.maximum(_ROUNDING * np.abs(mean), _SMALLEST)
    return InputMap(mean, np.where(varies, 1.0 / np.where(varies, deviation, 1.0), 0.0))


def principal(
    standard: InputMap,
    prompts: Float32[np.ndarray, "prompts features"],
    weight: Float64[np.ndarray, " prompts"],
    components: int,
) -> InputMap:
    """Keep the leading principal components of the standardised features, unwhitened.

    Found by randomised subspace iteration (Halko, Martinsson and Tropp, SIAM Review 53(2), 2011,
    algorithm 4.4) on at most 20,000 prompts, evenly spaced; the same data give the same basis.
    """
    rows = np.flatnonzero(weight)
    rows = rows[:: -(-len(rows) // _SAMPLE)]
    sample = standard.standardize(prompts[rows])
    width = min(components + _OVERSAMPLING, *sample.shape)
    start = np.random.default_rng(0).standard_normal((sample.shape[1], width)).astype(np.float32)
    span = np.linalg.qr(sample @ start)[0]
    for _ in range(_POWER_STEPS):
        span = np.linalg.qr(sample @ np.linalg.qr(sample.T @ span)[0])[0]
    basis = np.linalg.svd(span.T @ sample, full_matrices=False)[2][:components].T
    return InputMap(standard.mean, standard.factor, basis.astype(np.float64))


def _average(
    prompts: NDArray[np.float32],
    rows: NDArray[np.int64],
    share: NDArray[np.float64],
    centre: NDArray[np.float64],
    *,
    power: int,
) -> NDArray[np.float64]:
    total = np.zeros(len(centre))
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        total += share[block] @ (prompts[rows[block]].astype(np.float64) - centre) ** power
    return total
