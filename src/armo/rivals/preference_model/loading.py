"""A causal language model from its files, ready to judge pairs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from armo.backbone import BackboneSettings
from armo.backbone.checkpoint import fingerprint, locate
from armo.backbone.device import choose_attention, choose_device, choose_dtype
from armo.backbone.gguf import load_gguf
from armo.backbone.quiet import quiet_transformers
from armo.errors import BackboneError, InputError, MissingExtraError
from armo.rivals.preference_model.scoring import PreferenceModel
from armo.rivals.preference_model.tokens import PairTemplate

_UNREADABLE = (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError)
_CPU_TOKENS, _GPU_TOKENS = 1024, 16384


def untuned_preference_model(settings: BackboneSettings) -> PreferenceModel:
    """Load a language model as it is, to judge pairs by the letter that it would answer with.

    Args:
        settings: Where it is and how to read it; layer, prompt end and overlong say nothing here, as
            the whole model is read at its end and nothing is cut.

    Raises:
        BackboneError: If it can't be found or read, or can't answer with one token.
        InputError: If it is to be quantised.
        MissingExtraError: If an optional package is needed for it.
    """
    return open_preference_model(settings, settings.name, {"tuned": False})


def open_preference_model(
    settings: BackboneSettings, base: str, details: dict[str, Any]
) -> PreferenceModel:
    """Load the language model of a preference model.

    Args:
        settings: As of `untuned_preference_model`.
        base: Names the model in tables.
        details: What a table shows besides.

    Raises:
        BackboneError: If it can't be found or read, or can't answer with one token.
        InputError: If it is to be quantised.
        MissingExtraError: If an optional package is needed for it.
    """
    if settings.quantization != "none":
        raise InputError(
            f"quantization = '{settings.quantization}': a preference model is read unquantised; leave "
            "it out"
        )
    path = locate(settings.name, settings.revision)
    device = choose_device(settings.device)
    dtype = choose_dtype(settings.dtype, device)
    attention = _attention(settings.attention, device, dtype)
    with quiet_transformers():
        model, tokenizer = _read(path, dtype, attention)
        weights = fingerprint(path)
        if settings.adapter is not None:
            model, weights = _adapted(model, settings.adapter, weights)
    config = model.config.get_text_config()
    longest = int(getattr(config, "max_position_embeddings", None) or settings.max_tokens)
    batch = settings.batch_tokens
    return PreferenceModel(
        model.to(device),
        PairTemplate(tokenizer, settings.reasoning),
        base=base,
        fingerprint=weights,
        max_tokens=min(settings.max_tokens, longest),
        batch_tokens=(_CPU_TOKENS if device.type == "cpu" else _GPU_TOKENS)
        if batch == "auto"
        else batch,
        details=details,
    )


def _attention(wanted: str, device: torch.device, dtype: torch.dtype) -> str | None:
    """Return the attention to ask for; None leaves it to transformers, as not all models have SDPA."""
    found = choose_attention(device, dtype) if wanted == "auto" else wanted
    return None if wanted == "auto" and found == "sdpa" else found


def _read(path: Path, dtype: torch.dtype, attention: str | None) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if path.is_file():
        return _from_gguf(path, dtype, attention)
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=False)
        kind: Any = AutoModelForCausalLM
        model, loading = kind.from_pretrained(
            path,
            dtype=dtype,
            attn_implementation=attention,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except _UNREADABLE as error:
        raise BackboneError(f"can't load the language model in {path}: {error}") from error
    # transformers fills what is missing with random numbers and only warns; a decoder that was saved
    # without its head has none to answer with.
    lost = sorted([*loading["missing_keys"], *map(str, loading["mismatched_keys"])])
    if lost:
        raise BackboneError(
            f"the language model in {path} lacks {len(lost)} of its weights "
            f"({', '.join(lost[:3])}{', …' if len(lost) > 3 else ''}); a preference model needs the "
            "whole model with its language-model head"
        )
    return model, tokenizer


def _from_gguf(file: Path, dtype: torch.dtype, attention: str | None) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM

    decoder, tokenizer = load_gguf(file, dtype)
    if not decoder.config.tie_word_embeddings:
        raise BackboneError(
            f"{file.name}: its language-model head is apart from its embeddings, and only the decoder "
            "of a GGUF file is read; give the model as a safetensors folder"
        )
    model = AutoModelForCausalLM.from_config(
        decoder.config, dtype=dtype, attn_implementation=attention
    )
    getattr(model, model.base_model_prefix).load_state_dict(decoder.state_dict())
    model.tie_weights()
    return model, tokenizer


def _adapted(model: Any, adapter: str, weights: str) -> tuple[Any, str]:
    """Return the model with an adapter folded in, and the hash of both."""
    try:
        from peft import PeftModel
    except ImportError:
        raise MissingExtraError(
            "reading an adapter needs peft; install with: pip install 'armo[tuning]'"
        ) from None
    path = locate(adapter)
    try:
        merged = PeftModel.from_pretrained(model, str(path)).merge_and_unload()
    except _UNREADABLE as error:
        raise BackboneError(f"can't load the adapter in {path}: {error}") from error
    return merged, hashlib.sha256(f"{weights} {fingerprint(path)}".encode()).hexdigest()
