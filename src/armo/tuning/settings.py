"""How a language model's own weights are trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from armo.errors import InputError, RecipeError, nearest

_OPEN = float("inf")
# Of the schedules that transformers knows, those that need no further settings.
_SCHEDULES = (
    "linear",
    "cosine",
    "cosine_with_restarts",
    "polynomial",
    "constant",
    "constant_with_warmup",
    "inverse_sqrt",
)


@dataclass(frozen=True)
class TuningSettings:
    """Hyperparameters of one fine-tuning; what is None is chosen by method or machine.

    Attributes:
        method: `full` trains all weights, `lora` low-rank adapters beside frozen ones.
        learning_rate: Of AdamW; by default the paper's for `full`, 1e-4 for `lora`.
        weight_decay: Of AdamW.
        epochs: Passes over the training rows.
        max_steps: Optimiser steps at most; None leaves it to `epochs`.
        batch_size: Rows of one optimiser step, over all devices; a row of pairs has two texts.
        per_device: Rows of one forward pass on a device; the rest is accumulated.
        warmup: Below 1 a share of the steps, else steps.
        schedule: Of the learning rate, as transformers names them: those that need no more settings.
        optimizer: As transformers names them; None is paged 32-bit AdamW where bitsandbytes and CUDA are
            there, and PyTorch's AdamW elsewhere.
        clip: Largest norm of a gradient.
        max_tokens: Rows with a longer text are left out, counted and listed; None is the backbone's.
        gradient_checkpointing: Trade time for memory; None does so for `full` only.
        lora_rank: Rank of the adapters.
        lora_alpha: Their scale.
        lora_dropout: Dropout before them.
        lora_targets: `all-linear`, or names of modules.
        merge: Fold the adapters into the weights that are saved, instead of keeping them apart.
        dtype: Number format of frozen weights and of the arithmetic; trained weights stay float32.
        seed: Of order, dropout and fresh weights.
        logging_steps: Steps between two records of the loss.
        save_steps: Steps between two points from which a killed run goes on.
        report_to: Trackers, as transformers names them, such as `wandb` or `tensorboard`.
    """

    method: Literal["full", "lora"] = "full"
    learning_rate: float | None = None
    weight_decay: float = 0.0
    epochs: float = 1.0
    max_steps: int | None = None
    batch_size: int = 512
    per_device: int = 1
    warmup: float = 0.03
    schedule: str = "cosine"
    optimizer: str | None = None
    clip: float = 1.0
    max_tokens: int | None = None
    gradient_checkpointing: bool | None = None
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.05
    lora_targets: str | list[str] = "all-linear"
    merge: bool = True
    dtype: str = "auto"
    seed: int = 0
    logging_steps: int = 10
    save_steps: int = 100
    report_to: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise InputError, naming the setting, if one makes no sense."""
        rate, steps, tokens = self.learning_rate, self.max_steps, self.max_tokens
        complaints = {
            "learning_rate: must be above 0": rate is not None and not 0 < rate < _OPEN,
            "weight_decay: must not be negative": not 0 <= self.weight_decay < _OPEN,
            "epochs: must be above 0": not 0 < self.epochs < _OPEN,
            "max_steps: must be at least 1": steps is not None and steps < 1,
            "batch_size: must be at least 1": self.batch_size < 1,
            "per_device: must be at least 1 and at most batch_size": not 1
            <= self.per_device
            <= self.batch_size,
            "batch_size: must be a multiple of per_device": self.per_device >= 1
            and self.batch_size % self.per_device != 0,
            "warmup: must not be negative": not 0 <= self.warmup < _OPEN,
            f"schedule: must be one of {', '.join(_SCHEDULES)}, not '{self.schedule}'": self.schedule
            not in _SCHEDULES,
            "clip: must be above 0": not 0 < self.clip < _OPEN,
            "max_tokens: must be at least 8": tokens is not None and tokens < 8,
            "lora_rank: must be at least 1": self.lora_rank < 1,
            "lora_alpha: must be above 0": self.lora_alpha < 1,
            "lora_dropout: must be 0 to below 1": not 0 <= self.lora_dropout < 1,
            "lora_targets: name at least one module": not self.lora_targets,
            "seed: must be 0 to 2³² − 1": not 0 <= self.seed < 2**32,
            "logging_steps: must be at least 1": self.logging_steps < 1,
            "save_steps: must be at least 1": self.save_steps < 1,
        }
        for complaint, wrong in complaints.items():
            if wrong:
                raise InputError(complaint)


BRADLEY_TERRY = TuningSettings(weight_decay=0.001, batch_size=512, warmup=0.03, max_tokens=4096)
"""The paper's baseline on Llama-3 8B; its learning rate is 2e-6."""

RATINGS = TuningSettings(weight_decay=0.001, batch_size=512, warmup=0.03, max_tokens=4096)
"""Equation 1 over the backbone too; the paper gives no values, so those of Bradley–Terry."""

PREFERENCE_MODEL = TuningSettings(batch_size=128, warmup=40, max_tokens=3072)
"""The authors' pairwise preference model; its learning rate is 5e-6."""

PAPER_RATES = {"bradley-terry": 2e-6, "ratings": 2e-6, "preference-model": 5e-6}
"""Learning rate of `full` by what is trained."""

LORA_RATE = 1e-4


def tuning_settings(
    table: Mapping[str, Any], default: TuningSettings, where: str
) -> TuningSettings:
    """Return the settings of a recipe's table, what it leaves open from `default`.

    Args:
        table: Fields of `TuningSettings`.
        default: One of the constants above.
        where: Names the table in messages.

    Raises:
        RecipeError: If a field is unknown, of the wrong type or out of range.
    """
    known = [entry.name for entry in dataclasses.fields(TuningSettings)]
    for key in table:
        if key not in known:
            raise RecipeError(
                f"{where}: unknown key '{key}'{nearest(key, known)}; known here: {', '.join(known)}"
            )
    try:
        settings = msgspec.convert(dataclasses.asdict(default) | dict(table), TuningSettings)
        settings.check()
    except (msgspec.ValidationError, InputError) as error:
        raise RecipeError(f"{where}: {str(error).replace('$.', '')}") from None
    return settings
