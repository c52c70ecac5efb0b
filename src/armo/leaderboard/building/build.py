"""Which builder makes which kind of system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from armo.leaderboard.building.built import Built
from armo.leaderboard.building.others import helpsteer2, judge, linear, trained
from armo.leaderboard.building.shared import Shared
from armo.leaderboard.building.tuned import bradley_terry, fine_tuned, preference_model
from armo.leaderboard.building.weighted import weighted
from armo.rivals.settings import (
    AnySystem,
    BradleyTerry,
    FineTuned,
    HelpSteer2,
    Judge,
    LinearBradleyTerry,
    PreferenceModel,
    TrainedModel,
    Weighted,
)

_BUILDERS: dict[type, Callable[[str, Any, Shared], Built]] = {
    Weighted: weighted,
    LinearBradleyTerry: linear,
    BradleyTerry: bradley_terry,
    FineTuned: fine_tuned,
    PreferenceModel: preference_model,
    Judge: judge,
    HelpSteer2: helpsteer2,
    TrainedModel: trained,
}


def build(key: str, settings: AnySystem, shared: Shared) -> Built:
    """Train or load a system; what an earlier run made is taken as it is.

    Args:
        key: Of its table in the recipe; names its folder.
        settings: What the recipe says of it.
        shared: Rows, and the recipe's own reward model.

    Raises:
        ArmoError: If it can't be had, with the reason.
    """
    return _BUILDERS[type(settings)](key, settings, shared)


def needs_training(settings: AnySystem) -> bool:
    """Return whether a system rests on the recipe's own training run."""
    return isinstance(settings, Weighted | LinearBradleyTerry | HelpSteer2)
