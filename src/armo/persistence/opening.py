"""Opening a model of any layout, together with the backbone that its features come from."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from armo.backbone import Backbone, BackboneSettings, check_same, load
from armo.backbone.checkpoint import fingerprint
from armo.errors import ArmoError, ModelError
from armo.heads import Heads
from armo.persistence.armorm import is_published, read_published
from armo.persistence.folder import load_folder
from armo.persistence.layout import ModelConfig, make_config
from armo.persistence.locating import locate_model

Given: TypeAlias = dict[str, Any]
"""Settings that go before the model's own."""

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
    if is_published(folder):
        return _published(folder, settings, {})
    given: Given = {"name": backbone, "revision": None} if backbone else {}
    return _own(folder, settings, given)


def open_on(path: str | Path, wanted: BackboneSettings) -> Opened:
    """Return a model on a backbone as a recipe describes it.

    Args:
        path: As `open_model` takes it.
        wanted: What stands at its default is the model's own.

    Raises:
        ModelError: If the folder is absent, damaged or of a newer schema.
        BackboneError: If the backbone is absent, or not the one that the heads were trained on.
    """
    folder = locate_model(path)
    default = BackboneSettings()
    given = {
        field.name: getattr(wanted, field.name)
        for field in fields(wanted)
        if getattr(wanted, field.name) != getattr(default, field.name)
    }
    if "name" in given:
        given.setdefault("revision", None)
    opened = _published if is_published(folder) else _own
    return opened(folder, BackboneSettings(name=str(path)), given)


def _own(folder: Path, settings: BackboneSettings, given: Given) -> Opened:
    heads, config, metrics = load_folder(folder)
    made_with = config.backbone
    own = replace(
        settings,
        name=made_with.name,
        revision=made_with.revision or None,
        adapter=made_with.adapter or None,
        quantization=_quantization(made_with.quantization),
        layer=made_with.layer,
        reasoning="keep" if made_with.reasoning == "keep" else "strip",
        prompt_end="turn" if made_with.prompt_end == "turn" else "template",
        max_tokens=config.max_tokens,
        overlong=config.overlong,
    )
    found = load(replace(own, **given))
    check_same(found.identity, made_with)
    return heads, found, config, metrics


def _published(folder: Path, settings: BackboneSettings, given: Given) -> Opened:
    published = read_published(folder)
    heads = published.heads
    own = replace(
        settings,
        layer="last",
        reasoning=published.reasoning,
        prompt_end=published.prompt_end,
        max_tokens=published.max_tokens,
        overlong=published.overlong,
    )
    found = _load_beside(folder, replace(own, **given))
    # A backbone from elsewhere may hold other weights than the one beside the heads.
    expected = replace(
        found.identity,
        fingerprint=fingerprint(folder),
        reasoning=published.reasoning,
        prompt_end=published.prompt_end,
        layer=published.layers or found.identity.layer,
    )
    check_same(found.identity, expected)
    if found.hidden_size != heads.gate.features:
        raise ModelError(
            f"{folder}: the heads read {heads.gate.features} features, but the backbone beside them "
            f"gives {found.hidden_size}; the config belongs to other weights"
        )
    return heads, found, make_config(heads, found, published.verbosity), None


def _load_beside(folder: Path, settings: BackboneSettings) -> Backbone:
    try:
        return load(settings)
    except ArmoError:
        raise
    # transformers raises whatever a key of a damaged config leads to.
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"{folder}: transformers can't load the backbone beside the heads ({reason}); the config "
            "or the tokenizer's files are damaged: copy them anew"
        ) from error


def _quantization(name: str) -> Literal["none", "int8", "int4"]:
    return "int8" if name == "int8" else "int4" if name == "int4" else "none"
