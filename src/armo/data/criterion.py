"""By what one of two rated responses is held to be the better."""

from __future__ import annotations

import math
from collections.abc import Mapping

from armo.data.rows import RatingRow
from armo.errors import DataError, InputError, nearest
from armo.objectives import Objective


class Criterion:
    """A weighted mean of ratings in unit scale, and which differences of it count.

    Args:
        by: Weight of each objective; a negative one prefers low ratings.
        min_gap: Least difference that counts, 0 to 1.
        per_prompt: Most pairs of a prompt; None for all.

    Raises:
        InputError: If one of these makes no sense.
    """

    def __init__(self, by: Mapping[str, float], min_gap: float, per_prompt: int | None) -> None:
        if not by:
            raise InputError("by: name at least one objective")
        for name, weight in by.items():
            if not math.isfinite(weight) or weight == 0:
                raise InputError(f"by: the weight of '{name}' must be a number other than 0")
        if not 0 <= min_gap <= 1:
            raise InputError(f"min_gap: must be 0 to 1, the whole of a unit scale; got {min_gap:g}")
        if per_prompt is not None and per_prompt < 1:
            raise InputError(f"per_prompt: must be at least 1, got {per_prompt}")
        self.by = dict(by)
        self.min_gap = min_gap
        self.per_prompt = per_prompt
        # Divided by the sum of sizes, values of negative weights have a range of 1 as well.
        self._sum = sum(map(abs, by.values()))
        self._objectives: dict[str, Objective] = {}
        self._others: dict[str, None] = {}

    @property
    def label(self) -> str:
        """The objective, or all of them with their weights."""
        if len(self.by) == 1:
            ((name, weight),) = self.by.items()
            return name if weight > 0 else f"{name} (low)"
        return ", ".join(f"{name}={weight:g}" for name, weight in self.by.items())

    def unit_ratings(self, row: RatingRow) -> dict[str, float]:
        """Return the ratings of a checked row that count, in unit scale.

        Raises:
            DataError: If an earlier row has another scale for one of them.
        """
        found = {}
        for name, value in row.rated():
            if name in self.by:
                found[name] = self._objective(name, row).to_unit(float(value))
            else:
                self._others[name] = None
        return found

    def value(self, ratings: Mapping[str, float]) -> float | None:
        """Return the weighted mean of unit ratings, or None if one that it needs is missing."""
        if not self.by.keys() <= ratings.keys():
            return None
        return sum(weight * ratings[name] for name, weight in self.by.items()) / self._sum

    def check_rated(self) -> None:
        """Raise DataError if no row that was met rates an objective."""
        for name in self.by:
            if name not in self._objectives:
                known = [*self._objectives, *self._others]
                raise DataError(
                    f"by: no row rates '{name}'{nearest(name, known)}; rated are "
                    f"{', '.join(known) or 'none'}"
                )

    def _objective(self, name: str, row: RatingRow) -> Objective:
        low, high = row.scale[name] or (0.0, 1.0)
        objective = self._objectives.setdefault(name, Objective(name, low, high))
        if (objective.low, objective.high) != (low, high):
            raise DataError(
                f"row '{row.id}': objective '{name}' has the scale [{low:g}, {high:g}], earlier rows "
                f"[{objective.low:g}, {objective.high:g}]; give one of them another name"
            )
        return objective


def parse_by(text: str) -> dict[str, float]:
    """Return the weights that a text gives: `correctness`, or `correctness=0.7,safety=0.3`.

    Raises:
        InputError: If a name is empty or given twice, or a weight is no number.
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = part.rpartition("=") if "=" in part else (part, "", "1")
        name = name.strip()
        if not name:
            raise InputError(f"--by: expected 'objective' or 'objective=weight', got '{part}'")
        if name in found:
            raise InputError(f"--by: '{name}' is given twice")
        try:
            found[name] = float(weight)
        except ValueError:
            raise InputError(f"--by: the weight of '{name}' is no number: '{weight}'") from None
    return found
