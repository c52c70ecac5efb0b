"""Pairs as the gate sees them: checked at the border, split by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64
from numpy.typing import NDArray

from armo.errors import InputError
from armo.splits import TRAIN, VALIDATION, row_groups, split_codes

Groups = Sequence[object] | NDArray[np.generic] | None
_BLOCK_ROWS = 16_384


@dataclass(frozen=True, eq=False)
class Pairs:
    """Some preference pairs.

    Attributes:
        differences: Debiased rewards of the chosen minus the rejected response.
        weight: Positive weight of each pair.
        prompt_index: Row of each pair's prompt in the prompt features.
        group: Number of each pair's group; pairs of one group are not independent.
    """

    differences: Float64[np.ndarray, "pairs objectives"]
    weight: Float64[np.ndarray, " pairs"]
    prompt_index: Int64[np.ndarray, " pairs"]
    group: Int64[np.ndarray, " pairs"]

    def __len__(self) -> int:
        return len(self.differences)

    def take(self, keep: NDArray[np.bool_]) -> Pairs:
        """Return the pairs where `keep` is true."""
        return Pairs(
            self.differences[keep], self.weight[keep], self.prompt_index[keep], self.group[keep]
        )


def split_pairs(
    differences: NDArray[np.floating],
    groups: Groups,
    sample_weight: NDArray[np.floating] | None,
    prompt_index: NDArray[np.integer] | None = None,
) -> tuple[Pairs, Pairs]:
    """Check pairs and return those of the train and of the validation split.

    The test split is left alone. Pairs of weight zero are dropped. Without `groups`, pairs that share
    a prompt index share a group.

    Raises:
        InputError: If an array has the wrong shape, length or content.
    """
    checked = check_differences(differences)
    rows = len(checked)
    weight = _check_weight(sample_weight, rows)
    index = np.arange(rows) if prompt_index is None else np.asarray(prompt_index)
    if index.shape != (rows,) or not np.issubdtype(index.dtype, np.integer):
        raise InputError(
            f"prompt_index must hold one whole number for each of the {rows} pairs, got shape "
            f"{index.shape} of {index.dtype}"
        )
    if groups is not None and len(groups) != rows:
        raise InputError(
            f"groups must have one label for each of the {rows} pairs, got {len(groups)}"
        )
    if groups is None and prompt_index is not None:
        groups = index
    labels = row_groups(groups, rows)
    codes = split_codes(labels)
    numbers: dict[str, int] = {}
    group = np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.int64)
    pairs = Pairs(checked, weight, index.astype(np.int64), group)
    used = weight > 0
    return pairs.take(used & (codes == TRAIN)), pairs.take(used & (codes == VALIDATION))


def check_differences(differences: NDArray[np.floating]) -> Float64[np.ndarray, "pairs objectives"]:
    """Return the differences in float64, or raise InputError."""
    array = np.asarray(differences)
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            "differences must be [pairs, objectives], the chosen response's debiased rewards minus the "
            f"rejected's, with at least one of each; got shape {array.shape}"
        )
    array = array.astype(np.float64)
    _check_finite(array, "differences")
    # Gates train in float32, whose squares must stay finite too.
    if np.abs(array).max() > 1e15:
        raise InputError("differences must be in units of the rating scale; some exceed 1e15")
    return array


def check_prompts(
    prompts: NDArray[np.floating], features: int | None = None
) -> Float32[np.ndarray, "prompts features"]:
    """Return prompt features in float32 (without a copy if they are), or raise InputError.

    Args:
        prompts: One row a prompt.
        features: The number of columns that is expected, if known.
    """
    array = np.asarray(prompts)
    if array.ndim == 3 and array.shape[1] == 2:
        raise InputError(
            f"prompts must be [prompts, features], got {list(array.shape)}: this holds every prompt "
            "twice, once for the chosen and once for the rejected response. Both share the prompt, so "
            "pass prompts[:, 0]"
        )
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            "prompts must be [prompts, features] with at least one of each, got shape "
            f"{array.shape}"
            + ("; for a single prompt pass prompt[None]" if array.ndim == 1 else "")
        )
    if features is not None and array.shape[1] != features:
        raise InputError(f"the gate reads {features} features a prompt, got {array.shape[1]}")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32, copy=False)
    _check_finite(array, "prompts")
    return array


def check_prompt_index(
    prompt_index: NDArray[np.integer] | None, prompts: int, pairs: int
) -> NDArray[np.integer] | None:
    """Raise InputError unless every pair has a prompt; return the index as it came."""
    if prompt_index is None:
        if prompts != pairs:
            raise InputError(
                f"there are {prompts} prompts for {pairs} pairs; pass one row a pair, or prompt_index "
                "with the row of each pair's prompt"
            )
        return None
    index = np.asarray(prompt_index)
    if index.size and (index.min() < 0 or index.max() >= prompts):
        raise InputError(
            f"prompt_index must be in 0..{prompts - 1}, the rows of prompts; got "
            f"{index.min()}..{index.max()}"
        )
    return index


def _check_weight(
    sample_weight: Float[np.ndarray, " pairs"] | None, rows: int
) -> Float64[np.ndarray, " pairs"]:
    if sample_weight is None:
        return np.ones(rows)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (rows,):
        raise InputError(
            f"sample_weight must hold one number for each of the {rows} pairs, got {weight.shape}"
        )
    if not np.isfinite(weight).all() or (weight < 0).any() or not (weight > 0).any():
        raise InputError("sample_weight must be finite and ≥ 0, with at least one weight above 0")
    return weight


def _check_finite(array: NDArray[np.floating], name: str) -> None:
    # In blocks: a mask of a million 4096-wide rows would take 4 GB.
    for start in range(0, len(array), _BLOCK_ROWS):
        bad = ~np.isfinite(array[start : start + _BLOCK_ROWS]).all(axis=1)
        if bad.any():
            row = start + int(bad.argmax())
            raise InputError(f"{name} must be finite; row {row} holds NaN, infinity or an overflow")
