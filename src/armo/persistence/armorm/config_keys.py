"""The config of an exported checkpoint: the backbone's own keys, and those of the heads."""

from __future__ import annotations

from typing import Any

import msgspec

from armo.backbone import Backbone
from armo.heads import Heads
from armo.persistence.armorm.exportable import hidden_width
from armo.persistence.armorm.layout import ARCHITECTURE, Extras, HeadKeys
from armo.persistence.armorm.loaded import decoder_of
from armo.persistence.layout import ModelConfig

HEADER_PATTERN = "gating_token_pattern"
"""Config key of the tokens that mark the prompt's end; the published class has its own in code."""

# Where the backbone was found and how it was packed is nothing that the export inherits.
_NOT_INHERITED = ("_name_or_path", "_model_name_or_path", "auto_map", "quantization_config")


def exported_config(
    heads: Heads,
    config: ModelConfig,
    backbone: Backbone,
    pad_token_id: int,
    pattern: tuple[int, ...],
) -> dict[str, Any]:
    """Return the content of config.json.

    Args:
        heads: What was trained.
        config: The rest of the model.
        backbone: Its own keys are kept.
        pad_token_id: Ends a conversation, for the published class.
        pattern: Tokens that mark the prompt's end, if there are such.
    """
    decoder = decoder_of(backbone)
    own = msgspec.json.decode(decoder.config.to_json_string(), type=dict)
    kept = {name: value for name, value in own.items() if name not in _NOT_INHERITED}
    rows = len(decoder.get_input_embeddings().weight)
    dtype = backbone.dtype
    written: dict[str, Any] = {
        "architectures": [type(decoder).__name__.removesuffix("Model") + ARCHITECTURE],
        "pad_token_id": pad_token_id,
        "vocab_size": max(rows, pad_token_id + 1),
        # transformers keeps the number of labels as a table of their names.
        "num_labels": 1,
        "id2label": {"0": "LABEL_0"},
        "label2id": {"LABEL_0": 0},
        # The name of today and that of transformers 4; without either, the heads' format would decide.
        "dtype": dtype,
        "torch_dtype": dtype,
    }
    pattern_key = {HEADER_PATTERN: list(pattern)} if pattern else {}
    found = kept | _older_rope(kept) | written | _head_keys(heads, config) | pattern_key
    # As transformers orders them, and the same whatever they were read from.
    return dict(sorted(found.items()))


def _head_keys(heads: Heads, config: ModelConfig) -> dict[str, Any]:
    keys = HeadKeys(
        num_objectives=len(heads.objectives),
        gating_temperature=heads.gate.temperature,
        # Read even where there is no hidden layer; then any width will do.
        gating_hidden_dim=hidden_width(heads.gate) or 1024,
        gating_n_hidden=len(heads.gate.layers) - 1,
        objective_names=heads.names,
        armo=_extras(heads, config),
    )
    # Read back, so that a whole number given as int counts as the float that it is saved as.
    read = msgspec.json.decode(msgspec.json.encode(keys), type=HeadKeys)
    found: dict[str, Any] = msgspec.to_builtins(read)
    return found


def _extras(heads: Heads, config: ModelConfig) -> Extras:
    return Extras(
        objectives=list(heads.objectives),
        verbosity=config.verbosity,
        preference_beta=heads.preference_beta,
        max_tokens=config.max_tokens,
        overlong=config.overlong,
        reasoning="keep" if config.backbone.reasoning == "keep" else "strip",
        prompt_end="turn" if config.backbone.prompt_end == "turn" else "template",
    )


def _older_rope(config: dict[str, Any]) -> dict[str, Any]:
    """Return the rotary embedding's keys by the names of transformers 4.

    It would not find them under `rope_parameters` and take its defaults, and with them other scores.
    """
    rope = config.get("rope_parameters")
    if not isinstance(rope, dict) or not isinstance(rope.get("rope_theta"), (int, float)):
        return {}
    keys: dict[str, Any] = {"rope_theta": rope["rope_theta"]}
    if rope.get("rope_type", "default") != "default":
        keys["rope_scaling"] = {name: rope[name] for name in rope if name != "rope_theta"}
    return keys
