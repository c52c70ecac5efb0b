"""From our settings to the arguments that transformers and TRL share."""

from __future__ import annotations

import importlib.util
import math
import os
from pathlib import Path
from typing import Any

import torch

from armo.errors import InputError
from armo.tuning.base import Base
from armo.tuning.result import Loss
from armo.tuning.settings import LORA_RATE, PAPER_RATES, TuningSettings


def training_arguments(
    settings: TuningSettings, loss: Loss, base: Base, output: Path, steps: int
) -> dict[str, Any]:
    """Return keyword arguments for `RewardConfig`, `SFTConfig` and `TrainingArguments` alike.

    Args:
        settings: Hyperparameters.
        loss: Decides the learning rate where the settings leave it open.
        base: Says where and in which number format to compute.
        output: Folder of the checkpoints.
        steps: Optimiser steps; see `optimiser_steps`.

    Raises:
        InputError: If several GPUs are visible to one process, or the warm-up leaves
            the schedule no steps.
    """
    _check_devices(base.device)
    _check_schedule(settings, steps)
    return {
        "output_dir": str(output),
        "per_device_train_batch_size": settings.per_device,
        "per_device_eval_batch_size": settings.per_device,
        "gradient_accumulation_steps": accumulation(settings),
        "learning_rate": learning_rate(settings, loss),
        "weight_decay": settings.weight_decay,
        "num_train_epochs": settings.epochs,
        "max_steps": steps,
        "lr_scheduler_type": settings.schedule,
        "warmup_steps": settings.warmup,
        "optim": settings.optimizer or default_optimizer(base.device),
        "max_grad_norm": settings.clip,
        "seed": settings.seed,
        "data_seed": settings.seed,
        "bf16": base.dtype == torch.bfloat16,
        "fp16": base.dtype == torch.float16,
        "use_cpu": base.device.type == "cpu",
        "gradient_checkpointing": checkpointing(settings),
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "dataloader_pin_memory": base.device.type == "cuda",
        "include_num_input_tokens_seen": "non_padding",
        "logging_strategy": "steps",
        "logging_steps": settings.logging_steps,
        # By default transformers writes the average in place of a loss that is not finite.
        "logging_nan_inf_filter": False,
        "save_strategy": "steps",
        "save_steps": settings.save_steps,
        "save_total_limit": 1,
        "report_to": settings.report_to or "none",
        "disable_tqdm": True,
        "log_level": "error",
    }


def learning_rate(settings: TuningSettings, loss: Loss) -> float:
    """Return the learning rate: as set, else by method and loss."""
    if settings.learning_rate is not None:
        return settings.learning_rate
    return LORA_RATE if settings.method == "lora" else PAPER_RATES[loss]


def checkpointing(settings: TuningSettings) -> bool:
    """Return whether activations are computed twice to save memory."""
    wanted = settings.gradient_checkpointing
    return settings.method == "full" if wanted is None else wanted


def accumulation(settings: TuningSettings) -> int:
    """Return the forward passes of one optimiser step on each device.

    Raises:
        InputError: If the batch can't be shared out among the devices.
    """
    together = settings.per_device * world_size()
    if settings.batch_size % together:
        raise InputError(
            f"batch_size: {settings.batch_size} is no multiple of {together}, the rows of one forward "
            f"pass on {world_size()} devices"
        )
    return settings.batch_size // together


def optimiser_steps(settings: TuningSettings, rows: int) -> int:
    """Return the optimiser steps that so many rows take: those of all epochs, or `max_steps` if fewer."""
    forwards = math.ceil(rows / (settings.per_device * world_size()))
    steps = math.ceil(settings.epochs * math.ceil(forwards / accumulation(settings)))
    return steps if settings.max_steps is None else min(steps, settings.max_steps)


def tokens_read(settings: TuningSettings, tokens: int, rows: int, steps: int) -> int:
    """Return about as many tokens as so many steps read.

    Args:
        settings: Say how many rows a step has, at most all of them.
        tokens: Of all rows.
        rows: That are trained on.
        steps: Optimiser steps.
    """
    return tokens * steps * min(settings.batch_size, rows) // rows


def default_optimizer(device: torch.device) -> str:
    """Return transformers' name of the authors' paged AdamW where it runs, else of PyTorch's."""
    paged = device.type == "cuda" and importlib.util.find_spec("bitsandbytes") is not None
    return "paged_adamw_32bit" if paged else "adamw_torch"


def world_size() -> int:
    """Return the number of processes that train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _check_schedule(settings: TuningSettings, steps: int) -> None:
    # transformers divides by what the warm-up leaves.
    warmup = settings.warmup if settings.warmup >= 1 else math.ceil(settings.warmup * steps)
    if settings.schedule == "polynomial" and warmup >= steps:
        raise InputError(
            f"schedule: 'polynomial' needs more steps than its warm-up, which takes {warmup:g} of "
            f"{steps}; lower warmup, or train longer"
        )


def _check_devices(device: torch.device) -> None:
    if world_size() > 1:
        raise InputError(
            "fine-tuning runs in one process so far; start it without torchrun or accelerate launch"
        )
    if device.type == "cuda" and torch.cuda.device_count() > 1:
        raise InputError(
            f"{torch.cuda.device_count()} GPUs are visible, and fine-tuning uses one; choose it with "
            "CUDA_VISIBLE_DEVICES, such as CUDA_VISIBLE_DEVICES=0"
        )
