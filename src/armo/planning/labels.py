"""The objectives that a recipe would learn, told from its local rows and from the cards of hub sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from armo.data import Dataset
from armo.errors import RecipeError, nearest
from armo.paper import PAPER_OBJECTIVES
from armo.planning.counting import SourceCount
from armo.training.checks import check_taken_out, unit_maps
from armo.training.recipe import LENGTH, Recipe


@dataclass(frozen=True)
class ObjectiveLine:
    """An objective of a plan.

    Attributes:
        name: As in files, tables and steering.
        scale: Lowest and highest native rating; None if only the rows will tell.
        unit: What they become.
        source: Sets that rate it.
        labels: Ratings counted here; None for those of hub sets.
    """

    name: str
    scale: tuple[float, float] | None
    unit: tuple[float, float]
    source: str
    labels: int | None


def objective_lines(
    recipe: Recipe, here: Dataset, hub: Sequence[SourceCount]
) -> list[ObjectiveLine]:
    """Return a line for each objective, in the order in which they would be learned.

    Raises:
        RecipeError: If the recipe keeps, or takes out, an objective that nothing rates.
    """
    settings = recipe.objectives
    labels = _labels(here)
    rated = _rated(here, hub)
    units = unit_maps(settings, rated, _column_maps(here, hub))
    for name in settings.keep or ():
        if name not in rated:
            raise RecipeError(f"objectives.keep: nothing rates '{name}'{nearest(name, rated)}")
    kept = [
        ObjectiveLine(
            name,
            rated[name].scale,
            units.get(name, (0.0, 1.0)),
            ", ".join(rated[name].sources),
            labels.get(name),
        )
        for name in settings.keep or rated
    ]
    if kept:
        check_taken_out(settings, [line.name for line in kept])
    if settings.with_length:
        kept.append(ObjectiveLine(LENGTH, None, (0.0, 1.0), "log(1 + response tokens)", None))
    return kept


@dataclass
class _Rated:
    """Scale and sources of an objective, from wherever they are known."""

    scale: tuple[float, float] | None
    sources: list[str]


def _rated(here: Dataset, hub: Sequence[SourceCount]) -> dict[str, _Rated]:
    """Return all objectives: those of local rows, then those that hub sets add."""
    rated = {
        one.name: _Rated((one.low, one.high), one.source.split(", ")) for one in here.objectives
    }
    published = {one.name: (one.low, one.high) for one in PAPER_OBJECTIVES}
    for line in hub:
        for name in line.objectives if line.kind == "ratings" else ():
            known = line.columns[name].scale if name in line.columns else published.get(name)
            found = rated.setdefault(name, _Rated(known, []))
            found.scale = found.scale or known
            found.sources.append(line.name)
    return rated


def _column_maps(here: Dataset, hub: Sequence[SourceCount]) -> dict[str, tuple[float, float]]:
    given = {
        name: rated.map
        for line in hub
        for name, rated in line.columns.items()
        if rated.map is not None
    }
    return given | here.unit_maps


def _labels(here: Dataset) -> Counter[str]:
    return Counter(name for row in here.ratings for name, _ in row.rated())
