"""The data sets that armo knows by name, one registry for each kind of row."""

from armo.data.sets.catalog import find_set, known_sets
from armo.data.sets.known import Kind, KnownSet, NativeRow, RawRow, Tally

__all__ = ["Kind", "KnownSet", "NativeRow", "RawRow", "Tally", "find_set", "known_sets"]
