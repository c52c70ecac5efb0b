"""Sentences that differ in their values alone are one reason, counted, with an example."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from armo.rejects import Reject

# A damaged file may give every row a reason of its own; what is beyond these is counted together.
_MOST_REASONS = 200
_LONGEST = 300
_MOST_PLACES = 3
_OTHER = "other reasons"

_INDEX = re.compile(r"\[\d+\]")
# An apostrophe opens no quotation, nor is the 8 of UTF-8 a number.
_QUOTED = re.compile(r"(?<!\w)(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
_NUMBER = re.compile(r"(?<![\w.-])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\b")
_FIELD = re.compile(r"[^\s:]+(?:, [^\s:]+| \+ [^\s:]+)*: ")


class Reason(msgspec.Struct, frozen=True):
    """What several rows have in common.

    Attributes:
        reason: The sentence, with `…` for what differs between rows.
        count: How many rows.
        example: The first of them.
    """

    reason: str
    count: int
    example: Reject


class Reasons:
    """Counts sentences by what they have in common, in bounded memory."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}
        self._examples: dict[str, Reject] = {}

    def add(self, reject: Reject) -> None:
        """Count a row by its reason."""
        self.count(general(reject.reason), reject)

    def count(self, reason: str, example: Reject, rows: int = 1) -> None:
        """Count rows under a sentence that names no values."""
        if reason not in self._counts and len(self._counts) >= _MOST_REASONS:
            reason = _OTHER
        if reason not in self._counts:
            self._counts[reason] = 0
            self._examples[reason] = shortened(example)
            self._places[reason] = []
        self._counts[reason] += rows
        if len(self._places[reason]) < _MOST_PLACES:
            self._places[reason].append(cut(example.where or example.id))

    def __iter__(self) -> Iterator[Reason]:
        """Yield the reasons, the most frequent first."""
        for reason, count in sorted(self._counts.items(), key=lambda item: -item[1]):
            yield Reason(reason, count, self._examples[reason])

    def places(self, reason: Reason) -> list[str]:
        """Return where the first few rows of a reason stand."""
        return list(self._places[reason.reason])


def general(sentence: str) -> str:
    """Return a sentence with `…` in place of indices, quoted texts and numbers.

    What stands before the first colon names a field, of which only indices are taken out:
    `ratings.bleu2: 9 is outside its scale [0, 1]` becomes `ratings.bleu2: … is outside its scale […, …]`.
    """
    sentence = sentence[: 4 * _LONGEST]
    found = _FIELD.match(sentence)
    field, rest = (found.group(), sentence[found.end() :]) if found else ("", sentence)
    rest = _NUMBER.sub("…", _INDEX.sub("[…]", _QUOTED.sub("'…'", rest)))
    return cut(_INDEX.sub("[…]", field) + rest)


def shortened(reject: Reject) -> Reject:
    """Return a reject that is short enough to be kept and shown."""
    return Reject(cut(reject.id), cut(reject.reason), cut(reject.where))


def cut(text: str) -> str:
    """Return a text, its end left out where it is long."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
