"""From a recipe's data to features: what the stages are fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from armo.backbone import Backbone
from armo.data import SAMPLE, Dataset, load_dataset, select_objectives
from armo.errors import DataError, RecipeError, nearest
from armo.features import Extraction, FeatureStore, extract
from armo.objectives import Objective
from armo.progress import Reporter
from armo.rejects import FILE as REJECTS
from armo.rejects import write_rejects
from armo.splits import TRAIN
from armo.training.recipe import LENGTH, ObjectiveSettings, Recipe
from armo.training.tables import (
    PairTable,
    RatingTable,
    add_length,
    pair_table,
    rating_table,
    requests,
)

FEATURES, LEFT_OUT = "features", "left_out.jsonl"


@dataclass(frozen=True)
class Prepared:
    """Features, ratings and pairs, ready for the stages.

    Attributes:
        data: Rows as they were read from the sources, and the chosen objectives.
        extraction: What the backbone read.
        ratings: Rated conversations.
        pairs: Preference pairs.
        objectives: What is learned, in order; computed ones last.
        verbosity: Index of the objective that debiasing takes out.
    """

    data: Dataset
    extraction: Extraction
    ratings: RatingTable
    pairs: PairTable
    objectives: list[Objective]
    verbosity: int

    @property
    def store(self) -> FeatureStore:
        """The feature store."""
        return self.extraction.store

    @property
    def names(self) -> list[str]:
        """Names of the objectives, in order."""
        return [objective.name for objective in self.objectives]


def prepare(
    recipe: Recipe, data: Dataset, backbone: Backbone, out: Path, reporter: Reporter
) -> Prepared:
    """Read all conversations, write the reject file, and arrange ratings and pairs.

    Raises:
        DataError: If an objective, rating or pair that training needs is missing.
        StoreError: If `OUT/features` holds something else.
    """
    objectives = data.objectives
    wanted = requests(data.ratings, data.preferences)
    extraction = extract(backbone, wanted, out / FEATURES, reporter)
    write_rejects(out / REJECTS, [*data.rejects, *extraction.rejects])
    if data.left_out:
        write_rejects(out / LEFT_OUT, data.left_out)
    else:
        (out / LEFT_OUT).unlink(missing_ok=True)
    store = extraction.store
    ratings = rating_table(data.ratings, objectives, store)
    pairs = pair_table(data.preferences, store)
    if recipe.objectives.with_length:
        ratings, objectives = add_length(ratings, objectives, store, LENGTH)
    _check_trainable(ratings, pairs, objectives)
    verbosity = [objective.name for objective in objectives].index(recipe.objectives.verbosity)
    return Prepared(data, extraction, ratings, pairs, objectives, verbosity)


def read_data(recipe: Recipe) -> Dataset:
    """Read the recipe's sources, with the objectives that it chooses from them."""
    for source in (*recipe.data.ratings, *recipe.data.preferences):
        if source != SAMPLE and not Path(source).is_file():
            raise DataError(recipe.data.with_advice(f"{source}: no such file"))
    data = load_dataset(
        recipe.data.ratings, recipe.data.preferences, recipe.data.sample, recipe.data.limits
    )
    data.objectives = _select(data, recipe.objectives)
    return data


def _select(data: Dataset, settings: ObjectiveSettings) -> list[Objective]:
    objectives = select_objectives(data.objectives, settings.keep, settings.unit_map)
    names = [objective.name for objective in objectives]
    if LENGTH in names and settings.with_length:
        raise DataError(f"the data rates an objective '{LENGTH}' already; it can't be computed too")
    known = [*names, LENGTH]
    if settings.verbosity not in known:
        raise RecipeError(
            f"objectives.verbosity: no objective is named '{settings.verbosity}'"
            f"{nearest(settings.verbosity, known)}; name one of {', '.join(names)}, or '{LENGTH}' "
            "to have it computed from the number of tokens"
        )
    return objectives


def _check_trainable(table: RatingTable, pairs: PairTable, objectives: list[Objective]) -> None:
    for what, splits in (("rated row", table.splits), ("preference pair", pairs.splits)):
        if not (splits == TRAIN).any():
            raise DataError(
                f"no {what} is in the training split; see {REJECTS} for rows that could not be used, "
                "and add data if there are none"
            )
    rated = np.isfinite(table.ratings[table.splits == TRAIN]).any(axis=0)
    never = [objective.name for objective, seen in zip(objectives, rated, strict=True) if not seen]
    if never:
        raise DataError(
            f"objectives without any rating in the training split: {', '.join(never)}; rate them, or "
            "leave them out with objectives.keep"
        )
