"""Starting from a trained model: its objectives are kept, later stages are fitted to new pairs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from armo.backbone import Backbone, BackboneSettings, check_same, load
from armo.heads import Heads
from armo.model import RewardModel
from armo.objectives import Objective
from armo.persistence import load_folder
from armo.training.outcome import Outcome

LaterStage: TypeAlias = Literal["debias", "gate"]
LATER_STAGES: tuple[LaterStage, ...] = ("debias", "gate")


@dataclass(frozen=True)
class Start:
    """A trained model whose first stages are kept.

    Attributes:
        heads: What the model was trained to.
        model: Hash of the model.
        verbosity: Objective that its debiasing takes out.
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
        path: A model folder, or the folder that `armo train` left.
        settings: The recipe's backbone; where it says nothing, the model's own is loaded.
        stages: Stages to fit anew; the gate always is, since it rests on all others.

    Raises:
        ModelError: If the folder is damaged or holds no model.
        BackboneError: If the backbone is absent, or not the one that the model was trained on.
    """
    if settings == BackboneSettings():
        model = RewardModel.from_pretrained(path)
        heads, config, backbone = model.heads, model.config, model.backbone
    else:
        heads, config, _ = load_folder(path)
        backbone = load(settings)
        check_same(backbone.identity, config.backbone)
    return Start(heads, config.hash, config.verbosity, backbone, stages)
