"""Run a trainer of transformers or TRL to its end, from its last checkpoint if there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from armo.errors import ModelError
from armo.progress import Reporter
from armo.tuning.checkpoints import Checkpoints, state_file, step_of

_KEPT = (
    "step",
    "epoch",
    "loss",
    "learning_rate",
    "grad_norm",
    "accuracy",
    "margin",
    "mean_token_accuracy",
)


@dataclass(frozen=True)
class Trained:
    """How a training went.

    Attributes:
        steps: Optimiser steps.
        tokens: Tokens of all forward passes, without padding.
        seconds: Time, over all runs if it was resumed.
        history: What was logged, in order.
    """

    steps: int
    tokens: int
    seconds: float
    history: list[dict[str, Any]]


def train(
    trainer: Any, checkpoints: Checkpoints, steps: int, tokens: int, reporter: Reporter
) -> Trained:
    """Train, or finish a training that was begun.

    Args:
        trainer: A transformers Trainer, made with `training_arguments`.
        checkpoints: Where its checkpoints are.
        steps: All its optimiser steps.
        tokens: About as many tokens as these read, for the progress.
        reporter: Shows progress.

    Raises:
        ModelError: If the loss or the trained weights are not finite.
    """
    from transformers import PrinterCallback
    from transformers.trainer_callback import TrainerState

    from armo.tuning.watch import Watch, seconds_of

    trainer.remove_callback(PrinterCallback)
    last = checkpoints.last
    if last is not None and step_of(last) >= steps:
        # Only the saving was cut short; a trainer that is told to go on would take one more step.
        # There is no public way to load the weights alone.
        trainer._load_from_checkpoint(str(last))
        _check_finite(trainer.model)
        state = TrainerState.load_from_json(str(state_file(last)))
        return _trained(state, seconds_of(state))
    left = max(1, tokens * (steps - (step_of(last) if last else 0)) // steps)
    with reporter("fine-tune", left, "tokens") as advance:
        watch = Watch(advance)
        trainer.add_callback(watch)
        trainer.train(resume_from_checkpoint=None if last is None else str(last))
        _check_finite(trainer.model)
        return _trained(trainer.state, watch.seconds)


def _check_finite(model: Any) -> None:
    """Raise ModelError for spoilt weights: the last steps' losses may not have been logged."""
    if not all(bool(weight.isfinite().all()) for weight in model.parameters()):
        raise ModelError(
            "the trained weights are not finite, so nothing is kept of them; lower learning_rate, or set "
            "dtype = 'float32'"
        )


def _trained(state: Any, seconds: float) -> Trained:
    history = []
    for record in state.log_history:
        kept = {name: record[name] for name in _KEPT if _finite(record.get(name))}
        # The record at the end holds no loss of its own steps, only times.
        if "loss" in kept:
            history.append(kept)
    return Trained(state.global_step, state.num_input_tokens_seen, seconds, history)


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
