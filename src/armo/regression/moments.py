"""Sufficient statistics of one set of rows, as rows while they are few and as a Gram matrix after.

The textbook sums (n, Σx, ΣR, XᵀX, XᵀR, ΣR²) are kept in their centred form: means, and scatter about
the means. Both say the same, and the sums about zero come back as `scatter + n·μμᵀ`; but the way from
sums to scatter subtracts nearly equal numbers when a feature's mean is large beside its spread, as it
is in the hidden states of language models. Two centred statistics add by the rule of Chan, Golub and
LeVeque (1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

# A spread this far below the mean is rounding: dividing by it would make noise into a feature.
_CONSTANT = 1e-12


@dataclass(frozen=True, eq=False)
class Rows:
    """Fewer rows than features, kept as they are (float64): the dual is the smaller problem.

    Attributes:
        features: Shape `[n, d]`, n < d.
        ratings: Shape `[n, m]` for the m objectives that these rows carry; no NaN.
    """

    features: Float[np.ndarray, "rows features"]
    ratings: Float[np.ndarray, "rows objectives"]

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.features)

    @property
    def width(self) -> int:
        """Number of features, d."""
        return int(self.features.shape[1])

    @cached_property
    def feature_mean(self) -> Float[np.ndarray, " features"]:
        """Mean of every feature."""
        return _mean(self.features)

    @cached_property
    def rating_mean(self) -> Float[np.ndarray, " objectives"]:
        """Mean of every objective."""
        return _mean(self.ratings)

    @cached_property
    def feature_scatter(self) -> Float[np.ndarray, " features"]:
        """Sum over rows of every feature's squared distance from its mean."""
        return _scatter(self.features, self.feature_mean)

    @cached_property
    def rating_scatter(self) -> Float[np.ndarray, " objectives"]:
        """Sum over rows of every rating's squared distance from its mean."""
        return _scatter(self.ratings, self.rating_mean)

    def select(self, columns: list[int]) -> Rows:
        """Return the statistics of some of the objectives."""
        return Rows(self.features, self.ratings[:, columns])

    def mse(
        self,
        column: int,
        weight: Float[np.ndarray, "candidates features"],
        intercept: Float[np.ndarray, " candidates"],
    ) -> Float[np.ndarray, " candidates"]:
        """Return the mean squared error of linear predictors of one objective on these rows."""
        residual = self.ratings[:, column] - weight @ self.features.T - intercept[:, None]
        error: NDArray[np.float64] = np.mean(residual**2, axis=1)
        return error

    def to_gram(self) -> Gram:
        """Return the same statistics as a Gram matrix."""
        features = self.features - self.feature_mean
        ratings = self.ratings - self.rating_mean
        return Gram(
            count=self.count,
            feature_mean=self.feature_mean,
            rating_mean=self.rating_mean,
            scatter=features.T @ features,
            cross=features.T @ ratings,
            rating_scatter=self.rating_scatter,
        )


@dataclass(frozen=True, eq=False)
class Gram:
    """Means and centred second moments of at least as many rows as features.

    Attributes:
        count: Number of rows, n.
        feature_mean: Shape `[d]`.
        rating_mean: Shape `[m]` for the m objectives that these rows carry.
        scatter: Centred Gram matrix `Σ(x−μ)(x−μ)ᵀ`, shape `[d, d]`.
        cross: `Σ(x−μ)(r−ρ)ᵀ`, shape `[d, m]`.
        rating_scatter: `Σ(r−ρ)²`, shape `[m]`.
    """

    count: int
    feature_mean: Float[np.ndarray, " features"]
    rating_mean: Float[np.ndarray, " objectives"]
    scatter: Float[np.ndarray, "features features"]
    cross: Float[np.ndarray, "features objectives"]
    rating_scatter: Float[np.ndarray, " objectives"]

    @property
    def width(self) -> int:
        """Number of features, d."""
        return len(self.feature_mean)

    @property
    def feature_scatter(self) -> Float[np.ndarray, " features"]:
        """Sum over rows of every feature's squared distance from its mean."""
        return np.diag(self.scatter)

    def select(self, columns: list[int]) -> Gram:
        """Return the statistics of some of the objectives; they share the Gram matrix."""
        return Gram(
            count=self.count,
            feature_mean=self.feature_mean,
            rating_mean=self.rating_mean[columns],
            scatter=self.scatter,
            cross=self.cross[:, columns],
            rating_scatter=self.rating_scatter[columns],
        )

    def mse(
        self,
        column: int,
        weight: Float[np.ndarray, "candidates features"],
        intercept: Float[np.ndarray, " candidates"],
    ) -> Float[np.ndarray, " candidates"]:
        """Return the mean squared error of linear predictors of one objective on these rows.

        It is the square of the mean residual plus the residuals' variance; only the second needs
        the subtraction of large numbers, which rounding may take below 0.
        """
        mean = self.rating_mean[column] - intercept - weight @ self.feature_mean
        spread = (
            self.rating_scatter[column]
            - 2 * (weight @ self.cross[:, column])
            + np.sum((weight @ self.scatter) * weight, axis=1)
        )
        error: NDArray[np.float64] = mean**2 + np.maximum(spread, 0.0) / self.count
        return error

    def to_gram(self) -> Gram:
        """Return itself."""
        return self


