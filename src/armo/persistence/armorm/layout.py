"""The layout of the published checkpoint: one folder with backbone, heads and tokenizer.

config.json                    the backbone's own keys, and those of `HeadKeys`
model.safetensors, or shards   `model.*` for the backbone, and the heads under the names below
tokenizer files                with the chat template

    regression_layer.weight    [objectives, hidden]      rewards = feature @ weight.T
    reward_transform_matrix    [objectives, objectives]  score = sum of gating · (rewards @ matrix)
    gating.logit_scale         [1]                       multiplies the softmax
    gating.layers.{i}.weight   [out, in]                 i = 0 … gating_n_hidden, ReLU between them
    gating.layers.{i}.bias     [out]

What the layout has no place for (scales of objectives, β, limits) goes into the config under `armo`, a
key that other readers pass over.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from armo.objectives import Objective

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"

REGRESSION = "regression_layer.weight"
TRANSFORM = "reward_transform_matrix"
LOGIT_SCALE = "gating.logit_scale"
BACKBONE_PREFIX = "model."
"""What the names of the backbone's weights begin with."""
HEAD_PREFIXES = ("regression_layer.", "reward_transform_matrix", "gating.")
"""What the names of the heads' tensors begin with."""

ARCHITECTURE = "ForRewardModelWithGating"
"""What the name of the class ends in, after the family: `LlamaForRewardModelWithGating`."""

OBJECTIVE_NAMES = "objective_names"
EXTRAS = "armo"

TEMPERATURE = 10.0
"""Temperature of the gate's softmax where the config has none."""

# No gate is deeper, and a longer number would only cost memory.
_GATE_LAYER = re.compile(r"gating\.layers\.(0|[1-9][0-9]{0,2})\.(weight|bias)")


def gate_weight(layer: int) -> str:
    """Return the name of the weight of a gate layer, `[out, in]`."""
    return f"gating.layers.{layer}.weight"


def gate_bias(layer: int) -> str:
    """Return the name of the bias of a gate layer, `[out]`."""
    return f"gating.layers.{layer}.bias"


def gate_layer(name: str) -> int | None:
    """Return the layer that a tensor belongs to; None if it is none of a gate layer's."""
    found = _GATE_LAYER.fullmatch(name)
    return int(found[1]) if found else None


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """The config's key `armo`: what makes an exported model the same model when it is read again.

    Attributes:
        objectives: In the order of the regression rows, with scales and maps.
        verbosity: Name of the objective that the transform takes out; empty if none.
        preference_beta: Turns a margin of scores into a probability.
        max_tokens: Longest conversation that is read.
        overlong: `reject` longer ones, or `cut` the end of the response.
        reasoning: `strip` or `keep` reasoning blocks.
        prompt_end: Where the prompt feature is read; see `BackboneIdentity`.
        layer: The layout has no middle layer.
    """

    objectives: list[Objective]
    verbosity: str
    preference_beta: float
    max_tokens: int
    overlong: Literal["reject", "cut"] = "reject"
    reasoning: Literal["strip", "keep"] = "strip"
    prompt_end: Literal["template", "turn"] = "turn"
    layer: Literal["last"] = "last"


class HeadKeys(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What config.json says of the heads, among the keys of the backbone.

    Attributes:
        num_objectives: Regression rows.
        gating_temperature: Divides the gate's last layer before the softmax.
        gating_hidden_dim: Width of every hidden layer of the gate.
        gating_n_hidden: Hidden layers of the gate, one less than its linear layers.
        objective_names: Names of the objectives, in order.
        armo: What armo adds.
    """

    num_objectives: int | None = None
    gating_temperature: float | None = None
    gating_hidden_dim: int | None = None
    gating_n_hidden: int | None = None
    objective_names: list[str] | None = None
    armo: Extras | None = None
