"""What the adapters of rating sets share: making rows of ratings, one or several of a raw row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import Message, number
from armo.data.sets.known import RawRow, Tally
from armo.data.sets.parts import Scale
from armo.errors import DataError
from armo.paper import SCALES

# What a part of a row is called in rejects (`completions[2]`), with what makes its rating row.
Part = tuple[str, Callable[[], RatingRow]]


def rating_row(
    row_id: str,
    source: str,
    messages: list[Message],
    ratings: Mapping[str, float],
    meta: Mapping[str, Any],
    scales: Mapping[str, Scale] = SCALES,
) -> RatingRow:
    """Return a rating row that has passed its own check.

    Raises:
        DataError: If the conversation is malformed or nothing is rated.
    """
    made = RatingRow(
        id=row_id,
        source=source,
        messages=messages,
        ratings=dict(ratings),
        scale={name: scales[name] for name in ratings},
        meta={name: value for name, value in meta.items() if value is not None},
    )
    made.check()
    return made


def by_part(row: RawRow, tally: Tally, parts: Iterable[Part]) -> Iterator[RatingRow]:
    """Yield the rows made of a row's parts; a part that can't be used is rejected alone."""
    for part, make in parts:
        try:
            made = make()
        except DataError as error:
            tally.reject(row, str(error), part)
            continue
        yield made


def ratings_of(
    tally: Tally, values: Mapping[str, object], scales: Mapping[str, Scale]
) -> dict[str, float]:
    """Return the ratings that are numbers within their scales, by objective.

    Those that are not are missing, and noted by the way in which they fail.
    """
    found = {}
    for name, value in values.items():
        rating, (low, high) = number(value), scales[name]
        if rating is not None and low <= rating <= high:
            found[name] = rating
        else:
            tally.note(_what_is_wrong(name, value, rating, scales[name]))
    return found


def _what_is_wrong(name: str, value: object, rating: float | None, scale: Scale) -> str:
    if value is None:
        return f"{name}: no rating is given; it counts as missing"
    if rating is None:
        return f"{name}: the rating is no number (such as 'N/A'); it counts as missing"
    return f"{name}: the rating is outside [{scale[0]:g}, {scale[1]:g}]; it counts as missing"


def text_or_none(raw: Mapping[str, Any], field: str) -> str | None:
    """Return a field that says where a row is from; None where it is absent or no text."""
    value = raw.get(field)
    return value if isinstance(value, str) else None
