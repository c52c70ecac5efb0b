"""What the tests of rating sets share: converting raw rows and collecting what was met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from armo.data import RatingRow
from armo.data.sets import KnownSet, RawRow, Tally
from armo.rejects import Reject


class Converted(NamedTuple):
    rows: list[Any]
    rejects: list[Reject]
    notes: Mapping[str, int]

    @property
    def reasons(self) -> list[str]:
        return [reject.reason for reject in self.rejects]

    def noted(self, *words: str) -> int:
        """Return how often a note with all these words was made."""
        return sum(
            times for note, times in self.notes.items() if all(word in note for word in words)
        )


def convert(known: KnownSet, *raw: Mapping[str, Any], **options: Any) -> Converted:
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    rows = [
        RawRow(str(number), f"raw.jsonl:{number + 1}", value) for number, value in enumerate(raw)
    ]
    made = list(known.convert(rows, tally, options))
    for row in made:
        row.check()
        assert row.source == known.name
        if isinstance(row, RatingRow):
            assert set(row.ratings) <= set(known.objectives)
    assert len({row.id for row in made}) == len(made)
    return Converted(made, rejects, tally.notes)


def without(raw: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in fields}
