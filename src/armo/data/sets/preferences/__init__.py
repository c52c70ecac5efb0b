"""Known sets of preferences."""

from armo.data.sets.known import KnownSet

SETS: tuple[KnownSet, ...] = ()
