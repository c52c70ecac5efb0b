"""Stage 0: the backbone is fine-tuned before its features are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Stage0Settings:
    """`[stage0]`: what the backbone is trained to before stage 1.

    Attributes:
        loss: `none` leaves the backbone as it is; `bradley-terry` trains it on the pairs, as the authors'
            own backbone was; `ratings` on the ratings, which is equation 1 over θ too.
        layer: Layer that is read afterwards; the head that was trained stood on the last.
        settings: Hyperparameters that differ from the paper's; the fields of `TuningSettings`.
    """

    loss: Literal["none", "bradley-terry", "ratings"] = "none"
    layer: int | Literal["last"] = "last"
    settings: dict[str, Any] = field(default_factory=dict)
