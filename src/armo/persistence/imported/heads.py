"""Foreign parts put together as heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from armo.errors import InputError, ModelError, nearest
from armo.heads import Heads
from armo.objectives import Objective
from armo.persistence.armorm.layout import TEMPERATURE, HeadKeys
from armo.persistence.armorm.objectives import verbosity_of
from armo.persistence.imported.parts import read_gate, read_regression, read_transform


@dataclass(frozen=True)
class ImportedFiles:
    """Where foreign heads are.

    Attributes:
        regression: Safetensors with `weight` `[objectives, hidden]`, and `bias` if there is one.
        gate: Safetensors of the gate's state dict.
        transform: Safetensors with `reward_transform_matrix`; None for no debiasing.
        temperature: Of the gate's softmax; the authors' script has 10.
    """

    regression: Path
    gate: Path
    transform: Path | None = None
    temperature: float = TEMPERATURE


def read_heads(files: ImportedFiles, objectives: Sequence[Objective]) -> Heads:
    """Return heads that were trained elsewhere; nothing is computed but their numbers checked.

    Args:
        files: Where they are.
        objectives: One for each row of the regression, in order.

    Raises:
        ModelError: If a file can't be read or holds something else, or the parts don't fit together.
        InputError: If there are more or fewer objectives than rows.
    """
    regression = read_regression(files.regression)
    count, width = regression.weight.shape
    if len(objectives) != count:
        raise InputError(
            f"{len(objectives)} objectives were named, but {files.regression} has {count} rows; name "
            "one for each row, in order"
        )
    foreign = read_gate(files.gate, files.temperature)
    if (foreign.gate.features, foreign.gate.objectives) != (width, count):
        raise ModelError(
            f"{files.gate} is a gate from {foreign.gate.features} features to "
            f"{foreign.gate.objectives} objectives, but {files.regression} reads {width} features for "
            f"{count} objectives; they belong to different models"
        )
    return Heads(
        objectives=tuple(objectives),
        weight=regression.weight,
        intercept=regression.bias,
        transform=read_transform(files.transform, count),
        gate=foreign.gate,
        score_scale=foreign.scale,
    )


def verbosity_name(heads: Heads, name: str | None) -> str:
    """Return the objective that debiasing takes out, an empty string if there is none.

    Args:
        heads: Their transform tells it where no name is given.
        name: As the user gives it.

    Raises:
        InputError: If no objective has that name.
    """
    if name is None:
        return verbosity_of(HeadKeys(), heads.objectives, heads.transform)
    if name not in heads.names:
        raise InputError(
            f"--verbosity {name}: no objective has that name{nearest(name, heads.names)}; there are "
            f"{', '.join(heads.names)}"
        )
    return name
