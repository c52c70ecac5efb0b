"""A set of texts that remembers their hashes alone, so that millions of them fit in memory."""

from __future__ import annotations

from array import array

_BYTES = 8
_ALL_BITS = (1 << 8 * _BYTES) - 1
_SMALLEST = 1 << 10
_FULLEST = 0.6


class KeySet:
    """Tells texts that came before from those that did not.

    It holds 64 bits of a hash in an open table: 13 to 27 bytes a text. Two texts of one hash would be
    taken for the same; among a million the chance is 3e-8, among a hundred million 3e-4.
    """

    def __init__(self) -> None:
        self._table = _zeros(_SMALLEST)
        self._last = _SMALLEST - 1
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, text: str | bytes) -> bool:
        """Add a text, or the bytes that stand for it; return whether it is new."""
        # Written out, as this is done for every row of every file.
        digest = hash(text) & _ALL_BITS or 1
        table = self._table
        place = digest & self._last
        while there := table[place]:
            if there == digest:
                return False
            place = (place + 1) & self._last
        table[place] = digest
        self._count += 1
        if self._count > _FULLEST * self._last:
            self._grow()
        return True

    def __contains__(self, text: str | bytes) -> bool:
        digest = _digest(text)
        return self._table[_place(self._table, digest)] == digest

    def _grow(self) -> None:
        larger = _zeros(2 * len(self._table))
        for digest in self._table:
            if digest:
                larger[_place(larger, digest)] = digest
        self._table = larger
        self._last = len(larger) - 1


def _zeros(size: int) -> array[int]:
    return array("Q", bytes(_BYTES * size))


def _digest(text: str | bytes) -> int:
    # Python's own hash of texts is keyed, mixes well and takes no time; zero marks a free place.
    return hash(text) & _ALL_BITS or 1


def _place(table: array[int], digest: int) -> int:
    """Return where a digest stands, or else the free place where it belongs."""
    last = len(table) - 1
    place = digest & last
    while (there := table[place]) and there != digest:
        place = (place + 1) & last
    return place
