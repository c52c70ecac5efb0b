"""What the systems of a comparison share: rows, and one training run, made when first needed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from armo.data import Dataset
from armo.features import FeatureStore
from armo.progress import Reporter
from armo.training.pipeline import Run, train
from armo.training.prepare import FEATURES
from armo.training.reading import read_data
from armo.training.recipe import Recipe
from armo.training.source_weights import pair_weights
from armo.training.stage0 import features_folder
from armo.training.tables import PairTable, pair_table

ARMO, SYSTEMS = "armo", "systems"


class Shared:
    """The recipe's rows and its reward model.

    Args:
        recipe: What all systems are trained on.
        out: Folder of the comparison.
        reporter: Shows progress.
    """

    def __init__(self, recipe: Recipe, out: Path, reporter: Reporter) -> None:
        self.recipe = recipe
        self.reporter = reporter
        self._out = out

    @cached_property
    def data(self) -> Dataset:
        """The rows of the recipe, with the objectives that it chooses from them."""
        return read_data(self.recipe, None, self.reporter)

    @cached_property
    def run(self) -> Run:
        """The recipe's own training run, in `OUT/armo`."""
        return train(self.recipe, self._out / ARMO, self.reporter)

    @cached_property
    def store(self) -> FeatureStore:
        """The features that this run read."""
        folder = self._out / ARMO / FEATURES
        return FeatureStore(features_folder(self.recipe, self.run.model.backbone, folder))

    @cached_property
    def pairs(self) -> PairTable:
        """The recipe's pairs, as that run split them."""
        return pair_table(self.data.preferences, self.store)

    @cached_property
    def pair_weights(self) -> Float64[np.ndarray, " pairs"]:
        """What each pair counts in stage 2."""
        setting = self.recipe.gate.source_weights
        return pair_weights(self.pairs.sources, self.pairs.splits, setting)

    @cached_property
    def differences(self) -> Float64[np.ndarray, "pairs objectives"]:
        """Debiased rewards of the pairs, chosen − rejected."""
        heads = self.run.model.heads
        chosen, rejected = (
            heads.rewards(self.store.responses(keys))
            for keys in (self.pairs.chosen, self.pairs.rejected)
        )
        found: Float64[np.ndarray, "pairs objectives"] = (chosen - rejected) @ heads.transform
        return found

    def folder(self, key: str) -> Path:
        """Return the folder of a system."""
        return self._out / SYSTEMS / key
