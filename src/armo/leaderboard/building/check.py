"""What is wrong with the systems of a recipe, told before anything is read or loaded."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from armo.errors import RecipeError
from armo.rivals.settings import (
    AnySystem,
    BradleyTerry,
    FineTuned,
    HelpSteer2,
    Judge,
    LinearBradleyTerry,
    PreferenceModel,
)
from armo.tuning.settings import BRADLEY_TERRY, PREFERENCE_MODEL, RATINGS, tuning_settings

# A key names a folder.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def check_systems(systems: Mapping[str, AnySystem], name: str) -> None:
    """Raise RecipeError, naming the table, if a system's settings can't be used.

    Args:
        systems: By key.
        name: Of the recipe, for messages.
    """
    for key, settings in systems.items():
        where = f"{name}: systems.{key}"
        if not _KEY.fullmatch(key):
            raise RecipeError(
                f"{where}: its key names a folder: use letters, digits, '-', '_' and '.'"
            )
        _check(settings, where)


def _check(settings: AnySystem, where: str) -> None:
    table = f"{where}.settings"
    if isinstance(settings, BradleyTerry):
        tuning_settings(settings.settings, BRADLEY_TERRY, table)
    elif isinstance(settings, PreferenceModel):
        tuning_settings(settings.settings, PREFERENCE_MODEL, table)
    elif isinstance(settings, FineTuned):
        default = BRADLEY_TERRY if settings.loss == "bradley-terry" else RATINGS
        tuning_settings(settings.settings, default, table)
    elif isinstance(settings, LinearBradleyTerry):
        alphas = settings.alphas
        if alphas is not None and not (alphas and all(0 < alpha < math.inf for alpha in alphas)):
            raise RecipeError(f"{where}.alphas: give at least one number above 0")
    elif isinstance(settings, HelpSteer2):
        from armo.rivals.helpsteer2 import named_coefficients

        try:
            named_coefficients(settings.coefficients)
        except RecipeError as error:
            raise RecipeError(f"{where}: {error}") from None
    elif isinstance(settings, Judge):
        from armo.rivals.judge import check_judge

        check_judge(settings, where)
