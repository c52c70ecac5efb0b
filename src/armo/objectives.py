"""Objectives: what a response is rated on, and how its native scale maps to [0, 1]."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from armo.errors import InputError

FloatOrArray = TypeVar("FloatOrArray", float, NDArray[np.float64])

# Beyond these, maps between scales would overflow float64.
_LARGEST, _NARROWEST = 1e100, 1e-100


def scale_complaint(low: float, high: float) -> str:
    """Return why `[low, high]` can't be a scale, or an empty string if it can."""
    if not (abs(low) <= _LARGEST and abs(high) <= _LARGEST):
        return f"its ends must be finite and within ±{_LARGEST:g}"
    if not low < high:
        return (
            "low must be below high; where low is the better end, convert the ratings first "
            "(low + high - rating)"
        )
    if high - low < _NARROWEST:
        return f"low and high are less than {_NARROWEST:g} apart"
    return ""


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named, human-readable dimension of quality.

    Ratings enter the regression in unit scale: `low` maps to `unit_low`, `high` to `unit_high`, and
    what lies between linearly. The map is data because data sets differ: the published checkpoint
    stores HelpSteer's 0..4 as 0.1..0.9.

    Attributes:
        name: Unique within a model; the same in files, tables and steering.
        low: Lowest native rating.
        high: Highest native rating.
        source: Data set or rule that it comes from.
        boolean: True if the native ratings are only `low` and `high`, shown as no and yes.
        unit_low: What `low` becomes in unit scale.
        unit_high: What `high` becomes in unit scale.
        computed: True if armo computes the rating from the text instead of reading it from a row.
    """

    name: str
    low: float
    high: float
    source: str = ""
    boolean: bool = False
    unit_low: float = 0.0
    unit_high: float = 1.0
    computed: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("an objective needs a name that is not empty")
        for what, low, high in (
            ("scale", self.low, self.high),
            ("unit scale", self.unit_low, self.unit_high),
        ):
            if complaint := scale_complaint(low, high):
                raise InputError(
                    f"objective '{self.name}': [{low:g}, {high:g}] is no {what}: {complaint}"
                )

    def to_unit(self, native: FloatOrArray) -> FloatOrArray:
        """Map native ratings to unit scale (NaN stays NaN)."""
        return (native - self.low) * self._slope + self.unit_low

    def to_native(self, unit: FloatOrArray) -> FloatOrArray:
        """Map unit-scale rewards back to the native scale (unclipped)."""
        return (unit - self.unit_low) / self._slope + self.low

    @property
    def _slope(self) -> float:
        return (self.unit_high - self.unit_low) / (self.high - self.low)


def check_unique(objectives: list[Objective]) -> None:
    """Raise InputError if two objectives share a name."""
    names = [objective.name for objective in objectives]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"objectives must have different names; repeated: {', '.join(repeated)}")
