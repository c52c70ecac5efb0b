"""From a recipe to rows: its sources, without what repeats a benchmark, and the objectives chosen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from armo.data import Dataset, infer_objectives, load_dataset, select_objectives
from armo.data.pairing import pairs_from_ratings
from armo.errors import DataError, RecipeError
from armo.objectives import Objective
from armo.overlap import OverlapSettings, contaminated_rows
from armo.progress import Reporter, silent
from armo.training.checks import (
    check_files,
    check_sources,
    check_taken_out,
    taken_out_from,
    unit_maps,
)
from armo.training.recipe import LENGTH, DerivedPairs, ObjectiveSettings, Recipe
from armo.training.start import Start


def read_data(recipe: Recipe, start: Start | None = None, reporter: Reporter = silent) -> Dataset:
    """Read the recipe's sources, with the objectives that it chooses from them.

    From a trained model on, the objectives are the model's, and ratings are not read.

    Args:
        recipe: A checked recipe.
        start: The model to go on from, if any.
        reporter: Shows progress.

    Raises:
        DataError: If a source can't be read, or training rows repeat a benchmark that the recipe
            guards.
        RecipeError: If the recipe asks for objectives that nothing rates.
    """
    if start is None and not recipe.data.ratings:
        raise RecipeError(
            "data.ratings: name at least one source of ratings, or start from the objectives of a "
            "trained model: armo train RECIPE --from MODEL"
        )
    rated = recipe.data.ratings if start is None else []
    check_files(recipe.data, [*rated, *recipe.data.preferences])
    if start is not None:
        taken_out_from(recipe.objectives, start)
    limits = recipe.data.limits
    if start is not None:
        limits = dataclasses.replace(limits, ratings={})
    data = load_dataset(rated, recipe.data.preferences, recipe.data.sample, limits)
    if recipe.data.contamination.benchmarks:
        _guard(data, recipe.data.contamination, reporter)
    if recipe.data.pairs_from_ratings.by:
        derive_pairs(data, recipe.data.pairs_from_ratings)
    data.objectives = _select(data, recipe.objectives) if start is None else start.objectives
    check_sources(recipe, {row.source for row in data.preferences})
    return data


def derive_pairs(data: Dataset, settings: DerivedPairs) -> None:
    """Add the pairs that the ratings make."""
    if not data.ratings:
        raise RecipeError(
            "data.pairs_from_ratings: there are no ratings to make pairs of; from a trained model on "
            "ratings are not read"
        )
    made, report = pairs_from_ratings(
        data.ratings, settings.by, settings.min_gap, settings.per_prompt
    )
    data.preferences += made
    data.derived_pairs = dataclasses.asdict(report)


def _guard(data: Dataset, settings: OverlapSettings, reporter: Reporter) -> None:
    """Refuse, take out or only count the rows that repeat a benchmark."""
    files = [Path(file) for file in settings.benchmarks]
    found = contaminated_rows(data.ratings, data.preferences, files, settings, reporter)
    data.contamination = {"action": settings.action} | found.record()
    data.rejects += found.unreadable
    if not found:
        return
    if settings.action == "refuse":
        raise DataError(found.complaint())
    if settings.action == "remove":
        data.ratings = found.clean_ratings(data.ratings)
        data.preferences = found.clean_preferences(data.preferences)
        data.left_out += found.rejects()
        data.objectives = infer_objectives(data.ratings)


def _select(data: Dataset, settings: ObjectiveSettings) -> list[Objective]:
    maps = unit_maps(settings, [one.name for one in data.objectives], data.unit_maps)
    objectives = select_objectives(data.objectives, settings.keep, maps)
    names = [objective.name for objective in objectives]
    if LENGTH in names and settings.with_length:
        raise DataError(f"the data rates an objective '{LENGTH}' already; it can't be computed too")
    check_taken_out(settings, names)
    return objectives
