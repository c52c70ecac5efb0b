"""One split for everything, by group: a stable hash decides, so new data never moves a prompt."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(3)
_BOUNDS = (0.8, 0.9)


def group_of(first_user_message: str) -> str:
    """Return the group of a row: a stable hash of its first user message.

    Case, Unicode form and runs of white space do not count, so trivial copies of a prompt stay on one
    side of the split.
    """
    normal = " ".join(unicodedata.normalize("NFKC", first_user_message).casefold().split())
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def split_codes(groups: Iterable[object]) -> NDArray[np.int8]:
    """Assign every group to train (0), validation (1) or test (2), in proportions 80 : 10 : 10.

    Args:
        groups: One hashable label a row; equal labels land in the same split. Labels are compared by
            their text, so `1` and `"1"` are the same group.

    Returns:
        One code a row, shape `[n]`, an index into `SPLITS`.
    """
    known: dict[str, int] = {}
    codes = []
    for group in groups:
        label = str(group)
        if label not in known:
            known[label] = _code(label)
        codes.append(known[label])
    return np.asarray(codes, dtype=np.int8)


def row_groups(groups: Sequence[object] | NDArray[np.generic] | None, rows: int) -> list[str]:
    """Return one group label a row; without groups, every row is its own."""
    if groups is None:
        return [f"row {index}" for index in range(rows)]
    return [str(group) for group in groups]


def _code(label: str) -> int:
    digest = hashlib.sha256(b"armo split 1\0" + label.encode("utf-8", "surrogatepass")).digest()
    position = int.from_bytes(digest[:8], "big") / 2**64
    return int(np.searchsorted(_BOUNDS, position, side="right"))
