"""Reward models that people can read and steer.

from armo import RewardModel
model = RewardModel.from_pretrained("runs/sample")
comparison = model.compare(prompt, one_response, another)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from armo.decision import Comparison, Decision, Ranked
    from armo.errors import ArmoError
    from armo.model import RewardModel
    from armo.objectives import Objective
    from armo.steering import Steering

# Loaded on first use: torch and transformers take seconds that `armo --help` should not.
_PUBLIC = {
    "ArmoError": "armo.errors",
    "Comparison": "armo.decision",
    "Decision": "armo.decision",
    "Objective": "armo.objectives",
    "Ranked": "armo.decision",
    "RewardModel": "armo.model",
    "Steering": "armo.steering",
}

__all__ = [
    "ArmoError",
    "Comparison",
    "Decision",
    "Objective",
    "Ranked",
    "RewardModel",
    "Steering",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'armo' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
