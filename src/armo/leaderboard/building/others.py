"""Systems that cost no fine-tuning: heads on the recipe's features, finished models, and judges."""

from __future__ import annotations

from armo.leaderboard.building.beta import with_fitted_beta
from armo.leaderboard.building.built import Built, by_split, of_run
from armo.leaderboard.building.shared import Shared
from armo.rivals.scored import ScoredSystem
from armo.rivals.settings import HelpSteer2, Judge, LinearBradleyTerry, TrainedModel


def linear(key: str, settings: LinearBradleyTerry, shared: Shared) -> Built:
    """Return a Bradley–Terry head on the frozen features of the recipe's pairs."""
    from armo.rivals.linear import fit_linear, linear_model

    del key
    head = fit_linear(shared.store, shared.pairs, settings.alphas, shared.pair_weights)
    model = linear_model(head, shared.run.model.backbone)
    details = {"alpha": head.alpha, "notes": list(head.notes)}
    training = {"pairs": by_split(shared.pairs.splits), "losses": list(head.losses.items())}
    base = shared.recipe.backbone.name
    return Built(ScoredSystem(model, "linear-bradley-terry", base, details), training)


def helpsteer2(key: str, settings: HelpSteer2, shared: Shared) -> Built:
    """Return the recipe's regression under fixed published coefficients; they come without a β."""
    from armo.rivals.helpsteer2 import helpsteer2_model

    del key
    model = with_fitted_beta(helpsteer2_model(shared.run.model, settings), shared)
    details = {"coefficients": settings.coefficients}
    base = shared.recipe.backbone.name
    return Built(ScoredSystem(model, "helpsteer2", base, details), of_run(shared.run.metrics))


def trained(key: str, settings: TrainedModel, shared: Shared) -> Built:
    """Return a model that exists already."""
    from armo.model import RewardModel

    del key
    backbone = shared.recipe.backbone
    model = RewardModel.from_pretrained(settings.path, dtype=backbone.dtype, device=backbone.device)
    details = {"path": settings.path, "objectives": len(model.objectives)}
    return Built(ScoredSystem(model, details=details))


def judge(key: str, settings: Judge, shared: Shared) -> Built:
    """Return a language model behind an endpoint; its answers are kept in the system's folder."""
    from armo.rivals.judge import JudgeSystem

    system = JudgeSystem(settings, shared.folder(key) / "answers")
    system.check_ready()
    return Built(system)
