"""Drawing groups with replacement, the one random step of every interval."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

# Group indices held at once while resampling: 16 MB as int32.
_DRAWN_AT_ONCE = 4_000_000


def resampled_totals(
    group_sums: Float64[np.ndarray, "groups columns"], resamples: int, seed: int
) -> Float64[np.ndarray, "resamples columns"]:
    """Add up per-group sums over groups drawn with replacement, as many as there are.

    Groups with equal sums are interchangeable, so only how often each *kind* is drawn matters: a
    multinomial. Where kinds are few (right or wrong, one pair a prompt) that is the whole work. The
    kinds are sorted, so neither the order nor the labels of the groups change the result.

    Args:
        group_sums: What each group adds to each total.
        resamples: How many times to draw.
        seed: Fixes the draws.
    """
    rng = np.random.default_rng(seed)
    groups = len(group_sums)
    kinds, kind, size = np.unique(group_sums, axis=0, return_inverse=True, return_counts=True)
    if 10 * len(kinds) <= groups:
        counts = rng.multinomial(groups, size / groups, size=resamples)
        totals: NDArray[np.float64] = counts.astype(np.float64) @ kinds
        return totals
    columns = np.ascontiguousarray(kinds[np.sort(kind.reshape(-1))].T)
    chunk = max(1, _DRAWN_AT_ONCE // groups)
    pieces = []
    for start in range(0, resamples, chunk):
        shape = (min(chunk, resamples - start), groups)
        drawn = rng.integers(groups, size=shape, dtype=np.int32)
        pieces.append(np.stack([column.take(drawn).sum(axis=1) for column in columns], axis=1))
    return np.concatenate(pieces)


def resampled_rows(
    codes: NDArray[np.intp], resamples: int, seed: int
) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of groups drawn with replacement, once for every resample.

    Args:
        codes: The group of every row, 0 … groups − 1, shape `[n]`.
        resamples: How many times to draw.
        seed: Fixes the draws.
    """
    rng = np.random.default_rng(seed)
    by_group = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    for _ in range(resamples):
        drawn = rng.integers(len(sizes), size=len(sizes))
        lengths = sizes[drawn]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        yield by_group[np.repeat(starts[drawn], lengths) + within]
