"""Rows that can't be used, by reason: alike reasons count as one, with a few places to look at."""

from __future__ import annotations

import msgspec

from armo.reasons import Reasons


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


def unusable_rows(reasons: Reasons) -> list[Reason]:
    """Return the reasons, the most frequent first."""
    return [
        Reason(one.reason, one.count, one.example.reason, reasons.places(one)) for one in reasons
    ]
