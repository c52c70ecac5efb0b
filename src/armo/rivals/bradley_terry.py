"""The paper's baseline: a backbone fine-tuned on pairs, whose score is one linear head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float32
from safetensors import SafetensorError
from safetensors.numpy import load_file

from armo.backbone import Backbone, BackboneSettings, load
from armo.errors import ModelError
from armo.heads import Heads
from armo.model import RewardModel
from armo.objectives import Objective
from armo.rivals.constant import constant_gate
from armo.tuning.result import HEAD, Tuned

PREFERENCE = "preference"


def bradley_terry_model(backbone: BackboneSettings, folder: Path, tuned: Tuned) -> RewardModel:
    """Return a fine-tuned Bradley–Terry model: one objective, and a weight of 1 for it.

    Its score is the reward whose differences are log-odds, so β is 1.

    Args:
        backbone: What was trained; its number format, device and limits are kept.
        folder: Folder of the fine-tuning.
        tuned: Its record.

    Raises:
        ModelError: If the head is missing or damaged, or is no scalar one.
        BackboneError: If the backbone can't be loaded.
    """
    # The recipe's stage 0 lives beside the recipe; what it names here is only known at run time.
    from armo.training.stage0 import tuned_backbone

    return with_head(load(tuned_backbone(backbone, folder, tuned)), read_head(folder / HEAD))


def with_head(backbone: Backbone, head: Float32[np.ndarray, " hidden"]) -> RewardModel:
    """Return a model whose score is `head · f(x⊕y)`."""
    heads = Heads(
        objectives=(Objective(PREFERENCE, 0.0, 1.0, source="Bradley–Terry"),),
        weight=head[None, :],
        intercept=np.zeros(1),
        transform=np.eye(1),
        gate=constant_gate(np.ones(1), len(head)),
    )
    return RewardModel.from_heads(heads, backbone, PREFERENCE)


def read_head(file: Path) -> Float32[np.ndarray, " hidden"]:
    """Return the weights of a scalar head.

    Raises:
        ModelError: If the file is missing or damaged, or holds another head.
    """
    try:
        weight = load_file(file).get("weight")
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{file} can't be read: {error}; remove the folder and train again"
        ) from None
    if weight is None or weight.ndim != 2 or len(weight) != 1 or not np.isfinite(weight).all():
        raise ModelError(
            f"{file} holds no scalar head of finite weights [1, hidden]; remove the folder and train "
            "again"
        )
    head: Float32[np.ndarray, " hidden"] = weight[0].astype(np.float32)
    return head
