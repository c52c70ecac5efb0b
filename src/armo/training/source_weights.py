"""What each preference pair counts in stage 2, by the source that it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray


def pair_weights(
    sources: Sequence[str], splits: NDArray[np.int8], setting: str | Mapping[str, float]
) -> Float64[np.ndarray, " pairs"]:
    """Return the weight of each pair; the mean weight in each split is 1.

    A large source would decide alone what the gate learns and which gate validation chooses. With
    `equal` the pairs of every source count the same together, in each split by itself.

    Args:
        sources: Source of each pair.
        splits: Split of each pair, index into `armo.splits.SPLITS`.
        setting: `equal`, `pairs` (every pair counts the same), or what each source counts together;
            a source that is not named counts 1.

    Raises:
        RecipeError: If a source is named that has no pairs.
    """
    weights = np.ones(len(sources))
    if setting == "pairs":
        return weights
    labels = np.asarray(sources, dtype=object)
    shares: Mapping[str, float] = setting if isinstance(setting, Mapping) else {}
    for split in np.unique(splits):
        inside = splits == split
        for source in set(labels[inside]):
            own = inside & (labels == source)
            weights[own] = shares.get(source, 1.0) / own.sum()
        weights[inside] /= weights[inside].mean()
    return weights
