"""Low-rank adapters: a few trained weights beside frozen ones."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch

from armo.atomic import atomic_folder
from armo.errors import InputError
from armo.tuning.settings import TuningSettings

_SAVED = ("score",)


def lora_config(settings: TuningSettings, task: str) -> Any:
    """Return PEFT's settings of the adapters.

    Args:
        settings: Rank, scale, dropout and targets.
        task: `SEQ_CLS` under a reward head, which is then trained whole; `CAUSAL_LM` otherwise.
    """
    from peft import LoraConfig

    return LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules=settings.lora_targets,
        modules_to_save=list(_SAVED) if task == "SEQ_CLS" else None,
        task_type=task,
    )


def with_adapters(model: Any, settings: TuningSettings, task: str) -> Any:
    """Freeze a model and put float32 adapters beside its linear layers.

    Raises:
        InputError: If no module has a name of `lora_targets`.
    """
    from peft import get_peft_model

    torch.manual_seed(settings.seed)
    try:
        return get_peft_model(model, lora_config(settings, task))
    except ValueError as error:
        raise InputError(f"lora_targets: {error}") from None


def save_adapter(model: Any, base: str, folder: Path) -> None:
    """Write a trained classifier's adapters so that they fit the decoder alone, without a head.

    Args:
        model: The PEFT model over a sequence classifier.
        base: Names the backbone in the adapter's own record.
        folder: Where to; replaced whole.
    """
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    inner = f"{model.base_model.model.base_model_prefix}."
    prefix = f"base_model.model.{inner}"
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    decoder = {
        "base_model.model." + name.removeprefix(prefix): value.detach().float().cpu().contiguous()
        for name, value in state.items()
        if name.startswith(prefix)
    }
    config = copy.deepcopy(model.peft_config["default"])
    config.task_type, config.modules_to_save = "FEATURE_EXTRACTION", None
    config.base_model_name_or_path, config.inference_mode = base, True
    if not isinstance(config.target_modules, str):
        # PEFT writes out what it found, in full where there is little of it.
        config.target_modules = {name.removeprefix(inner) for name in config.target_modules}
    with atomic_folder(folder) as temporary:
        config.save_pretrained(str(temporary))
        save_file(decoder, temporary / "adapter_model.safetensors", metadata={"format": "pt"})


def merge_adapter(decoder: Any, folder: Path) -> Any:
    """Return a decoder with saved adapters folded into its weights."""
    from peft import PeftModel

    return PeftModel.from_pretrained(decoder, str(folder)).merge_and_unload()
