"""Folding an adapter into the weights of a backbone, so that features cost what they cost without it."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Collection, Mapping
from typing import Any

import torch
from safetensors import SafetensorError

from armo.backbone.adapter import WEIGHTS, Adapter
from armo.errors import BackboneError, MissingExtraError

_ROOT = "base_model.model."
# What an adapter may hold beside the decoder's own modules: heads, which no feature passes through.
_HEADS = ("score", "classifier", "lm_head", "embed_out", "v_head")
# PEFT and PyTorch raise any of these for an adapter that belongs elsewhere.
_UNFIT = (ValueError, KeyError, TypeError, RuntimeError, AttributeError, OSError, SafetensorError)


def merge(decoder: Any, adapter: Adapter) -> Any:
    """Return a decoder with an adapter folded into its weights.

    The adapter may have been trained on the bare decoder, or under the head of a causal language model
    or a sequence classifier; what it holds of a head is passed over. Every other tensor must find its
    place, and every place its tensor.

    Args:
        decoder: A transformers model without head; changed in place.
        adapter: What goes on top.

    Raises:
        MissingExtraError: If PEFT is not installed.
        BackboneError: If the adapter does not fit this decoder, or is of a kind that can't be merged.
    """
    if importlib.util.find_spec("peft") is None:
        raise MissingExtraError(
            f"adapter {adapter.path} needs peft; install with: pip install 'armo[tuning]'"
        )
    try:
        with warnings.catch_warnings():
            # PEFT warns of modules of a head, which is not here; what matters is checked below.
            warnings.simplefilter("ignore")
            return _merge(decoder, adapter)
    except _UNFIT as error:
        reason = " ".join((str(error).strip() or type(error).__name__).split())
        raise BackboneError(f"{_misfit(adapter)}: {reason[:300]}{_advice(adapter)}") from error


class _Shell(torch.nn.Module):
    """Holds a decoder under the name that it has below a head, so that an adapter's names fit."""

    # By the name of transformers 5 and the one that follows it.
    is_gradient_checkpointing = is_activation_checkpointing = False

    def __init__(self, decoder: Any, name: str) -> None:
        super().__init__()
        self.config = decoder.config
        self.add_module(name, decoder)


def _merge(decoder: Any, adapter: Adapter) -> Any:
    from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict

    tensors = _tensors(adapter)
    if not tensors:
        raise BackboneError(f"{_misfit(adapter)}: it changes nothing but a head{_advice(adapter)}")
    name = _name_below_head(decoder, tensors)
    base = _Shell(decoder, name) if name else decoder
    plain = {f"{_ROOT}{key}" for key in base.state_dict()}
    model = PeftModel(base, _config(adapter, base))
    if not hasattr(model.base_model, "merge_and_unload"):
        raise BackboneError(_not_mergeable(adapter))
    _check_complete(
        adapter, tensors, get_peft_model_state_dict(model, save_embedding_layers=False), plain
    )
    loaded: Any = set_peft_model_state_dict(model, tensors)
    _check_placed(adapter, loaded.unexpected_keys)
    merged = model.merge_and_unload(safe_merge=True)
    return getattr(merged, name) if name else merged


def _tensors(adapter: Adapter) -> dict[str, torch.Tensor]:
    """Return what an adapter's file holds for the decoder."""
    from safetensors.torch import load_file

    try:
        found = load_file(adapter.path / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise BackboneError(f"can't read {adapter.path / WEIGHTS}: {error}; copy it anew") from None
    return {
        key: value
        for key, value in found.items()
        if key.removeprefix(_ROOT).split(".")[0] not in _HEADS
    }


def _name_below_head(decoder: Any, tensors: Collection[str]) -> str:
    """Return the name that the decoder had where the adapter was trained; empty if it had no head."""
    name = str(decoder.base_model_prefix)
    headed = any(key.startswith(f"{_ROOT}{name}.") for key in tensors)
    return name if name and headed and not hasattr(decoder, name) else ""


def _config(adapter: Adapter, base: Any) -> Any:
    from peft import PeftConfig

    config = PeftConfig.from_pretrained(str(adapter.path))
    if config.is_prompt_learning:
        raise BackboneError(_not_mergeable(adapter))
    config.inference_mode = True
    names = {module.rpartition(".")[2] for module, _ in base.named_modules()}
    if getattr(config, "modules_to_save", None):
        config.modules_to_save = [one for one in config.modules_to_save if one in names] or None
    if getattr(config, "target_modules", None) == "all-linear":
        # PEFT resolves this only for models that it knows; here no head has to be left out.
        linear = [
            module for module in base.named_modules() if isinstance(module[1], torch.nn.Linear)
        ]
        config.target_modules = {module for module, _ in linear}
    return config


def _check_complete(
    adapter: Adapter,
    tensors: Mapping[str, torch.Tensor],
    expected: Mapping[str, torch.Tensor],
    plain: Collection[str],
) -> None:
    """Raise BackboneError unless tensors and places are the same, in shape too.

    Args:
        adapter: For messages.
        tensors: What the file holds for the decoder.
        expected: What the config says that it should hold.
        plain: The decoder's own weights, which an adapter may replace, such as its embeddings.
    """
    shapes = {key: tuple(value.shape) for key, value in expected.items()}
    # Of a layer under an adapter, PEFT names the layer's own weights apart.
    own = {key for key in tensors if key.replace(".base_layer.", ".") in plain}
    strays = sorted(key for key in tensors if key not in shapes and key not in own)
    lost = sorted(key for key in shapes if key not in tensors)
    wrong = [key for key in shapes if key in tensors and tuple(tensors[key].shape) != shapes[key]]
    if strays:
        raise BackboneError(
            f"{_misfit(adapter)}: {len(strays)} of its {len(tensors)} tensors have no place in it "
            f"({strays[0]}, …){_advice(adapter)}"
        )
    if lost:
        raise BackboneError(
            f"adapter {adapter.path} lacks {len(lost)} of the {len(shapes)} tensors that its config "
            f"asks for ({lost[0]}, …); copy it anew"
        )
    if wrong:
        found, wanted = tuple(tensors[wrong[0]].shape), shapes[wrong[0]]
        raise BackboneError(
            f"{_misfit(adapter)}: {wrong[0]} is {found} instead of {wanted}{_advice(adapter)}"
        )


def _check_placed(adapter: Adapter, left: Collection[str]) -> None:
    """Raise BackboneError if PEFT had no use for some tensors."""
    if left:
        raise BackboneError(
            f"{_misfit(adapter)}: PEFT finds no place for {len(left)} of its tensors "
            f"({sorted(left)[0]}, …){_advice(adapter)}"
        )


def _misfit(adapter: Adapter) -> str:
    return f"adapter {adapter.path} does not fit this backbone"


def _advice(adapter: Adapter) -> str:
    return f"; give the base that it was trained on{f' ({adapter.base})' if adapter.base else ''}"


def _not_mergeable(adapter: Adapter) -> str:
    return (
        f"adapter {adapter.path} is of the kind {adapter.config['peft_type']}, which adds tokens or "
        "layers instead of changing weights, so it can't be merged; use LoRA or another kind that can"
    )
