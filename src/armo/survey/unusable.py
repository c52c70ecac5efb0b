"""Rows that can't be used, by reason: alike reasons count as one, with a few places to look at."""

from __future__ import annotations

import re

import msgspec

from armo.rejects import Reject

_PLACES = 3
_REASONS = 200
_OTHER = "further reasons, each rarer than those above or met later"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
_INDEX = re.compile(r"\[\d+\]")


class Reason(msgspec.Struct, frozen=True):
    """Why rows can't be used.

    Attributes:
        reason: What they have in common; names and numbers that differ stand as `…`.
        rows: How many.
        example: The first one's reason in full.
        places: Where the first few stand.
    """

    reason: str
    rows: int
    example: str
    places: list[str]


class Unusable:
    """Counts rejects by reason, in bounded memory."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}
        self._places: dict[str, list[str]] = {}

    def add(self, reject: Reject) -> None:
        """Count one row."""
        reason = common_part(reject.reason)
        if reason not in self._counts and len(self._counts) >= _REASONS:
            reason = _OTHER
        self._counts[reason] = self._counts.get(reason, 0) + 1
        self._examples.setdefault(reason, reject.reason[:300])
        places = self._places.setdefault(reason, [])
        if len(places) < _PLACES:
            places.append(reject.where or reject.id)

    def reasons(self) -> list[Reason]:
        """Return the reasons, the most frequent first."""
        order = sorted(self._counts, key=lambda reason: (-self._counts[reason], reason))
        return [
            Reason(reason, self._counts[reason], self._examples[reason], self._places[reason])
            for reason in order
        ]


def common_part(reason: str) -> str:
    """Return a reason without what differs from row to row: quoted words, numbers, positions."""
    short = _INDEX.sub("[…]", _QUOTED.sub("'…'", reason))
    return _NUMBER.sub("…", short)[:200]
