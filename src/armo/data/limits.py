"""At most so many rows of a source, always the same ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

from armo.data.rows import PreferenceRow, RatingRow
from armo.errors import DataError, nearest
from armo.rejects import Reject

RowT = TypeVar("RowT", RatingRow, PreferenceRow)


def limit_rows(
    rows: Sequence[RowT], limits: Mapping[str, int], what: str
) -> tuple[list[RowT], list[Reject]]:
    """Keep at most `limits[source]` rows of each source named, in their order.

    A hash of the id decides which, so that a row that is added to the data, or to the limit, moves no
    other, and the choice favours no part of a file.

    Args:
        rows: Rows of any sources.
        limits: Most rows by source; a source that is not named is kept whole.
        what: Where the limits stand, for messages: `data.limits.ratings`.

    Returns:
        The rows kept, and for each of the others its id and the reason.

    Raises:
        DataError: If no row has a source that is named.
    """
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.source, []).append(place)
    left_out: set[int] = set()
    for source, limit in limits.items():
        if source not in places:
            raise DataError(
                f"{what}: no row has the source '{source}'{nearest(source, places)}; "
                f"there are {', '.join(sorted(places))}"
            )
        left_out.update(
            sorted(places[source], key=lambda place: _order(str(rows[place].id)))[limit:]
        )
    rejects = [
        Reject(
            str(row.id), f"beyond the {limits[row.source]:,} rows of '{row.source}' in {what}", what
        )
        for row in (rows[place] for place in sorted(left_out))
    ]
    return [row for place, row in enumerate(rows) if place not in left_out], rejects


def _order(row_id: str) -> bytes:
    return hashlib.sha256(row_id.encode("utf-8", "surrogatepass")).digest()
