"""Systems whose language model is fine-tuned on the recipe's rows."""

from __future__ import annotations

import dataclasses

from armo.leaderboard.building.built import Built, of_run, of_tuning
from armo.leaderboard.building.shared import ARMO, Shared
from armo.rivals.scored import ScoredSystem
from armo.rivals.settings import BradleyTerry, FineTuned, PreferenceModel
from armo.tuning.settings import BRADLEY_TERRY, PREFERENCE_MODEL, tuning_settings
from armo.tuning.stage0 import Stage0Settings

TUNED = "tuned"


def bradley_terry(key: str, settings: BradleyTerry, shared: Shared) -> Built:
    """Return a backbone with a scalar head, both trained on the pairs."""
    from armo.rivals.bradley_terry import bradley_terry_model
    from armo.tuning.bradley_terry import tune_bradley_terry

    backbone = shared.recipe.backbone
    folder = shared.folder(key) / TUNED
    how = tuning_settings(settings.settings, BRADLEY_TERRY, f"systems.{key}.settings")
    tuned = tune_bradley_terry(backbone, shared.data.preferences, how, folder, shared.reporter)
    model = bradley_terry_model(backbone, folder, tuned)
    details = {"method": how.method, "steps": tuned.steps}
    return Built(ScoredSystem(model, "bradley-terry", backbone.name, details), of_tuning(tuned))


def fine_tuned(key: str, settings: FineTuned, shared: Shared) -> Built:
    """Return the recipe's reward model on a backbone that was fine-tuned first."""
    from armo.training.pipeline import train

    recipe = dataclasses.replace(
        shared.recipe, stage0=Stage0Settings(loss=settings.loss, settings=settings.settings)
    )
    run = train(recipe, shared.folder(key) / ARMO, shared.reporter)
    details = {"loss": settings.loss, "objectives": len(run.model.objectives)}
    training = of_run(run.metrics) | {"stage0": run.metrics.get("stage0")}
    return Built(ScoredSystem(run.model, "fine-tuned", recipe.backbone.name, details), training)


def preference_model(key: str, settings: PreferenceModel, shared: Shared) -> Built:
    """Return a causal language model that was trained to answer A or B."""
    from armo.rivals.preference_model import load_preference_model
    from armo.tuning.preference_model import tune_preference_model

    backbone = shared.recipe.backbone
    folder = shared.folder(key) / TUNED
    how = tuning_settings(settings.settings, PREFERENCE_MODEL, f"systems.{key}.settings")
    tuned = tune_preference_model(backbone, shared.data.preferences, how, folder, shared.reporter)
    return Built(load_preference_model(folder, backbone.dtype, backbone.device), of_tuning(tuned))
