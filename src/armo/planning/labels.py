"""The objectives that a recipe would learn, told from its local rows and from the cards of hub sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from armo.data import Dataset
from armo.errors import RecipeError, nearest
from armo.objectives import Objective
from armo.paper import PAPER_OBJECTIVES, UNIT_MAPS
from armo.planning.counting import SourceCount
from armo.training.recipe import LENGTH, ObjectiveSettings, Recipe


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
    lines = {line.name: line for line in (*_local(recipe, here), *_remote(recipe, hub))}
    for name in settings.keep or ():
        if name not in lines:
            raise RecipeError(f"objectives.keep: nothing rates '{name}'{nearest(name, lines)}")
    kept = [lines[name] for name in settings.keep] if settings.keep else list(lines.values())
    if settings.with_length:
        kept.append(ObjectiveLine(LENGTH, None, (0.0, 1.0), "log(1 + response tokens)", None))
    names = [line.name for line in kept]
    if kept and settings.verbosity not in names:
        raise RecipeError(
            f"objectives.verbosity: nothing rates '{settings.verbosity}'"
            f"{nearest(settings.verbosity, names)}"
        )
    return kept


def _local(recipe: Recipe, here: Dataset) -> list[ObjectiveLine]:
    counts: dict[str, int] = {}
    for row in here.ratings:
        for name, _ in row.rated():
            counts[name] = counts.get(name, 0) + 1
    return [
        ObjectiveLine(
            objective.name,
            (objective.low, objective.high),
            here.unit_maps.get(objective.name) or _unit(objective.name, recipe.objectives),
            objective.source,
            counts.get(objective.name, 0),
        )
        for objective in here.objectives
    ]


def _remote(recipe: Recipe, hub: Sequence[SourceCount]) -> list[ObjectiveLine]:
    known: dict[str, Objective] = {objective.name: objective for objective in PAPER_OBJECTIVES}
    sources: dict[str, list[str]] = {}
    for line in hub:
        for name in line.objectives if line.kind == "ratings" else ():
            sources.setdefault(name, []).append(line.name)
    return [
        ObjectiveLine(
            name,
            (known[name].low, known[name].high) if name in known else None,
            _unit(name, recipe.objectives),
            ", ".join(sets),
            None,
        )
        for name, sets in sources.items()
    ]


def _unit(name: str, settings: ObjectiveSettings) -> tuple[float, float]:
    return settings.unit_map.get(name) or UNIT_MAPS[settings.maps].get(name) or (0.0, 1.0)
