"""A fixed set of texts, and which of them another text repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from armo.overlap.embedded import EmbeddedIndex
from armo.overlap.near import NearIndex
from armo.overlap.texts import SHINGLE_SIZES, normal_form, shingle_size, words_of

# From the surest to the least sure.
Likeness: TypeAlias = Literal["exact", "near", "embedded"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One text that is repeated.

    Attributes:
        likeness: `exact`: equal in normal form; `near`: the same words, or shingles whose Jaccard
            similarity reaches the threshold; `embedded`: it stands whole inside the longer text.
        jaccard: Of the shingles, 0 to 1; None where it was not looked at, for `embedded`.
        at: Word of the longer text where an embedded one begins.
    """

    likeness: Likeness
    jaccard: float | None = None
    at: int = 0


class TextIndex:
    """Texts to look for.

    Args:
        texts: The texts; equal ones may come up several times.
        threshold: Lowest Jaccard similarity of a near-duplicate, above 0; 1 leaves only texts of the
            same words, which needs no other library.

    Raises:
        MissingExtraError: If the threshold is below 1 and datasketch is not installed.
    """

    def __init__(self, texts: Iterable[str], threshold: float) -> None:
        self._exact: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            if normal := normal_form(text):
                self._exact.setdefault(normal, []).append(number)
        # Equal texts are one from here on, called by the first of their numbers.
        self._numbers = {numbers[0]: numbers for numbers in self._exact.values()}
        self._words = {numbers[0]: words_of(text) for text, numbers in self._exact.items()}
        self._same: dict[str, list[int]] = {}
        for number, words in self._words.items():
            if words:
                self._same.setdefault(" ".join(words), []).append(number)
        self._near = self._near_indices(threshold) if threshold < 1 else []
        self._embedded = EmbeddedIndex({})

    def with_embedded(self) -> TextIndex:
        """Look for these texts inside longer ones too, from now on; return the index itself."""
        self._embedded = EmbeddedIndex(self._words)
        return self

    def search(self, text: str) -> dict[int, Hit]:
        """Return the numbers of the texts that `text` repeats, each with how surely."""
        normal = normal_form(text)
        words = words_of(normal)
        found: dict[int, Hit] = {
            number: Hit("embedded", at=at) for number, at in self._embedded.search(words).items()
        }
        for index in self._near:
            found |= {number: Hit("near", value) for number, value in index.search(words).items()}
        found |= {number: Hit("near", 1.0) for number in self._same.get(" ".join(words), ())}
        found |= {number: Hit("exact", 1.0) for number in self._exact.get(normal, ())[:1]}
        return {same: hit for number, hit in found.items() for same in self._numbers[number]}

    def _near_indices(self, threshold: float) -> list[NearIndex]:
        sized: dict[int, dict[int, Sequence[str]]] = {size: {} for size in SHINGLE_SIZES}
        for number, words in self._words.items():
            if (size := shingle_size(len(words))) is not None:
                sized[size][number] = words
        return [NearIndex(texts, size, threshold) for size, texts in sized.items() if texts]
