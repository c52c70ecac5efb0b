"""What a model folder holds: the frozen description of schema 1.

config.json         objectives, backbone, scales, checksum of the heads
heads.safetensors   regression.weight, regression.intercept, debias.matrix,
                    gate.layers.<i>.weight, gate.layers.<i>.bias
metrics.json        figures of the training run, where there was one
README.md           the model card, made of the above; kept once somebody has edited it
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from armo.backbone import Backbone, BackboneIdentity
from armo.errors import InputError
from armo.gating import Gate
from armo.heads import Heads
from armo.objectives import Objective

FORMAT = "armo"
SCHEMA = 1
CONFIG = "config.json"
HEADS = "heads.safetensors"
METRICS = "metrics.json"

Tensors = Mapping[str, NDArray[Any]]


class GateConfig(msgspec.Struct, frozen=True):
    """Shape of the gate: its linear layers, and the temperature of its softmax."""

    layers: int
    temperature: float


class ModelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of config.json, but for its own checksum."""

    objectives: list[Objective]
    backbone: BackboneIdentity
    max_tokens: int
    overlong: Literal["reject", "cut"]
    gate: GateConfig
    score_scale: float
    preference_beta: float
    verbosity: str
    heads_sha256: str
    format: str = FORMAT
    schema: int = SCHEMA

    @property
    def hash(self) -> str:
        """Hash of everything that decides a score, the heads included."""
        # Read back first, so that a whole number given as int counts as the float that it is saved as.
        canonical = msgspec.json.decode(msgspec.json.encode(self), type=ModelConfig)
        return hashlib.sha256(msgspec.json.encode(canonical)).hexdigest()[:16]


def heads_tensors(heads: Heads) -> dict[str, NDArray[Any]]:
    """Return the arrays of the heads under the names of the layout."""
    tensors = {
        "regression.weight": heads.weight,
        "regression.intercept": heads.intercept,
        "debias.matrix": heads.transform,
    }
    for index, (weight, bias) in enumerate(heads.gate.layers):
        tensors[f"gate.layers.{index}.weight"] = weight
        tensors[f"gate.layers.{index}.bias"] = bias
    return {name: np.ascontiguousarray(array) for name, array in tensors.items()}


def heads_from_tensors(tensors: Tensors, config: ModelConfig) -> Heads:
    """Return the heads that were saved.

    Raises:
        KeyError: If a tensor is missing.
        InputError: If shapes do not fit together, or a tensor holds no floats.
    """
    for name, tensor in tensors.items():
        axes = 1 if name.endswith(("bias", "intercept")) else 2
        if tensor.ndim != axes or not np.issubdtype(tensor.dtype, np.floating):
            raise InputError(
                f"{name} must hold floats in {axes} axes, got {tensor.dtype} of shape {tensor.shape}"
            )
    layers = [
        (tensors[f"gate.layers.{index}.weight"], tensors[f"gate.layers.{index}.bias"])
        for index in range(config.gate.layers)
    ]
    return Heads(
        objectives=tuple(config.objectives),
        weight=tensors["regression.weight"],
        intercept=tensors["regression.intercept"],
        transform=tensors["debias.matrix"],
        gate=Gate.from_layers(
            layers, beta=config.preference_beta, temperature=config.gate.temperature
        ),
        score_scale=config.score_scale,
        preference_beta=config.preference_beta,
    )


def encode_heads(heads: Heads) -> bytes:
    """Return the bytes of heads.safetensors; equal heads give equal bytes."""
    return save(heads_tensors(heads))


def make_config(heads: Heads, backbone: Backbone, verbosity: str) -> ModelConfig:
    """Return the config of heads on a backbone."""
    return ModelConfig(
        objectives=list(heads.objectives),
        backbone=backbone.identity,
        max_tokens=backbone.max_tokens,
        overlong=backbone.overlong,
        gate=GateConfig(len(heads.gate.layers), heads.gate.temperature),
        score_scale=heads.score_scale,
        preference_beta=heads.preference_beta,
        verbosity=verbosity,
        heads_sha256=hashlib.sha256(encode_heads(heads)).hexdigest(),
    )
