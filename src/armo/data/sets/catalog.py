"""All known sets, found by kind and name."""

from __future__ import annotations

from armo.data.sets import benchmarks, preferences, ratings
from armo.data.sets.known import Kind, KnownSet
from armo.errors import DataError, nearest


def known_sets(kind: Kind | None = None) -> list[KnownSet]:
    """Return the known sets in the order of their registries: of one kind, or all."""
    everything = [*ratings.SETS, *preferences.SETS, *benchmarks.SETS]
    return [known for known in everything if kind in (None, known.kind)]


def find_set(name: str, kind: Kind) -> KnownSet:
    """Return the known set of a name.

    Raises:
        DataError: If no set of that kind has the name.
    """
    by_name = {known.name: known for known in known_sets(kind)}
    if name not in by_name:
        raise DataError(
            f"no {kind} set is known as '{name}'{nearest(name, by_name)}; "
            "`armo data sets` lists those that are"
        )
    return by_name[name]
