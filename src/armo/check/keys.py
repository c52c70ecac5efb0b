"""A set of texts that remembers their hashes alone, so that millions of them fit in memory."""

from __future__ import annotations

from array import array
from hashlib import blake2b

_BYTES = 8
_SMALLEST = 1 << 10
_FULLEST = 0.6


class KeySet:
    """Tells texts that came before from those that did not.

    It holds 64 bits of a hash in an open table: 13 to 27 bytes a text. Two texts of one hash would be
    taken for the same; among a million the chance is 3e-8, among a hundred million 3e-4.
    """

    def __init__(self) -> None:
        self._table = _zeros(_SMALLEST)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, text: str | bytes) -> bool:
        """Add a text, or the bytes that stand for it; return whether it is new."""
        digest = _digest(text)
        table = self._table
        place = _place(table, digest)
        if table[place] == digest:
            return False
        table[place] = digest
        self._count += 1
        if self._count > _FULLEST * len(self._table):
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


def _zeros(size: int) -> array[int]:
    return array("Q", bytes(_BYTES * size))


def _digest(text: str | bytes) -> int:
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    raw = blake2b(content, digest_size=_BYTES).digest()
    # Zero marks a free place.
    return int.from_bytes(raw, "little") or 1


def _place(table: array[int], digest: int) -> int:
    """Return where a digest stands, or else the free place where it belongs."""
    last = len(table) - 1
    place = digest & last
    while (there := table[place]) and there != digest:
        place = (place + 1) & last
    return place
