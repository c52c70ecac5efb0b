"""How a gate is trained, as data: one settings record a run, and the two presets made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from armo.errors import InputError, nearest

Preset = Literal["auto", "paper"]
PRESETS: tuple[Preset, ...] = ("auto", "paper")


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """Settings of one training run; the defaults are the ArmoRM paper's.

    Attributes:
        hidden: Width of each hidden layer; `()` makes the logits linear in the prompt features.
        temperature: Divides the logits before the softmax.
        dropout: Share of hidden units dropped in training, after each ReLU.
        weight_decay: AdamW's decoupled decay of the weight matrices (never of biases or β).
        learning_rate: AdamW's peak rate; it falls to 0 along a cosine.
        beta_rate: Factor on the learning rate for log β.
        steps: Optimiser steps.
        batch: Pairs a step, drawn with replacement.
        beta: β at the start; None takes the optimal fixed weights' β.
        standardize: Centre and scale each prompt feature on the training pairs. Folded into the
            first layer afterwards, so a gate always reads raw features.
        components: Train on this many leading principal components of the standardised features, or
            None for all features; folded in as well.
        start_at_fixed: Start as the optimal fixed weights: the last layer's matrix at zero, its bias
            at their logarithm.
        keep_best: Keep the step of lowest validation loss instead of the last, and the fixed weights
            if that step is not clearly better than they are.
        evaluations: Looks at the validation pairs during a run (with `keep_best`).
        patience: Evaluations without improvement after which a run stops; None never stops early.
    """

    hidden: tuple[int, ...] = (1024, 1024, 1024)
    temperature: float = 1.0
    dropout: float = 0.0
    weight_decay: float = 0.0
    learning_rate: float = 1e-3
    beta_rate: float = 1.0
    steps: int = 10_000
    batch: int = 1024
    beta: float | None = 100.0
    standardize: bool = False
    components: int | None = None
    start_at_fixed: bool = False
    keep_best: bool = False
    evaluations: int = 40
    patience: int | None = None

    def __post_init__(self) -> None:
        positive = {
            "temperature": self.temperature,
            "learning_rate": self.learning_rate,
            "beta_rate": self.beta_rate,
            "steps": self.steps,
            "batch": self.batch,
            "evaluations": self.evaluations,
            "beta": 1.0 if self.beta is None else self.beta,
            "patience": 1 if self.patience is None else self.patience,
            "components": 1 if self.components is None else self.components,
            **{f"hidden[{layer}]": width for layer, width in enumerate(self.hidden)},
        }
        for name, value in positive.items():
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"gate settings: {name} must be positive and finite, got {value}")
        if not 0 <= self.dropout < 1:
            raise InputError(f"gate settings: dropout must be in [0, 1), got {self.dropout}")
        if not (math.isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise InputError(f"gate settings: weight_decay must be ≥ 0, got {self.weight_decay}")
        if self.components is not None and not self.standardize:
            raise InputError("gate settings: components need standardize=True")

    @property
    def label(self) -> str:
        """A short name for tables, such as `8 components, 64×64, dropout 0.2, decay 0.1`."""
        inputs = f"{self.components} components, " if self.components else ""
        size = "×".join(str(width) for width in self.hidden) or "linear"
        return f"{inputs}{size}, dropout {self.dropout:g}, decay {self.weight_decay:g}"


PAPER = GateSettings()

_AUTO = GateSettings(
    weight_decay=0.1,
    learning_rate=3e-3,
    beta_rate=10.0,
    beta=None,
    standardize=True,
    start_at_fixed=True,
    keep_best=True,
    patience=10,
)


def candidates_of(
    preset: Preset | GateSettings, prompts: int, features: int
) -> tuple[GateSettings, ...]:
    """Return the runs that a preset stands for.

    Args:
        preset: A preset's name, or the settings of a single run.
        prompts: Distinct training prompts; the size of an `auto` gate follows them, because they, and
            not the pairs, are what its input layer generalises from.
        features: Width of a prompt feature; principal components are tried where they are few of it.
    """
    if isinstance(preset, GateSettings):
        return (preset,)
    if preset == "paper":
        return (PAPER,)
    if preset == "auto":
        return tuple(run for run in _auto(prompts) if 2 * (run.components or 0) <= features)
    raise InputError(
        f"preset '{preset}' is unknown{nearest(str(preset), PRESETS)}; use {' or '.join(PRESETS)}, "
        "or pass GateSettings(...)"
    )


def _auto(prompts: int) -> tuple[GateSettings, ...]:
    # With few prompts the leading components are what can be learned; with many, size pays.
    if prompts < 5_000:
        few = replace(_AUTO, batch=256, steps=1_000)
        return (
            replace(few, components=8, hidden=()),
            replace(few, components=8, hidden=(64, 64), dropout=0.2),
            replace(few, components=32, hidden=(64,), dropout=0.2),
            replace(few, hidden=()),
            replace(few, hidden=(64,), dropout=0.2),
            replace(few, hidden=(64,), dropout=0.2, weight_decay=3.0),
            replace(few, hidden=(64, 64), dropout=0.2),
        )
    if prompts < 100_000:
        more = replace(_AUTO, batch=512, steps=max(1_500, prompts // 20), learning_rate=2e-3)
        return (
            replace(more, components=32, hidden=(64, 64), dropout=0.2),
            replace(more, hidden=()),
            replace(more, hidden=(256,), dropout=0.2),
            replace(more, hidden=(256, 256), dropout=0.2),
        )
    many = replace(_AUTO, batch=1024, steps=min(10_000, prompts // 40), learning_rate=1e-3)
    return (
        replace(many, components=128, hidden=(256, 256), dropout=0.1),
        replace(many, hidden=(1024, 1024, 1024), dropout=0.1),
    )
