"""Reading the published layout: heads and settings from data alone, never from the folder's code."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from armo.backbone import BackboneSettings
from armo.backbone.backbone import Overlong
from armo.backbone.template import PromptEnd, Reasoning
from armo.errors import InputError, ModelError
from armo.gating import Gate
from armo.heads import Heads
from armo.persistence.armorm.layout import (
    ARCHITECTURE,
    CONFIG,
    EXTRAS,
    LOGIT_SCALE,
    REGRESSION,
    TEMPERATURE,
    TRANSFORM,
    HeadKeys,
    gate_bias,
    gate_layer,
    gate_weight,
)
from armo.persistence.armorm.objectives import objectives_of, verbosity_of
from armo.persistence.armorm.shapes import check_config, check_shapes
from armo.persistence.armorm.tensors import (
    Tensors,
    decoder_layers,
    head_names,
    read_head_tensors,
)


@dataclass(frozen=True)
class Published:
    """A checkpoint in the published layout, without its backbone.

    Attributes:
        heads: Regression, transform and gate; the score scale is the gate's `logit_scale`.
        verbosity: Objective that the transform takes out; empty if that can't be told.
        max_tokens: Longest conversation: what an export says, else the backbone's own context.
        overlong: What becomes of a longer one.
        reasoning: The published model reads reasoning as it stands.
        prompt_end: Where the gate reads the prompt.
        layers: Of the decoder, all of which are read; None if the names of its weights don't tell.
    """

    heads: Heads
    verbosity: str
    max_tokens: int
    overlong: Overlong = "reject"
    reasoning: Reasoning = "keep"
    prompt_end: PromptEnd = "turn"
    layers: int | None = None


def is_published(folder: Path) -> bool:
    """Return whether a folder is in the published layout, by its config's class or its tensors."""
    try:
        config: Any = msgspec.json.decode((folder / CONFIG).read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    # A model folder of armo's own has a format, and no model type.
    if not isinstance(config, dict) or "format" in config:
        return False
    classes = config.get("architectures")
    named = isinstance(classes, list) and any(str(one).endswith(ARCHITECTURE) for one in classes)
    return named or bool(head_names(folder))


def read_published(folder: Path) -> Published:
    """Read the heads of a folder in the published layout.

    Raises:
        ModelError: If keys or tensors are missing, damaged, or don't fit together, if weights are
            pickled, or if the backbone is of a family that transformers doesn't know.
    """
    config, keys = _read_config(folder)
    _refuse_foreign_code(folder, config)
    tensors = read_head_tensors(folder)
    check_shapes(tensors, folder)
    check_config(keys, tensors, folder / CONFIG)
    try:
        heads = _heads(tensors, keys, folder)
    except InputError as error:
        raise ModelError(f"{folder}: {error}") from None
    verbosity = verbosity_of(keys, heads.objectives, heads.transform)
    if verbosity not in ("", *heads.names):
        raise ModelError(
            f"{folder / CONFIG}: '{EXTRAS}.verbosity' is '{verbosity}', which is none of the objectives"
        )
    settings = _with_settings(heads, verbosity, keys, config)
    return replace(settings, layers=_layers(folder, config))


def _layers(folder: Path, config: dict[str, Any]) -> int | None:
    """Return how many layers the decoder has; a config with fewer would give other features."""
    found, said = decoder_layers(folder), config.get("num_hidden_layers")
    if found is not None and isinstance(said, int) and said != found:
        raise ModelError(
            f"{folder / CONFIG}: 'num_hidden_layers' is {said}, but the tensors beside it are of "
            f"{found} layers; the config belongs to other weights"
        )
    return found


def _with_settings(
    heads: Heads, verbosity: str, keys: HeadKeys, config: dict[str, Any]
) -> Published:
    extras = keys.armo
    if extras is None:
        context = config.get("max_position_embeddings")
        longest = context if isinstance(context, int) and context > 0 else None
        return Published(heads, verbosity, longest or BackboneSettings().max_tokens)
    if extras.max_tokens < 1:
        raise ModelError(f"'{EXTRAS}.max_tokens' of {CONFIG} must be above 0: {extras.max_tokens}")
    return Published(
        heads=heads,
        verbosity=verbosity,
        max_tokens=extras.max_tokens,
        overlong=extras.overlong,
        reasoning=extras.reasoning,
        prompt_end=extras.prompt_end,
    )


def _read_config(folder: Path) -> tuple[dict[str, Any], HeadKeys]:
    path = folder / CONFIG
    try:
        raw: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        keys = msgspec.convert(raw, HeadKeys)
    except (OSError, msgspec.MsgspecError, InputError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} can't be used: {error}") from None
    return raw, keys


def _refuse_foreign_code(folder: Path, config: dict[str, Any]) -> None:
    from transformers import CONFIG_MAPPING

    family = config.get("model_type")
    if not isinstance(family, str) or family not in CONFIG_MAPPING:
        raise ModelError(
            f"{folder / CONFIG}: transformers has no model of type '{family}' of its own, and the code "
            "that a checkpoint brings along is never run; use a checkpoint on a backbone of a known "
            "family, or update transformers"
        )
    if named := _kernel(config):
        raise ModelError(
            f"{folder / CONFIG}: '{named}' names code on the hub, and the code that a checkpoint asks "
            "for is never run; take the key out"
        )


def _kernel(config: dict[str, Any]) -> str | None:
    """Return a key such as `attn_implementation` that has transformers fetch compiled code."""
    for key, value in config.items():
        if key.endswith("_implementation") and "/" in str(value):
            return key
        if isinstance(value, dict) and (found := _kernel(value)):
            return f"{key}.{found}"
    return None


def _heads(tensors: Tensors, keys: HeadKeys, folder: Path) -> Heads:
    weight = tensors[REGRESSION]
    beta = 1.0 if keys.armo is None else keys.armo.preference_beta
    return Heads(
        objectives=tuple(objectives_of(keys, len(weight), folder / CONFIG)),
        weight=weight,
        intercept=np.zeros(len(weight), dtype=weight.dtype),
        transform=tensors[TRANSFORM],
        gate=_gate(tensors, keys, beta, folder),
        score_scale=_logit_scale(tensors, folder),
        preference_beta=beta,
    )


def _gate(tensors: Tensors, keys: HeadKeys, beta: float, folder: Path) -> Gate:
    temperature = TEMPERATURE if keys.gating_temperature is None else keys.gating_temperature
    if not 0 < temperature < math.inf:
        raise ModelError(
            f"{folder / CONFIG}: 'gating_temperature' must be above 0, got {temperature}"
        )
    if not 0 < beta < math.inf:
        raise ModelError(f"{folder / CONFIG}: '{EXTRAS}.preference_beta' must be above 0: {beta}")
    count = 1 + max(layer for name in tensors if (layer := gate_layer(name)) is not None)
    layers = [(tensors[gate_weight(index)], tensors[gate_bias(index)]) for index in range(count)]
    return Gate.from_layers(layers, beta=beta, temperature=temperature)


def _logit_scale(tensors: Tensors, folder: Path) -> float:
    scale = float(tensors[LOGIT_SCALE].reshape(()))
    if not scale > 0:
        raise ModelError(
            f"{folder}: '{LOGIT_SCALE}' must be above 0, got {scale:g}: the better response would not "
            "score higher"
        )
    return scale
