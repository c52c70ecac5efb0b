"""The data sets that armo knows by name, one registry for each kind of row."""

from armo.data.sets.known import KnownSet, NativeRow, RawRow, Tally

__all__ = ["KnownSet", "NativeRow", "RawRow", "Tally"]
