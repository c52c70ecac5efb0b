"""Pairs of answers to one prompt: the domain's weights on the true qualities decide, with some noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from random import Random

from armo.data.rows import PreferenceRow
from armo.data.sample.answers import Answer
from armo.data.sample.domain import Quality

# Chances of the judges follow Bradley and Terry: sigmoid(sharpness * margin of utility).
SHARPNESS = 6.0
# Judges are not asked where two answers are about as good.
SMALLEST_MARGIN = 0.1


def utility(weights: Mapping[str, float], quality: Quality) -> float:
    """Return how good an answer is where these weights hold."""
    return sum(weight * quality[name] for name, weight in weights.items())


def compare(seed: int, weights: Mapping[str, float], answers: list[Answer]) -> list[PreferenceRow]:
    """Return the judged pairs of answers to one prompt."""
    rng = Random(f"armo sample pairs {seed} {answers[0].prompt}")
    rows = []
    for first, second in combinations(answers, 2):
        margin = utility(weights, first.quality) - utility(weights, second.quality)
        prefers_first = rng.random() < 1 / (1 + math.exp(-SHARPNESS * margin))
        if abs(margin) >= SMALLEST_MARGIN:
            pair = (first, second) if prefers_first else (second, first)
            rows.append(_row(*pair, planted=prefers_first == (margin > 0)))
    return rows


def _row(chosen: Answer, rejected: Answer, planted: bool) -> PreferenceRow:
    first, second = sorted((chosen.number, rejected.number))
    return PreferenceRow(
        id=f"pair-{chosen.prompt:04d}-{first}{second}",
        source="judges",
        prompt=list(chosen.messages[:-1]),
        chosen=[chosen.messages[-1]],
        rejected=[rejected.messages[-1]],
        meta={"domain": chosen.domain, "follows_rule": planted},
    )
