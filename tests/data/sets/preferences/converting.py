"""Running a known set's adapter over rows of its own layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from armo.data.rows import PreferenceRow
from armo.data.sets.known import KnownSet, RawRow, Tally
from armo.data.sets.preferences import SETS
from armo.rejects import Reject

BY_NAME = {known.name: known for known in SETS}


@dataclass
class Converted:
    """What an adapter made of rows."""

    pairs: list[PreferenceRow]
    rejects: list[Reject]
    notes: dict[str, int] = field(default_factory=dict)

    def texts(self) -> list[tuple[str, str]]:
        """Return the chosen and the rejected text of every pair."""
        return [(pair.chosen[0]["content"], pair.rejected[0]["content"]) for pair in self.pairs]

    def reason(self) -> str:
        """Return the reason of the only reject."""
        assert len(self.rejects) == 1, self.rejects
        return self.rejects[0].reason


def convert(name: str, rows: Iterable[Mapping[str, Any]], **options: Any) -> Converted:
    """Convert rows; whatever comes out must be a usable pair with an id of its own."""
    known: KnownSet = BY_NAME[name]
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    raw = [RawRow(f"{name}/{n}", f"file:{n}", row) for n, row in enumerate(rows, start=1)]
    pairs = list(known.convert(iter(raw), tally, options))
    for pair in pairs:
        assert isinstance(pair, PreferenceRow)
        pair.check()
        assert pair.source == name
    assert len({pair.id for pair in pairs}) == len(pairs)
    return Converted(pairs, rejects, dict(tally.notes))
