"""Reading rows that hold several rated responses: their lists, their entries and their ratings."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from armo.data.sets.fields import number, required
from armo.data.sets.known import Tally
from armo.errors import DataError

Scale = tuple[float, float]
OLDER_LAYOUT = "rows of the older layout, with rating_chosen and rating_rejected"


def scale_rating(field: str, value: object, scale: Scale) -> float:
    """Return a rating given as a number or as text.

    Raises:
        DataError: If it is no number (`"N/A"`, null) or outside its scale.
    """
    found = number(value)
    if found is None or not scale[0] <= found <= scale[1]:
        raise DataError(
            f"{field}: expected a rating from {scale[0]:g} to {scale[1]:g}, "
            f"got {reprlib.repr(value)}"
        )
    return found


def side_rating(raw: Mapping[str, Any], side: str) -> str:
    """Return the field that rates one side of a pair, `chosen` or `rejected`, in either layout."""
    field, older = f"{side}_rating", f"rating_{side}"
    return older if raw.get(field) is None and raw.get(older) is not None else field


def note_older_layout(raw: Mapping[str, Any], tally: Tally) -> None:
    """Count a row of which a rating stands under its older name."""
    if any(side_rating(raw, side).startswith("rating_") for side in ("chosen", "rejected")):
        tally.note(OLDER_LAYOUT)


def objects(raw: Mapping[str, Any], field: str) -> list[Any]:
    """Return a field that holds a list with something in it.

    Raises:
        DataError: If it is absent, no list, or empty.
    """
    value = required(raw, field)
    if not isinstance(value, list):
        raise DataError(f"{field}: expected a list, got {type(value).__name__}")
    if not value:
        raise DataError(f"{field}: the list is empty")
    return value


def entry(value: object) -> Mapping[str, Any]:
    """Return a list's entry as an object; DataError if it is none."""
    if not isinstance(value, Mapping):
        raise DataError(f"expected an object, got {type(value).__name__}")
    return value


def field_or_none(value: object, field: str) -> Any:
    """Return a field of what may be no object at all; None where there is nothing."""
    return value.get(field) if isinstance(value, Mapping) else None


def distinct_names(candidates: Sequence[object]) -> list[str]:
    """Return names for the parts of a row: the candidates if they tell all apart, else positions."""
    names = [name for name in candidates if isinstance(name, str) and name.strip()]
    if len(set(names)) == len(candidates):
        return names
    return [str(position) for position in range(len(candidates))]
