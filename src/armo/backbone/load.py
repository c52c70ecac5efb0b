"""From a name to a backbone that reads."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError

from armo.backbone.adapter import (
    Adapter,
    base_of,
    check_base,
    holds_adapter,
    names_former_place,
    open_adapter,
)
from armo.backbone.backbone import Backbone, BackboneIdentity, Overlong, cut_at_layer
from armo.backbone.checkpoint import fingerprint, locate
from armo.backbone.device import choose_attention, choose_device, choose_dtype
from armo.backbone.gguf import load_gguf
from armo.backbone.merging import merge
from armo.backbone.quantized import (
    Quantization,
    check_available,
    import_reader,
    method_of,
    only_installed_code,
    quantize,
    refuse_twice,
    steady,
)
from armo.backbone.quiet import quiet_transformers
from armo.backbone.smollm2 import NAME as SMOLLM2
from armo.backbone.template import ChatTemplate, PromptEnd, Reasoning
from armo.errors import BackboneError


@dataclass(frozen=True)
class BackboneSettings:
    """How to read with a backbone; the `[backbone]` table of a recipe.

    Attributes:
        name: `smollm2`, a folder, a .gguf file, or a hub name; of a PEFT adapter, too: its base, which
            its config names, is loaded then.
        revision: Branch, tag or commit of a hub name.
        adapter: PEFT adapter that goes on top: a folder or a hub name, with `@revision` behind it or
            not. It is merged as it is loaded.
        quantization: `none`, or `int8` or `int4` weights, made as the backbone is loaded.
        layer: Layer whose output is the feature: 1 …, `last` (after the final norm), or `auto`, the
            middle one, where ratings are predicted at least as well for half the cost
            (docs/open-data.md). Of a backbone that was itself trained to judge, take the last.
        dtype: `auto`, `float32`, `bfloat16` or `float16`.
        device: `auto`, `cpu`, `cuda`, …
        attention: `auto`, or an attention implementation of transformers.
        reasoning: `strip` or `keep` reasoning blocks.
        prompt_end: Where the prompt feature is read; see `BackboneIdentity`.
        max_tokens: Longest conversation; never more than the backbone's own context.
        overlong: `reject` longer ones, or `cut` the end of the response.
        batch_tokens: Tokens of a forward pass; `auto` fits the device.
    """

    name: str = "smollm2"
    revision: str | None = None
    adapter: str | None = None
    quantization: Quantization = "none"
    layer: int | Literal["auto", "last"] = "auto"
    dtype: str = "auto"
    device: str = "auto"
    attention: str = "auto"
    reasoning: Reasoning = "strip"
    prompt_end: PromptEnd = "template"
    max_tokens: int = 4096
    overlong: Overlong = "reject"
    batch_tokens: int | Literal["auto"] = "auto"


def load(settings: BackboneSettings) -> Backbone:
    """Load a backbone.

    Raises:
        BackboneError: If it can't be found or read, needs remote code, or lacks a chat template; if an
            adapter does not fit it or can't be merged; if it is quantised twice.
        MissingExtraError: If an optional package is needed for it.
    """
    check_available(settings.quantization)
    settings, adapter = _adapted(settings)
    path = locate(settings.name, settings.revision)
    method = method_of(path)
    refuse_twice(path, method, settings.quantization, settings.adapter or "")
    device = choose_device(settings.device)
    dtype = choose_dtype(settings.dtype, device)
    attention: str | None = settings.attention
    if attention == "auto":
        attention = choose_attention(device, dtype)
    with quiet_transformers():
        import_reader(method)
        model, tokenizer = _read(path, dtype, attention, device if method else None)
        if adapter is not None:
            check_base(adapter, settings.name, path)
            with only_installed_code():
                model = merge(model, adapter)
    steady(model)
    layer = cut_at_layer(model, settings.layer)
    quantize(model, settings.quantization, device)
    # What was read quantised is in its place, and some of it can't be moved.
    model = (model if method else model.to(device)).eval()
    _check_causal(model, settings.name)
    template = ChatTemplate(tokenizer, settings.reasoning, settings.prompt_end)
    config = model.config.get_text_config()
    identity = BackboneIdentity(
        # A local path is kept whole, so that a model finds it from any folder.
        name=str(path) if Path(settings.name).expanduser().exists() else settings.name,
        revision=_commit(path),
        fingerprint=_fingerprint(path, adapter, settings.quantization),
        template=template.hash,
        reasoning=settings.reasoning,
        layer=layer,
        hidden_size=int(config.hidden_size),
        adapter=adapter.name if adapter else "",
        quantization=settings.quantization,
        prompt_end=settings.prompt_end,
    )
    return Backbone(
        model,
        template,
        identity,
        max_tokens=min(
            settings.max_tokens,
            int(getattr(config, "max_position_embeddings", None) or settings.max_tokens),
        ),
        batch_tokens=_batch_tokens(settings.batch_tokens, device),
        overlong=settings.overlong,
    )


def check_same(found: BackboneIdentity, expected: BackboneIdentity) -> None:
    """Raise BackboneError, naming what differs, if features of the two would not be comparable."""
    ours, theirs = asdict(found), asdict(expected)
    # Where weights are says nothing of what they are; the fingerprint does.
    places = ("name", "revision", "adapter")
    differ = [name for name in ours if name not in places and ours[name] != theirs[name]]
    if differ:
        details = "; ".join(f"{name} {ours[name]} instead of {theirs[name]}" for name in differ)
        raise BackboneError(
            f"backbone '{found.name}' is not the one that this was made with "
            f"('{expected.name}'{' at ' + expected.revision if expected.revision else ''}): {details}"
        )


def _adapted(settings: BackboneSettings) -> tuple[BackboneSettings, Adapter | None]:
    """Return settings whose name is that of a whole backbone, and the adapter that goes on top."""
    named = None
    if settings.name != SMOLLM2:
        path = locate(settings.name, settings.revision)
        if holds_adapter(path):
            local = Path(settings.name).expanduser().exists()
            at = f"@{settings.revision}" if settings.revision and not local else ""
            named = open_adapter(settings.name + at)
    if named is None:
        return settings, open_adapter(settings.adapter) if settings.adapter else None
    # An adapter that moved is given as the backbone; where it was before is gone then.
    if settings.adapter and not names_former_place(settings.adapter):
        raise BackboneError(
            f"backbone '{settings.name}' is an adapter itself, and '{settings.adapter}' can't go on top "
            "of it; name the base, and one adapter"
        )
    base, revision = base_of(named)
    return replace(settings, name=base, revision=revision, adapter=named.name), named


def _fingerprint(path: Path, adapter: Adapter | None, quantization: Quantization) -> str:
    """Return the hash of the weights that features are made with."""
    whole = fingerprint(path)
    if adapter is not None:
        whole = adapter.fingerprint(whole)
    if quantization != "none":
        whole = hashlib.sha256(f"{whole} {quantization}".encode()).hexdigest()
    return whole


def _read(
    path: Path, dtype: torch.dtype, attention: str | None, quantized_on: torch.device | None = None
) -> tuple[Any, Any]:
    """Return model and tokenizer; a quantised checkpoint is put onto its device as it is read."""
    if path.is_file():
        return load_gguf(path, dtype)
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=False)
        model, loading = AutoModel.from_pretrained(
            path,
            dtype=dtype,
            attn_implementation=attention,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            **({"device_map": {"": quantized_on}} if quantized_on else {}),
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise BackboneError(f"can't load the backbone in {path}: {error}") from error
    # transformers fills what is missing with random numbers and only warns.
    lost = sorted([*loading["missing_keys"], *map(str, loading["mismatched_keys"])])
    if lost:
        raise BackboneError(
            f"the backbone in {path} lacks {len(lost)} of its weights ({', '.join(lost[:3])}, …); "
            "copy it anew"
        )
    return model, tokenizer


def _check_causal(model: Any, name: str) -> None:
    """Raise BackboneError if a token sees what follows it, as in an encoder such as BERT."""
    ids = torch.tensor([[1, 2, 3], [1, 2, 4]], device=model.device)
    with torch.inference_mode():
        first, second = model(input_ids=ids).last_hidden_state[:, :2].float()
    if not torch.allclose(first, second, rtol=1e-2, atol=1e-2, equal_nan=True):
        raise BackboneError(
            f"backbone '{name}' is no decoder: its tokens see those that follow them, so the prompt "
            "feature would depend on the response; use a causal language model"
        )


def _commit(path: Path) -> str:
    return path.name if path.parent.name == "snapshots" else ""


def _batch_tokens(wanted: int | Literal["auto"], device: torch.device) -> int:
    if wanted != "auto":
        return wanted
    # On CPUs larger batches leave the cache and gain nothing; GPUs need them to be busy.
    return 1024 if device.type == "cpu" else 16384
