"""What makes a good row bad beside others: an id that came before, a second scale, an empty group."""

from __future__ import annotations

import math
from typing import Any

from armo.data.keys import KeySet
from armo.data.rows import RatingRow
from armo.errors import DataError

Scale = tuple[float, float]


class Faults:
    """Checks the rows of one file, one after the other.

    Attributes:
        scales: Scale of each objective, as the first good row that rates it has it.
    """

    def __init__(self) -> None:
        self.scales: dict[str, Scale] = {}
        self._ids = KeySet()

    def check(self, row: Any, row_id: str) -> None:
        """Raise DataError, naming the field, if training would refuse the row or what it leads to."""
        if isinstance(row, RatingRow):
            _check_finite(row)
        row.check()
        if getattr(row, "group", None) is not None and not str(row.group).strip():
            raise DataError(
                "group: it is empty, so all such rows would be one group; name it or leave it out"
            )
        scales = _scales(row)
        for name, scale in scales.items():
            if (earlier := self.scales.get(name, scale)) != scale:
                raise DataError(
                    f"scale.{name}: {_told(scale)}, where earlier rows have {_told(earlier)}; "
                    "give one of the two objectives another name"
                )
        if not self._ids.add(row_id):
            raise DataError(f"id: '{row_id}' stands on an earlier line already")
        self.scales |= scales


def _check_finite(row: RatingRow) -> None:
    for name, value in row.ratings.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise DataError(
                f"ratings.{name}: {value} is no rating; leave the objective out, or write null"
            )


def _scales(row: Any) -> dict[str, Scale]:
    if not isinstance(row, RatingRow):
        return {}
    return {name: scale for name, _ in row.rated() if (scale := row.scale[name]) is not None}


def _told(scale: Scale) -> str:
    return f"[{scale[0]:g}, {scale[1]:g}]"
