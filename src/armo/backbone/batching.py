"""Token-budget batches: rows of like length together, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def plan_batches(lengths: Sequence[int], batch_tokens: int) -> list[NDArray[np.int64]]:
    """Group rows into batches whose padded size stays within a budget.

    Longest first: a budget that does not fit in memory fails in the first batch, not the last. The
    plan depends on the lengths alone, so a second run makes the same batches.

    Args:
        lengths: Tokens of each row, shape `[n]`.
        batch_tokens: Most tokens of a batch, padding included; a longer row is a batch of its own.

    Returns:
        Row indices of each batch; every row is in exactly one.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    batches, start = [], 0
    while start < len(order):
        rows = max(1, batch_tokens // lengths[order[start]])
        batches.append(order[start : start + rows])
        start += rows
    return batches
