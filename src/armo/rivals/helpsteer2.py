"""HelpSteer2's reward models: a multi-objective regression under fixed, published coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from armo.errors import InputError, RecipeError, nearest
from armo.rivals.settings import HelpSteer2

if TYPE_CHECKING:
    from armo.model import RewardModel

ATTRIBUTES = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")
"""What HelpSteer2 rates, each from 0 to 4."""

PUBLISHED: dict[str, dict[str, float]] = {
    "nemotron-4-340b": dict(zip(ATTRIBUTES, (0.3, 0.74, 0.46, 0.47, -0.33), strict=True)),
    "llama-3-70b": dict(zip(ATTRIBUTES, (0.65, 0.8, 0.45, 0.55, -0.4), strict=True)),
    "llama-3-70b-june": dict(zip(ATTRIBUTES, (0.65, 0.8, 0.45, 0.0, 0.0), strict=True)),
}
"""Coefficients of the models' cards, for ratings in native units; the last from an earlier card."""

_PREFIX = "helpsteer-"


def helpsteer2_model(model: RewardModel, settings: HelpSteer2) -> RewardModel:
    """Return a trained regression scored as `Σ cᵢ · native ratingᵢ`, without debiasing or gate.

    The constant part of the map from unit to native scale is left out: it is the same for all
    responses.

    Args:
        model: Has the objectives; its transform and gate are not used.
        settings: Which coefficients, and what the model calls the attributes.

    Raises:
        RecipeError: If the coefficients are unknown.
        InputError: If the model lacks an objective that has a coefficient, with its name.
    """
    # A recipe's coefficients are checked before torch takes its seconds to load.
    from armo.model import RewardModel
    from armo.rivals.constant import with_coefficients

    wanted = named_coefficients(settings.coefficients)
    names = {name: _own_name(name, settings.objectives, model.objectives) for name in wanted}
    absent = [name for name, own in names.items() if own is None]
    if absent:
        raise InputError(
            f"the model rates no {', '.join(absent)}, which the coefficients weigh; its objectives are "
            f"{', '.join(model.objectives)}. Say which of them is meant with `objectives`"
        )
    coefficients = np.zeros(len(model.objectives))
    for name, value in wanted.items():
        place = model.objectives.index(str(names[name]))
        objective = model.heads.objectives[place]
        coefficients[place] += value * (objective.to_native(1.0) - objective.to_native(0.0))
    heads = with_coefficients(model.heads, coefficients)
    return RewardModel.from_heads(heads, model.backbone, model.config.verbosity)


def named_coefficients(given: str | Mapping[str, float]) -> dict[str, float]:
    """Return the coefficients that are not 0, of a published set or as they are given.

    Raises:
        RecipeError: If there is no such set, or nothing has a coefficient.
    """
    if isinstance(given, str):
        if given not in PUBLISHED:
            raise RecipeError(
                f"coefficients '{given}' are unknown{nearest(given, PUBLISHED)}; published ones: "
                f"{', '.join(PUBLISHED)}; or give a number by objective"
            )
        given = PUBLISHED[given]
    wanted = {name: float(value) for name, value in given.items() if value != 0}
    if not wanted or not np.isfinite(list(wanted.values())).all():
        raise RecipeError("coefficients: give finite numbers, at least one of them not 0")
    return wanted


def _own_name(name: str, renamed: Mapping[str, str], objectives: list[str]) -> str | None:
    """Return what the model calls an attribute; None if it has no such objective."""
    if name in renamed:
        return renamed[name] if renamed[name] in objectives else None
    return next((own for own in (name, f"{_PREFIX}{name}") if own in objectives), None)
