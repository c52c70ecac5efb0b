"""Pairs whose true weights are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armo.splits import TEST, split_codes


@dataclass(frozen=True, eq=False)
class Planted:
    prompts: np.ndarray
    differences: np.ndarray
    prompt_index: np.ndarray
    truth: np.ndarray
    """True weights of each prompt."""

    @property
    def test(self) -> np.ndarray:
        return split_codes(self.prompt_index) == TEST

    def accuracy(self, margins: np.ndarray) -> float:
        """Points of test accuracy of margins of all pairs."""
        return 100 * float((margins[self.test] > 0).mean())

    @property
    def planted_accuracy(self) -> float:
        return self.accuracy((self.truth[self.prompt_index] * self.differences).sum(axis=1))


def plant(truth: str, *, pairs: int, features: int, objectives: int, seed: int) -> Planted:
    """Make pairs, two a prompt, of which 15% have their label flipped.

    Args:
        truth: "clusters" (four topics, one objective each), "regions" (the sign of one direction
            decides between two objectives) or "fixed" (the same weights everywhere).
        pairs: Number of pairs.
        features: Width of the prompt features, which have offsets and scales of their own.
        objectives: Number of objectives.
        seed: Of everything.
    """
    rng = np.random.default_rng(seed)
    prompts = -(-pairs // 2)
    hidden = rng.normal(size=(prompts, features))
    if truth == "clusters":
        topic = rng.integers(4, size=prompts)
        hidden += rng.normal(size=(4, features))[topic]
        weights = np.eye(objectives)[topic]
    elif truth == "regions":
        weights = np.eye(objectives)[(hidden[:, 0] > 0).astype(int)]
    else:
        weights = np.tile(rng.dirichlet(np.ones(objectives)), (prompts, 1))
    index = np.repeat(np.arange(prompts), 2)[:pairs]
    differences = rng.normal(scale=0.1, size=(pairs, objectives))
    right = np.sign((weights[index] * differences).sum(axis=1))
    flipped = np.where(rng.random(pairs) < 0.15, -1, 1)
    shifted = hidden * np.exp(rng.normal(size=features)) + 3 * rng.normal(size=features)
    return Planted(
        shifted.astype(np.float32), differences * (right * flipped)[:, None], index, weights
    )
