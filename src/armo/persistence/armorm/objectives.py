"""Names and scales of a published checkpoint's rewards, of which its weights say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from armo.errors import ModelError
from armo.objectives import Objective
from armo.paper import PAPER_OBJECTIVES, VERBOSITY, paper_objectives
from armo.persistence.armorm.layout import EXTRAS, OBJECTIVE_NAMES, HeadKeys


def objectives_of(keys: HeadKeys, count: int, config: Path) -> list[Objective]:
    """Return the objectives of the regression rows, in order.

    They are those that an export of armo wrote; else the names of the config, with the published scale
    where the name is one of the paper's 19; else, for 19 rows, the paper's own with the maps to unit
    scale of the published checkpoint; else `objective-0` … in [0, 1].

    Args:
        keys: What the config says of the heads.
        count: Regression rows.
        config: For the error.

    Raises:
        ModelError: If the config names more or fewer objectives than there are rows.
    """
    if keys.armo is not None:
        return _counted(keys.armo.objectives, count, config, EXTRAS)
    if keys.objective_names is not None:
        known = {objective.name: objective for objective in paper_objectives("published")}
        named = [known.get(name) or _plain(name) for name in keys.objective_names]
        return _counted(named, count, config, OBJECTIVE_NAMES)
    if count == len(PAPER_OBJECTIVES):
        return paper_objectives("published")
    return [_plain(f"objective-{index}") for index in range(count)]


def verbosity_of(
    keys: HeadKeys,
    objectives: Sequence[Objective],
    transform: Float[np.ndarray, "objectives objectives"],
) -> str:
    """Return the objective that the transform takes out, or an empty string if there is none.

    It is the one whose own entry of the transform is 0; where none or several are so, the one that has
    the published name.
    """
    names = [objective.name for objective in objectives]
    if keys.armo is not None:
        return keys.armo.verbosity
    gone = np.flatnonzero(np.diagonal(transform) == 0)
    if len(gone) == 1:
        return names[int(gone[0])]
    return VERBOSITY if VERBOSITY in names else ""


def _plain(name: str) -> Objective:
    return Objective(name=name, low=0, high=1)


def _counted(objectives: list[Objective], count: int, config: Path, key: str) -> list[Objective]:
    if len(objectives) != count:
        raise ModelError(
            f"{config}: '{key}' names {len(objectives)} objectives, but regression_layer.weight has "
            f"{count} rows"
        )
    return objectives
