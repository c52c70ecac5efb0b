"""From a recipe's data to features: what the stages are fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from armo.backbone import Backbone
from armo.data import Dataset
from armo.errors import DataError
from armo.features import Extraction, FeatureStore, extract
from armo.objectives import Objective
from armo.progress import Reporter
from armo.rejects import FILE as REJECTS
from armo.rejects import write_rejects
from armo.splits import TRAIN
from armo.training.checks import taken_out_from
from armo.training.recipe import LENGTH, Recipe
from armo.training.stage0 import features_folder
from armo.training.start import Start
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
        verbosity: Index of the objective that debiasing takes out; None where a debiasing that takes
            out none is kept.
        start: The trained model that this goes on from, if any.
    """

    data: Dataset
    extraction: Extraction
    ratings: RatingTable
    pairs: PairTable
    objectives: list[Objective]
    verbosity: int | None
    start: Start | None = None

    @property
    def store(self) -> FeatureStore:
        """The feature store."""
        return self.extraction.store

    @property
    def names(self) -> list[str]:
        """Names of the objectives, in order."""
        return [objective.name for objective in self.objectives]

    @property
    def taken_out(self) -> str:
        """Name of the objective that debiasing takes out; empty if none."""
        return "" if self.verbosity is None else self.names[self.verbosity]


def prepare(
    recipe: Recipe,
    data: Dataset,
    backbone: Backbone,
    out: Path,
    reporter: Reporter,
    start: Start | None = None,
) -> Prepared:
    """Read all conversations, write the reject file, and arrange ratings and pairs.

    Raises:
        DataError: If an objective, rating or pair that training needs is missing.
        StoreError: If `OUT/features` holds something else.
    """
    objectives = data.objectives
    wanted = requests(data.ratings, data.preferences)
    folder = features_folder(recipe, backbone, out / FEATURES)
    extraction = extract(backbone, wanted, folder, reporter)
    write_rejects(out / REJECTS, [*data.rejects, *extraction.rejects])
    if data.left_out:
        write_rejects(out / LEFT_OUT, data.left_out)
    else:
        (out / LEFT_OUT).unlink(missing_ok=True)
    store = extraction.store
    ratings = rating_table(data.ratings, objectives, store)
    pairs = pair_table(data.preferences, store)
    if start is None and recipe.objectives.with_length:
        ratings, objectives = add_length(ratings, objectives, store, LENGTH)
    _check_split("preference pair", pairs.splits)
    _check_reference(pairs, recipe.debias.reference)
    if start is None:
        _check_split("rated row", ratings.splits)
        _check_rated(ratings, objectives)
    names = [objective.name for objective in objectives]
    taken_out = _verbosity(recipe, start)
    verbosity = names.index(taken_out) if taken_out else None
    return Prepared(data, extraction, ratings, pairs, objectives, verbosity, start)


def _verbosity(recipe: Recipe, start: Start | None) -> str:
    if start is None:
        return recipe.objectives.taken_out
    return taken_out_from(recipe.objectives, start)


def _check_split(what: str, splits: NDArray[np.int8]) -> None:
    if not (splits == TRAIN).any():
        raise DataError(
            f"no {what} is in the training split; see {REJECTS} for rows that could not be used, "
            "and add data if there are none"
        )


def _check_reference(pairs: PairTable, reference: list[str]) -> None:
    if reference and not pairs.responses(TRAIN, reference)[0]:
        raise DataError("debias.reference: none of its pairs is in the training split")


def _check_rated(table: RatingTable, objectives: list[Objective]) -> None:
    rated = np.isfinite(table.ratings[table.splits == TRAIN]).any(axis=0)
    never = [objective.name for objective, seen in zip(objectives, rated, strict=True) if not seen]
    if never:
        raise DataError(
            f"objectives without any rating in the training split: {', '.join(never)}; rate them, or "
            "leave them out with objectives.keep"
        )
