"""What debiasing did: correlations with length and with the verbosity reward, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from numpy.typing import NDArray

from armo.debias.rounding import without_rounding
from armo.errors import InputError
from armo.evaluate.correlation import comparable, pearson, ranks, within
from armo.evaluate.inputs import Groups, finite, same_rows


@dataclass(frozen=True)
class BeforeAfter:
    """Spearman's correlation of an objective's raw and debiased rewards with something.

    Attributes:
        before: Of the raw rewards, in [−1, 1]; 0 if they or the other side are constant.
        after: Of the debiased rewards.
    """

    before: float
    after: float


@dataclass(frozen=True)
class Bias:
    """How one objective goes with length and with the verbosity reward.

    Attributes:
        name: The objective.
        length: Correlation with the response's tokens, over all rows.
        verbosity: Correlation with the raw verbosity reward, over all rows.
        length_within: With length within prompts; None if no prompt has two rows.
        verbosity_within: With the verbosity reward within prompts; None likewise.
        rows: Rows behind `length` and `verbosity`.
        rows_within: Rows behind the two within prompts.
    """

    name: str
    length: BeforeAfter
    verbosity: BeforeAfter
    length_within: BeforeAfter | None
    verbosity_within: BeforeAfter | None
    rows: int
    rows_within: int


def bias_report(
    rewards: Float[np.ndarray, "rows objectives"],
    debiased: Float[np.ndarray, "rows objectives"],
    verbosity: int,
    lengths: Real[np.ndarray, " rows"],
    groups: Groups | None,
    names: Sequence[str],
) -> list[Bias]:
    """Correlate raw and debiased rewards with length and with the verbosity reward.

    For the reference set as well as for the test split, whose rows did not choose the penalties.

    Args:
        rewards: Raw rewards, shape `[n, k]`.
        debiased: Debiased rewards of the same rows, shape `[n, k]`.
        verbosity: Index of the verbosity objective.
        lengths: Tokens of each response, shape `[n]`.
        groups: The prompt of every row; None leaves out the correlations within prompts.
        names: Names of the objectives, length k.

    Returns:
        One record an objective, in order. Correlations are Spearman's; within prompts, as
        `armo.evaluate.spearman_within`.

    Raises:
        InputError: No rows, shapes or lengths differ, or a value is not finite.
    """
    raw = finite(rewards, "rewards", dimensions=2)
    rest = finite(debiased, "debiased", dimensions=2)
    tokens = finite(lengths, "lengths")
    _check(raw, rest, tokens, verbosity, names)
    sizes = np.abs(raw).max(axis=0) + np.abs(rest - raw).max(axis=0)
    precision = max(rewards.dtype, debiased.dtype, key=lambda dtype: np.finfo(dtype).eps)

    def settled(values: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = zip(values.T, sizes, strict=True)
        return np.stack([without_rounding(*column, precision) for column in columns], axis=1)

    rest = settled(rest)
    length = _correlations(raw, rest, tokens)
    liking = _correlations(raw, rest, raw[:, verbosity])
    length_within: Sequence[BeforeAfter | None] = [None] * len(names)
    liking_within: Sequence[BeforeAfter | None] = length_within
    rows_within = 0 if groups is None else int(comparable(groups, len(raw))[0].sum())
    if groups is not None and rows_within:
        raw_within, rest_within = within(raw, groups), settled(within(rest, groups))
        length_within = _correlations(raw_within, rest_within, within(tokens, groups))
        liking_within = _correlations(raw_within, rest_within, raw_within[:, verbosity])
    return [
        Bias(*columns, rows=len(raw), rows_within=rows_within)
        for columns in zip(names, length, liking, length_within, liking_within, strict=True)
    ]


def _correlations(
    raw: NDArray[np.float64], rest: NDArray[np.float64], target: NDArray[np.float64]
) -> list[BeforeAfter]:
    # Spearman's correlation is Pearson's of ranks; the target is ranked once.
    target_ranks = ranks(target)
    return [
        BeforeAfter(pearson(ranks(before), target_ranks), pearson(ranks(after), target_ranks))
        for before, after in zip(raw.T, rest.T, strict=True)
    ]


def _check(
    raw: NDArray[np.float64],
    rest: NDArray[np.float64],
    tokens: NDArray[np.float64],
    verbosity: int,
    names: Sequence[str],
) -> None:
    if raw.shape != rest.shape:
        raise InputError(
            f"rewards and debiased must have the same shape, got {list(raw.shape)} and "
            f"{list(rest.shape)}"
        )
    same_rows(len(raw), len(tokens), "lengths")
    if len(raw) == 0:
        raise InputError("there are no rows to report on")
    if len(names) != raw.shape[1]:
        raise InputError(f"names must be {raw.shape[1]}, one an objective, got {len(names)}")
    if not 0 <= verbosity < raw.shape[1]:
        raise InputError(
            f"verbosity must be the index of one of {raw.shape[1]} objectives, got {verbosity}"
        )
