"""Random heads, for tests of what is done with them."""

from __future__ import annotations

import numpy as np

from armo.gating import Gate
from armo.heads import Heads
from armo.objectives import Objective

NAMES = ("helpful", "safe", "verbosity")


def random_heads(hidden: int = 32, seed: int = 0, score_scale: float = 1.0) -> Heads:
    """Return heads with three objectives and a gate of one hidden layer."""
    generator = np.random.default_rng(seed)
    transform = np.eye(3)
    transform[2] -= [0.4, -0.2, 1.0]
    layers = [
        (generator.normal(size=(8, hidden)).astype(np.float32), np.zeros(8, np.float32)),
        (generator.normal(size=(3, 8)).astype(np.float32), np.zeros(3, np.float32)),
    ]
    return Heads(
        objectives=(
            Objective(name="helpful", low=1, high=5),
            Objective(name="safe", low=0, high=1, boolean=True),
            Objective(name="verbosity", low=0, high=4, unit_low=0.1, unit_high=0.9),
        ),
        weight=generator.normal(size=(3, hidden)) / 4,
        intercept=generator.normal(size=3),
        transform=transform,
        gate=Gate.from_layers(layers, beta=2.0),
        score_scale=score_scale,
        preference_beta=2.0,
    )
