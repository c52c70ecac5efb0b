"""Opening a model of any layout, together with the backbone that its features come from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from armo.backbone import Backbone, BackboneSettings, check_same, load
from armo.backbone.checkpoint import fingerprint
from armo.errors import ModelError
from armo.heads import Heads
from armo.persistence.armorm import is_published, read_published
from armo.persistence.folder import load_folder
from armo.persistence.layout import ModelConfig, make_config
from armo.persistence.locating import locate_model

Opened: TypeAlias = tuple[Heads, Backbone, ModelConfig, dict[str, Any] | None]


def open_model(
    path: str | Path,
    revision: str | None = None,
    backbone: str | None = None,
    dtype: str = "auto",
    device: str = "auto",
) -> Opened:
    """Return heads, backbone, config and figures of a model.

    Args:
        path: A model folder of armo's own, a run folder, a folder in the published layout, or the hub
            name of one of these.
        revision: Branch, tag or commit of a hub name.
        backbone: Where the backbone is now, if it moved; it must hold the same weights.
        dtype: Number format of the forward pass.
        device: Where it runs.

    Raises:
        ModelError: If the folder is absent, damaged or of a newer schema.
        BackboneError: If the backbone is absent, or not the one that the heads were trained on.
    """
    folder = locate_model(path, revision)
    settings = BackboneSettings(
        name=backbone or str(path),
        revision=None if backbone else revision,
        dtype=dtype,
        device=device,
    )
    return (
        _published(folder, settings) if is_published(folder) else _own(folder, settings, backbone)
    )


def _own(folder: Path, settings: BackboneSettings, backbone: str | None) -> Opened:
    heads, config, metrics = load_folder(folder)
    made_with = config.backbone
    found = load(
        replace(
            settings,
            name=backbone or made_with.name,
            revision=None if backbone else made_with.revision or None,
            adapter=made_with.adapter or None,
            quantization=_quantization(made_with.quantization),
            layer=made_with.layer,
            reasoning="keep" if made_with.reasoning == "keep" else "strip",
            prompt_end="turn" if made_with.prompt_end == "turn" else "template",
            max_tokens=config.max_tokens,
            overlong=config.overlong,
        )
    )
    check_same(found.identity, made_with)
    return heads, found, config, metrics


def _published(folder: Path, settings: BackboneSettings) -> Opened:
    published = read_published(folder)
    heads = published.heads
    found = load(
        replace(
            settings,
            layer="last",
            reasoning=published.reasoning,
            prompt_end=published.prompt_end,
            max_tokens=published.max_tokens,
            overlong=published.overlong,
        )
    )
    # A backbone from elsewhere may hold other weights than the one beside the heads.
    check_same(found.identity, replace(found.identity, fingerprint=fingerprint(folder)))
    if found.hidden_size != heads.gate.features:
        raise ModelError(
            f"{folder}: the heads read {heads.gate.features} features, but the backbone beside them "
            f"gives {found.hidden_size}; the config belongs to other weights"
        )
    return heads, found, make_config(heads, found, published.verbosity), None


def _quantization(name: str) -> Literal["none", "int8", "int4"]:
    return "int8" if name == "int8" else "int4" if name == "int4" else "none"
