"""When two texts count as equal or nearly so: normal form, words, and the shingles of their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set

# Below this a text is compared whole: a change of one word leaves too little in common to tell a
# copy from another question.
FEWEST_WORDS = 8
# A run of so many words does not come together by chance, as the field's checks for leaks have it.
# Shorter stock phrases ("Sorry, but I can't assist with that.") tell nothing by themselves.
FEWEST_TELLING = 13
# From so many words on, shingles are so many words long. One word that is replaced amid a text of
# w words leaves a Jaccard similarity of (w - 2n + 1) / (w + 1), so short texts need short shingles.
_SIZES = ((FEWEST_WORDS, 2), (30, 3))
SHINGLE_SIZES = tuple(size for _, size in _SIZES)

# Scripts that put no spaces between words: each character stands for one.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
# Signs that change what is asked: "x < 3" is not "x > 3". Other punctuation is no word.
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[+=<>/^%]")


def normal_form(text: str) -> str:
    """Return a text without regard to case, Unicode form and runs of white space, as groups have it."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_of(normal: str) -> list[str]:
    """Return the words of a text in normal form; punctuation is left out."""
    return _WORD.findall(normal)


def word_start(text: str, number: int) -> int:
    """Return where in a text its word of that number (from 0) begins, or 0 if it has fewer."""
    for place, match in enumerate(_WORD.finditer(text)):
        if place == number:
            return match.start()
    return 0


def shingle_size(words: int) -> int | None:
    """Return of how many words the shingles of a text are, or None where it is too short for any."""
    size = None
    for fewest, fitting in _SIZES:
        if words >= fewest:
            size = fitting
    return size


def shingles(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Yield all runs of `size` consecutive words, in order, repeated ones as often as they occur."""
    return zip(*(words[start:] for start in range(size)), strict=False)


def jaccard(first: Sequence[str], second: Sequence[str], size: int) -> float:
    """Return the exact Jaccard similarity of the shingle sets of two texts; 0 where both have none."""
    return similarity(set(shingles(first, size)), set(shingles(second, size)))


def similarity(one: Set[object], other: Set[object]) -> float:
    """Return the Jaccard similarity of two sets; 0 where both are empty."""
    common = len(one & other)
    union = len(one) + len(other) - common
    return common / union if union else 0.0