Moments = Rows | Gram


def moments_of(
    features: Float[np.ndarray, "rows features"], ratings: Float[np.ndarray, "rows objectives"]
) -> Moments:
    """Return the statistics of rows that all carry all the given objectives (ratings without NaN).

    The arrays are copied to float64, so later changes to the originals have no effect.
    """
    rows = Rows(np.array(features, dtype=np.float64), np.array(ratings, dtype=np.float64))
    return rows if _few(rows.count, rows.width) else rows.to_gram()


def merge(a: Moments, b: Moments) -> Moments:
    """Return the statistics of the rows of `a` and of `b` together."""
    if a.count == 0 or b.count == 0:
        return b if a.count == 0 else a
    if isinstance(a, Rows) and isinstance(b, Rows) and _few(a.count + b.count, a.width):
        return Rows(
            np.concatenate([a.features, b.features]), np.concatenate([a.ratings, b.ratings])
        )
    return _add(a.to_gram(), b.to_gram())


def feature_scale(moments: Moments) -> Float[np.ndarray, " features"]:
    """Return the standard deviation of every feature, 1 for a constant one."""
    return np.where(varies(moments), _deviation(moments), 1.0)


def varies(moments: Moments) -> Bool[np.ndarray, " features"]:
    """Return which features are not constant, by more than rounding."""
    return np.asarray(_deviation(moments) > _CONSTANT * np.abs(moments.feature_mean))


def _deviation(moments: Moments) -> Float[np.ndarray, " features"]:
    return np.asarray(np.sqrt(moments.feature_scatter / moments.count))


def _add(a: Gram, b: Gram) -> Gram:
    count = a.count + b.count
    share = b.count / count
    feature_step = b.feature_mean - a.feature_mean
    rating_step = b.rating_mean - a.rating_mean
    # Split over both factors of the outer product, so that the sum stays symmetric to the last bit.
    root = np.sqrt(a.count * share)
    scatter = np.outer(root * feature_step, root * feature_step)
    scatter += a.scatter
    scatter += b.scatter
    return Gram(
        count=count,
        feature_mean=a.feature_mean + share * feature_step,
        rating_mean=a.rating_mean + share * rating_step,
        scatter=scatter,
        cross=a.cross + b.cross + np.outer(root * feature_step, root * rating_step),
        rating_scatter=a.rating_scatter + b.rating_scatter + (root * rating_step) ** 2,
    )


def _few(rows: int, features: int) -> bool:
    return rows < features


def _mean(table: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, " columns"]:
    # From the first row, so that a constant column's mean, and its zero scatter, are exact.
    mean: NDArray[np.float64] = table[0] + np.mean(table - table[0], axis=0)
    return mean


def _scatter(
    table: Float[np.ndarray, "rows columns"], mean: Float[np.ndarray, " columns"]
) -> Float[np.ndarray, " columns"]:
    scatter: NDArray[np.float64] = np.sum((table - mean) ** 2, axis=0)
    return scatter
