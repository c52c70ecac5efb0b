"""Part of a benchmark: the same share of every subset, always the same pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def same_share(ids: Sequence[str], subsets: Sequence[str], limit: int) -> list[int]:
    """Return the places of at most `limit` rows, the same share of every subset.

    Which rows of a subset are taken is decided by a hash of their ids, so that a larger limit takes
    the same ones and others. What is left by rounding goes to the subsets that lost most by it.

    Args:
        ids: Of the rows.
        subsets: Of the rows.
        limit: At least 1.
    """
    if limit >= len(ids):
        return list(range(len(ids)))
    places_of: dict[str, list[int]] = {}
    for place, subset in enumerate(subsets):
        places_of.setdefault(subset, []).append(place)
    share = limit / len(ids)
    exact = {subset: share * len(places) for subset, places in places_of.items()}
    counts = {subset: int(size) for subset, size in exact.items()}
    by_loss = sorted(exact, key=lambda subset: (counts[subset] - exact[subset], subset))
    for subset in by_loss[: limit - sum(counts.values())]:
        counts[subset] += 1
    taken = [
        place
        for subset, places in places_of.items()
        for place in sorted(places, key=lambda place: _rank(ids[place]))[: counts[subset]]
    ]
    return sorted(taken)


def _rank(row_id: str) -> str:
    return hashlib.sha256(f"share {row_id}".encode("utf-8", "surrogatepass")).hexdigest()
