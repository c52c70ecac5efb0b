"""Known sets of benchmarks."""

from armo.data.sets.known import KnownSet

SETS: tuple[KnownSet, ...] = ()
