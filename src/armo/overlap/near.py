"""Near-duplicates of a fixed set of texts: MinHash proposes, the exact Jaccard similarity decides."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from armo.errors import MissingExtraError
from armo.overlap.texts import shingles, similarity

Shingle: TypeAlias = tuple[str, ...]

PERMUTATIONS = 128
# Texts exactly at the threshold are proposed at least this often; more similar ones more often.
RECALL = 0.999
# Shingles of the texts themselves that are kept, beside their hashes.
_MOST_KEPT = 800_000


class NearIndex:
    """Texts that others are compared to.

    Args:
        texts: The words of each text by a number of the caller's, each with at least `size` words.
        size: Words in a shingle.
        threshold: Lowest Jaccard similarity that counts, above 0.

    Raises:
        MissingExtraError: If datasketch is not installed.
    """

    def __init__(self, texts: Mapping[int, Sequence[str]], size: int, threshold: float) -> None:
        library = _datasketch()
        self._size, self._threshold = size, threshold
        self._kept = _Kept(texts, size)
        self._blank = library.MinHash(PERMUTATIONS, hashfunc=zlib.crc32)
        self._lsh = library.MinHashLSH(num_perm=PERMUTATIONS, params=bands(threshold))
        # Hashes take less memory than the shingles; a collision only costs a look, since they rule out.
        self._known: set[int] = set()
        counts = []
        for number, words in texts.items():
            hashes = set(map(hash, shingles(words, size)))
            counts.append(len(hashes))
            self._known |= hashes
            self._lsh.insert(number, self._sketch(words))
        # |A ∩ B| / |A ∪ B| >= t needs t |A| <= |B| and t |B| <= |A|; rounding must rule out nothing.
        self._share = threshold * (1 - 1e-9)
        self._fewest = self._share * min(counts, default=0)
        self._most = max(counts, default=0) / self._share

    def search(self, words: Sequence[str]) -> dict[int, float]:
        """Return the numbers of the texts that are similar enough, with their Jaccard similarity."""
        if not self._may_match(words):
            return {}
        proposed = self._lsh.query(self._sketch(words))
        if not proposed:
            return {}
        asked = self._kept.shingles_in(words)
        similar = {
            number: similarity(asked, self._kept.shingles_of(number)) for number in sorted(proposed)
        }
        return {number: value for number, value in similar.items() if value >= self._threshold}

    def _may_match(self, words: Sequence[str]) -> bool:
        """Return False for what is certain to match nothing, which spares most texts a sketch.

        A text needs the share `threshold` of its shingles in common with one text, so at least as
        many with all of them together.
        """
        hashes = set(map(hash, shingles(words, self._size)))
        if not hashes or not self._fewest <= len(hashes) <= self._most:
            return False
        return len(hashes & self._known) >= self._share * len(hashes)

    def _sketch(self, words: Sequence[str]) -> Any:
        sketch = self._blank.copy()
        sketch.update_batch(
            [
                " ".join(shingle).encode("utf-8", "surrogatepass")
                for shingle in _distinct(words, self._size)
            ]
        )
        return sketch


class _Kept:
    """The shingles of texts that were proposed before: texts that share a template come up all the time.

    As many are kept as fit in some 100 MB, and then made anew.
    """

    def __init__(self, texts: Mapping[int, Sequence[str]], size: int) -> None:
        self._texts, self._size = texts, size
        self._made: dict[int, set[Shingle]] = {}
        self._same: dict[Shingle, Shingle] = {}
        self._room = _MOST_KEPT

    def shingles_of(self, number: int) -> set[Shingle]:
        if number in self._made:
            return self._made[number]
        made = self.shingles_in(self._texts[number])
        if len(made) > self._room:
            self._made.clear()
            self._same.clear()
            self._room = _MOST_KEPT
        self._room -= len(made)
        self._made[number] = made
        self._same.update(zip(made, made, strict=True))
        return made

    def shingles_in(self, words: Sequence[str]) -> set[Shingle]:
        """Return the shingles of a text; those that are kept already as the same objects.

        Python compares an object to itself in no time, and sets are made of many comparisons.
        """
        return {self._same.get(shingle, shingle) for shingle in shingles(words, self._size)}


def bands(threshold: float) -> tuple[int, int]:
    """Return the number of bands and the rows of each: the fewest proposals that give `RECALL`.

    Two texts of similarity s share one of b bands of r rows with probability 1 - (1 - s^r)^b (Mining
    of Massive Datasets, chapter 3).
    """
    for rows in range(PERMUTATIONS // 2, 1, -1):
        count = PERMUTATIONS // rows
        if 1 - (1 - threshold**rows) ** count >= RECALL:
            return count, rows
    return PERMUTATIONS, 1


def _distinct(words: Sequence[str], size: int) -> dict[tuple[str, ...], None]:
    return dict.fromkeys(shingles(words, size))


def _datasketch() -> Any:
    try:
        import datasketch
    except ImportError:
        raise MissingExtraError(
            "near-duplicates need datasketch, which is not installed: pip install 'armo[overlap]'; "
            "or give the threshold 1 to look for equal texts only"
        ) from None
    return datasketch
