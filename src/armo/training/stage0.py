"""Stage 0: the backbone is fine-tuned on the recipe's own rows, then read like any other."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from armo.backbone import Backbone, BackboneSettings
from armo.data import Dataset
from armo.errors import RecipeError
from armo.progress import Reporter
from armo.training.recipe import Recipe
from armo.training.start import Start
from armo.tuning.result import ADAPTER, BACKBONE, Tuned
from armo.tuning.settings import BRADLEY_TERRY, RATINGS, TuningSettings, tuning_settings
from armo.tuning.stage0 import Stage0Settings

FOLDER = "stage0"


@dataclass(frozen=True)
class Stage0:
    """A fine-tuned backbone.

    Attributes:
        backbone: How to read with it.
        tuned: The record of the fine-tuning.
    """

    backbone: BackboneSettings
    tuned: Tuned

    def record(self) -> dict[str, Any]:
        """Return what metrics.json says of it."""
        record: dict[str, Any] = msgspec.to_builtins(self.tuned)
        return record


def check_stage0(settings: Stage0Settings, name: str) -> None:
    """Raise RecipeError if the table can't be used.

    Args:
        settings: `[stage0]`.
        name: Of the recipe, for messages.
    """
    if settings.loss == "none":
        if settings.settings:
            raise RecipeError(
                f"{name}: stage0.settings: say what to train the backbone to with stage0.loss = "
                "'bradley-terry' or 'ratings'"
            )
        return
    _tuning(settings, name)


def tune_backbone(
    recipe: Recipe, data: Dataset, out: Path, reporter: Reporter, start: Start | None = None
) -> Stage0 | None:
    """Fine-tune the backbone as the recipe says, into `OUT/stage0`; None if it says nothing.

    What an earlier run finished from the same rows, weights and settings is taken as it is.

    Raises:
        RecipeError: If training starts from a model, whose objectives rest on its own backbone.
        ArmoError: As the fine-tuning.
    """
    stage0 = recipe.stage0
    if stage0.loss == "none":
        return None
    if start is not None:
        raise RecipeError(
            "stage0: a model's objectives rest on the backbone that it was trained on, so --from can't "
            "go with a fine-tuned one; leave out [stage0], or train from the ratings on"
        )
    # They bring torch and the trainers, which a recipe without this stage does not need.
    from armo.tuning.bradley_terry import tune_bradley_terry
    from armo.tuning.ratings import tune_ratings

    how, folder = _tuning(stage0, "recipe"), out / FOLDER
    if stage0.loss == "bradley-terry":
        tuned = tune_bradley_terry(recipe.backbone, data.preferences, how, folder, reporter)
    else:
        tuned = tune_ratings(recipe.backbone, data.ratings, data.objectives, how, folder, reporter)
    return Stage0(tuned_backbone(recipe.backbone, folder, tuned, stage0.layer), tuned)


def tuned_backbone(
    backbone: BackboneSettings,
    folder: Path,
    tuned: Tuned,
    layer: int | Literal["last"] = "last",
) -> BackboneSettings:
    """Return how to read with what a fine-tuning left; all else stays as it was.

    Args:
        backbone: What was trained.
        folder: Folder of the fine-tuning.
        tuned: Its record.
        layer: Layer to read.
    """
    if tuned.merged:
        whole = str((folder / BACKBONE).resolve())
        return dataclasses.replace(backbone, name=whole, revision=None, layer=layer)
    return dataclasses.replace(backbone, adapter=str((folder / ADAPTER).resolve()), layer=layer)


def features_folder(recipe: Recipe, backbone: Backbone, folder: Path) -> Path:
    """Return where features go: those of a backbone that is trained anew have a place of their own."""
    if recipe.stage0.loss == "none":
        return folder
    return folder.with_name(f"{folder.name}-{backbone.identity.fingerprint[:12]}")


def _tuning(stage0: Stage0Settings, name: str) -> TuningSettings:
    default = BRADLEY_TERRY if stage0.loss == "bradley-terry" else RATINGS
    return tuning_settings(stage0.settings, default, f"{name}: stage0.settings")
