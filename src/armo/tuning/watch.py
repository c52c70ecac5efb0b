"""What a trainer tells while it trains: progress, time, and a loss that is no number."""

from __future__ import annotations

import math
from time import monotonic
from typing import Any

from transformers import TrainerCallback
from transformers.trainer_callback import ExportableState

from armo.errors import ModelError
from armo.progress import Advance


class Watch(TrainerCallback, ExportableState):
    """Advances our progress by tokens, and keeps the time over all runs of a resumed training.

    Args:
        advance: Told of tokens as they are read; None while a checkpoint is restored.
    """

    def __init__(self, advance: Advance | None = None) -> None:
        self._advance = advance
        self._seen = 0
        self._before = 0.0
        self._start = monotonic()

    @property
    def seconds(self) -> float:
        """Time of the steps that count, those before the last checkpoint included."""
        return self._before + monotonic() - self._start

    def state(self) -> dict[str, Any]:
        """Return what the next run has to know; transformers writes it into each checkpoint."""
        return {"args": {}, "attributes": {"seconds": self.seconds}}

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Go on from the time and tokens of the checkpoint, if there is one."""
        del args, control
        self._before = seconds_of(state)
        self._start = monotonic()
        self._seen = state.num_input_tokens_seen

    def on_substep_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Tell of the tokens of a forward pass."""
        del args, control
        if self._advance is not None:
            self._advance(state.num_input_tokens_seen - self._seen)
        self._seen = state.num_input_tokens_seen

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Tell of the tokens of a step's last forward pass."""
        self.on_substep_end(args, state, control, **rest)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Stop at a loss that is not finite: no later step would mend the weights."""
        del args, control
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(float(loss)):
            raise ModelError(
                f"the loss is {loss} at step {state.global_step}, so the weights are spoilt; lower "
                "learning_rate, or set dtype = 'float32'"
            )


def seconds_of(state: Any) -> float:
    """Return the time that a trainer's state holds of earlier runs."""
    kept = (state.stateful_callbacks or {}).get(Watch.__name__) or {}
    return float(kept.get("attributes", {}).get("seconds", 0.0)) if isinstance(kept, dict) else 0.0
