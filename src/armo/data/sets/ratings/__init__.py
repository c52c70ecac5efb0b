"""Known sets of ratings."""

from armo.data.sets.known import KnownSet

SETS: tuple[KnownSet, ...] = ()
