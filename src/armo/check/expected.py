"""How many rows there are about to be, so that progress has an end."""

from __future__ import annotations

from pathlib import Path

from armo.data.counting import quick_count
from armo.data.sets import known_sets
from armo.data.sources import Source


def expected_rows(source: Source) -> int | None:
    """Return how many rows a source has at most, or None where only reading it would tell."""
    if source.file:
        return quick_count(Path(source.file))
    return next((known.rows for known in known_sets() if known.name == source.set), None)
