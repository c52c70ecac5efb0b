"""Whether the heads' tensors of a published checkpoint are all there and fit together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from armo.errors import ModelError
from armo.persistence.armorm.layout import (
    LOGIT_SCALE,
    REGRESSION,
    TRANSFORM,
    HeadKeys,
    gate_bias,
    gate_layer,
    gate_weight,
)
from armo.persistence.armorm.tensors import Tensors

# Products of larger numbers with features could overflow float64.
_LARGEST = 1e60


def check_shapes(tensors: Tensors, folder: Path) -> None:
    """Raise ModelError unless the tensors make heads, with finite numbers."""
    depth = _depth(tensors)
    wanted = [REGRESSION, TRANSFORM, LOGIT_SCALE]
    wanted += [name for layer in range(depth) for name in (gate_weight(layer), gate_bias(layer))]
    missing = [name for name in wanted if name not in tensors]
    if missing:
        raise ModelError(
            f"{folder} lacks {len(missing)} of the heads' tensors ({', '.join(missing[:3])}); it was "
            "saved without them, or a shard is missing: copy it anew"
        )
    if unknown := sorted(set(tensors) - set(wanted)):
        raise ModelError(
            f"{folder} holds '{unknown[0]}', which the published layout has no place for: its score "
            "would not be that of the published model"
        )
    _check_axes(tensors, depth, folder)
    for name, tensor in tensors.items():
        if not (np.abs(tensor.astype(np.float64)) <= _LARGEST).all():
            raise ModelError(
                f"{folder}: '{name}' holds numbers that are not finite or beyond {_LARGEST:g}; copy "
                "the checkpoint anew"
            )


def check_config(keys: HeadKeys, tensors: Tensors, config: Path) -> None:
    """Raise ModelError if what the config says of the heads is not what the tensors are."""
    depth = _depth(tensors)
    hidden = {tensors[gate_bias(layer)].shape[0] for layer in range(depth - 1)}
    said = {
        "num_objectives": (keys.num_objectives, len(tensors[REGRESSION])),
        "gating_n_hidden": (keys.gating_n_hidden, depth - 1),
        # A gate of one linear layer has no hidden width to compare.
        "gating_hidden_dim": (keys.gating_hidden_dim if hidden else None, max(hidden, default=0)),
    }
    for key, (value, found) in said.items():
        if value is not None and value != found:
            raise ModelError(
                f"{config}: '{key}' is {value}, but the tensors beside it say {found}; the config "
                "belongs to other weights"
            )


def _depth(tensors: Tensors) -> int:
    """Return how many linear layers the gate has, by the highest number; at least one."""
    return 1 + max(
        (layer for name in tensors if (layer := gate_layer(name)) is not None), default=0
    )


def _check_axes(tensors: Tensors, depth: int, folder: Path) -> None:
    for name, tensor in tensors.items():
        if name != LOGIT_SCALE and tensor.ndim != (1 if name.endswith(".bias") else 2):
            raise ModelError(
                f"{folder}: '{name}' has shape {list(tensor.shape)}, which is one axis too many or few"
            )
    count, width = tensors[REGRESSION].shape
    first, last = gate_weight(0), gate_weight(depth - 1)
    fits = {
        TRANSFORM: tensors[TRANSFORM].shape == (count, count),
        LOGIT_SCALE: tensors[LOGIT_SCALE].size == 1,
        # How the layers between chain is checked where the gate is made.
        first: tensors[first].shape[1] == width,
        last: tensors[last].shape[0] == count and (depth > 1 or tensors[first].shape[1] == width),
    }
    for name, right in fits.items():
        if not right:
            raise ModelError(
                f"{folder}: '{name}' has shape {list(tensors[name].shape)}, which does not fit "
                f"{count} objectives on {width} features, the shape of '{REGRESSION}'"
            )
