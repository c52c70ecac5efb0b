"""What the published layout has no place for, refused with what to do instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from armo.backbone import Backbone
from armo.errors import ModelError
from armo.gating import Gate
from armo.heads import Heads
from armo.persistence.armorm.loaded import decoder_of
from armo.steering import Steering


def check_exportable(heads: Heads, backbone: Backbone, steering: Steering | None) -> None:
    """Raise ModelError, with all reasons, if the published class could not give a model's scores."""
    found = [*_of_steering(steering), *_of_heads(heads), *_of_backbone(backbone)]
    if len(found) == 1:
        raise ModelError(found[0])
    if found:
        listed = "".join(f"\n- {reason}" for reason in found)
        raise ModelError(f"{len(found)} things have no place in the published layout:{listed}")


def hidden_width(gate: Gate) -> int | None:
    """Return the width of a gate's hidden layers; None if it has none, or several widths."""
    widths = {int(bias.shape[0]) for _, bias in gate.layers[:-1]}
    return widths.pop() if len(widths) == 1 else None


def _of_steering(steering: Steering | None) -> Iterator[str]:
    if steering is not None:
        yield (
            f"the model is steered by '{steering.label}', and a checkpoint holds no rule beside its "
            "gate; export it without (`with_steering(None)`) and steer where it is read"
        )


def _of_heads(heads: Heads) -> Iterator[str]:
    named = [
        name for name, value in zip(heads.names, heads.intercept, strict=True) if float(value) != 0
    ]
    if named:
        shown = ", ".join(named[:3]) + (", …" if len(named) > 3 else "")
        yield (
            f"the rewards of {len(named)} objectives have an intercept ({shown}), and the published "
            "regression layer has no bias; train with `[regression]` `intercept = false`"
        )
    hidden = heads.gate.layers[:-1]
    if hidden and hidden_width(heads.gate) is None:
        widths = ", ".join(str(bias.shape[0]) for _, bias in hidden)
        yield (
            f"the gate's hidden layers have the widths {widths}, but the published class builds them of "
            "one; train the gate anew with layers of one width"
        )


def _of_backbone(backbone: Backbone) -> Iterator[str]:
    identity, model = backbone.identity, decoder_of(backbone)
    if identity.quantization != "none":
        yield (
            f"the backbone was quantised to {identity.quantization} as it was loaded, and the layout "
            "holds plain weights, which would give other features; train on the backbone with "
            '`[backbone]` `quantization = "none"`'
        )
    if _is_cut(model):
        yield (
            f"the features are those of layer {identity.layer}, before the final norm, but the "
            'published class reads after it; train with `[backbone]` `layer = "last"`'
        )
    if model.config.get_text_config() is not model.config:
        yield (
            f"backbone '{identity.name}' is a {type(model).__name__} that reads more than text, for "
            "which the layout has no class; train on a text decoder such as Llama"
        )


def _is_cut(model: Any) -> bool:
    # Cutting at a layer leaves no final norm behind.
    return isinstance(getattr(model, "norm", None), torch.nn.Identity)
