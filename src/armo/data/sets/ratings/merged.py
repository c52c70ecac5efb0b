"""The authors' merged training set: one column an objective, already in unit scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from armo.data.rows import RatingRow
from armo.data.sets.fields import messages, number
from armo.data.sets.known import KnownSet, RawRow, Tally, row_by_row
from armo.data.sets.ratings.rated import rating_row, text_or_none
from armo.errors import DataError
from armo.objectives import Objective
from armo.paper import PAPER_OBJECTIVES, UNIT_MAPS, paper_objectives

# The columns that such sets use to tell where a row comes from; which one this set has is unknown.
_SOURCE_COLUMNS = ("source", "dataset", "data_source", "dataset_name", "source_dataset", "origin")
# Single precision keeps seven digits, of which the inverse map costs at most one.
_ROUNDING = 1e-5
_DIGITS = 5


def armorm(row: RawRow, tally: Tally, *, helpsteer_map: str = "published") -> Iterator[RatingRow]:
    """Make a rating row, with the ratings taken back to native scales.

    The ratings of one objective must have one scale, whether they come from this set or from the one
    that it was merged from, so the map to unit scale is undone.

    Args:
        row: Messages and 19 columns.
        tally: Told of HelpSteer ratings that the map does not take back to whole numbers.
        helpsteer_map: How HelpSteer's ratings were stored: `published` is (x + 0.5) / 5, as the
            checkpoint's card undoes it; `paper` is x / 4.
    """
    objectives = _objectives(helpsteer_map)
    ratings = {}
    for name, objective in objectives.items():
        native = _native(row.value.get(name), objective)
        if native is not None:
            ratings[name] = native
            if name.startswith("helpsteer-") and native != round(native):
                tally.note(_not_whole(helpsteer_map))
    if not ratings:
        raise DataError("none of the 19 columns, such as helpsteer-helpfulness, holds a rating")
    dataset = next(
        (found for column in _SOURCE_COLUMNS if (found := text_or_none(row.value, column))), None
    )
    yield rating_row(
        row.id, "armorm", messages(row.value, "messages"), ratings, {"dataset": dataset}
    )


@cache
def _objectives(helpsteer_map: str) -> Mapping[str, Objective]:
    return {objective.name: objective for objective in paper_objectives(helpsteer_map)}


def _native(value: Any, objective: Objective) -> float | None:
    """Return a rating on its native scale; None for null and NaN, by which the set means missing."""
    if value is None or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return None
    unit = float(value) if isinstance(value, bool) else number(value)
    if unit is None:
        raise DataError(f"{objective.name}: expected a number or null, got {type(value).__name__}")
    native = round(objective.to_native(unit), _DIGITS)
    if not objective.low - _ROUNDING <= native <= objective.high + _ROUNDING:
        raise DataError(
            f"{objective.name}: {unit:g} is {native:g} on the native scale, outside "
            f"[{objective.low:g}, {objective.high:g}]{_hint(objective)}"
        )
    return min(max(native, objective.low), objective.high) + 0.0  # not -0.0


def _hint(objective: Objective) -> str:
    if not objective.name.startswith("helpsteer-"):
        return ""
    other = "paper" if objective.unit_low > 0 else "published"
    return f"; if many rows say so, set the option helpsteer_map to '{other}'"


def _not_whole(helpsteer_map: str) -> str:
    others = " or ".join(f"'{name}'" for name in UNIT_MAPS if name != helpsteer_map)
    return (
        f"HelpSteer ratings that are no whole numbers under the map '{helpsteer_map}'; if they are "
        f"many, the option helpsteer_map should be {others}"
    )


ARMORM = KnownSet(
    name="armorm",
    kind="ratings",
    hub="RLHFlow/ArmoRM-Multi-Objective-Data-v0.1",
    adapter=row_by_row(armorm),
    licence="not stated; those of the eight sets that it merges",
    layout="messages, the last one rated; 19 columns in unit scale, null where not rated",
    tested_on="documented layout",
    paper_rows=585_400,
    objectives=tuple(objective.name for objective in PAPER_OBJECTIVES),
    note=(
        "The authors' merger of the paper's rating sets, not to be combined with them. The number of "
        "rows is the sum of the paper's counts. HelpSteer's map is known from the checkpoint's card, "
        "the others are assumed linear; all are undone, so that objectives keep their native scales."
    ),
)
