"""Texts that stand whole inside longer ones, word for word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from armo.overlap.texts import FEWEST_TELLING, shingles

_ANCHOR = 3


class EmbeddedIndex:
    """Texts that are looked for in others.

    Args:
        texts: The words of each text by a number of the caller's; those of fewer than
            `FEWEST_TELLING` words are left out.
    """

    def __init__(self, texts: Mapping[int, Sequence[str]]) -> None:
        long = {n: words for n, words in texts.items() if len(words) >= FEWEST_TELLING}
        self._texts = {number: f" {' '.join(words)} " for number, words in long.items()}
        frequency = Counter(
            shingle for words in long.values() for shingle in set(shingles(words, _ANCHOR))
        )
        # A text is looked for only where its rarest run of words is, so few are looked for in vain.
        self._anchors: dict[tuple[str, ...], list[int]] = {}
        for number, words in long.items():
            rarest = min(
                shingles(words, _ANCHOR), key=lambda shingle: (frequency[shingle], shingle)
            )
            self._anchors.setdefault(rarest, []).append(number)

    def search(self, words: Sequence[str]) -> dict[int, int]:
        """Return the numbers of the texts that a longer one holds, with the word where each begins."""
        if len(words) <= FEWEST_TELLING:
            return {}
        whole = f" {' '.join(words)} "
        found: dict[int, int] = {}
        for anchor in self._anchors.keys() & set(shingles(words, _ANCHOR)):
            for number in self._anchors[anchor]:
                place = whole.find(self._texts[number])
                if place >= 0 and len(self._texts[number]) < len(whole):
                    found[number] = whole.count(" ", 0, place)
        return found
