"""What is kept of a fine-tuning: the decoder or its adapters, and the head."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from armo.atomic import atomic_folder, atomic_path
from armo.tuning.adapters import merge_adapter, save_adapter
from armo.tuning.base import Base, file_dtype, load_decoder
from armo.tuning.result import ADAPTER, BACKBONE, HEAD
from armo.tuning.settings import TuningSettings


def save_classifier(model: Any, base: Base, settings: TuningSettings, folder: Path) -> bool:
    """Write the trained decoder, or its adapters, and the head; return whether the weights are whole.

    Whole weights are merged in float32 and saved in the number format of the backbone's own files.

    Args:
        model: The trained sequence classifier, with or without adapters.
        base: The backbone as it was.
        settings: Say whether adapters are merged.
        folder: Where to; `backbone/` or `adapter/`, and `head.safetensors`.
    """
    lora = settings.method == "lora"
    merged = not lora or settings.merge
    for name in (BACKBONE, ADAPTER):
        shutil.rmtree(folder / name, ignore_errors=True)
    save_head(_head(model), folder)
    if lora:
        save_adapter(model, base.name, folder / ADAPTER)
    if merged:
        decoder = (
            _merged(base, folder / ADAPTER) if lora else getattr(model, model.base_model_prefix)
        )
        save_backbone(decoder, base, folder)
        shutil.rmtree(folder / ADAPTER, ignore_errors=True)
    return merged


def save_backbone(model: Any, base: Base, folder: Path) -> None:
    """Write a trained model and its tokenizer to `backbone/`, as safetensors."""
    model = model.to("cpu").to(file_dtype(base))
    model.config.use_cache = True
    with atomic_folder(folder / BACKBONE) as temporary:
        model.save_pretrained(temporary)
        base.tokenizer.save_pretrained(temporary)


def save_head(head: Any, folder: Path) -> None:
    """Write a head to `head.safetensors`: `weight` `[outputs, hidden]`, and `bias` where it has one."""
    arrays = {
        name: np.ascontiguousarray(value.detach().float().cpu().numpy())
        for name, value in head.named_parameters()
    }
    with atomic_path(folder / HEAD) as temporary:
        temporary.write_bytes(save(arrays))


def _merged(base: Base, adapter: Path) -> Any:
    import torch

    return merge_adapter(load_decoder(base, torch.float32), adapter)


def _head(model: Any) -> Any:
    """Return the trained head; under PEFT it stands beside the one that it began as."""
    score = model.base_model.model.score if hasattr(model, "peft_config") else model.score
    return score.modules_to_save["default"] if hasattr(score, "modules_to_save") else score
