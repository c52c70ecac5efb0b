"""Starting from a trained model: its objectives are kept, later stages are fitted to new pairs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from armo.backbone import Backbone, BackboneSettings
from armo.heads import Heads
from armo.objectives import Objective
from armo.persistence import open_on
from armo.training.outcome import Outcome

LaterStage: TypeAlias = Literal["debias", "gate"]
LATER_STAGES: tuple[LaterStage, ...] = ("debias", "gate")


@dataclass(frozen=True)
class Start:
    """A trained model whose first stages are kept.

    Attributes:
        heads: What the model was trained to.
        model: Hash of the model.
        verbosity: Objective that its debiasing takes out; empty if none.
        backbone: The language model that reads, the same as the model's own.
        stages: Stages that are fitted anew.
    """

    heads: Heads
    model: str
    verbosity: str
    backbone: Backbone
    stages: tuple[LaterStage, ...] = LATER_STAGES

    @property
    def objectives(self) -> list[Objective]:
        """The model's objectives, in order."""
        return list(self.heads.objectives)

    def regression(self) -> Outcome:
        """Return the model's regression as the outcome of stage 1."""
        arrays = {"weight": self.heads.weight, "intercept": self.heads.intercept}
        return Outcome(arrays, {"taken_from": self.model, "notes": []}, reused=True)

    def debias(self) -> Outcome:
        """Return the model's debiasing as the outcome of the stage between."""
        return Outcome(
            {"matrix": self.heads.transform}, {"taken_from": self.model, "notes": []}, reused=True
        )


def start_from(
    path: Path, settings: BackboneSettings, stages: tuple[LaterStage, ...] = LATER_STAGES
) -> Start:
    """Load a model to start from, with the backbone that reads for it.

    Args:
        path: A model folder, the folder that `armo train` left, or one in the published layout.
        settings: The recipe's backbone; what stands at its default is the model's own.
        stages: Stages to fit anew; the gate always is, since it rests on all others.

    Raises:
        ModelError: If the folder is damaged or holds no model.
        BackboneError: If the backbone is absent, or not the one that the model was trained on.
    """
    heads, backbone, config, _ = open_on(path, settings)
    return Start(heads, config.hash, config.verbosity, backbone, stages)
