"""Does the gate find weights that depend on the prompt, and only where they do?"""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from armo.gating import best_single, fit, fit_fixed, uniform
from armo.gating.settings import candidates_of
from tests.gating.planted import Planted, plant


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def accuracies(data: Planted, seed: int) -> dict[str, float]:
    index = data.prompt_index
    rules = {
        "gate": fit(data.prompts, data.differences, index, prompt_index=index, seed=seed),
        "fixed": fit_fixed(data.differences, index),
        "single": best_single(data.differences, index),
        "uniform": uniform(data.differences.shape[1]),
    }
    found = {
        name: data.accuracy(rule.margins(data.differences, data.prompts, index))
        for name, rule in rules.items()
    }
    return {"planted": data.planted_accuracy, **found}


def mean_over_seeds(truth: str, seeds: int, **size: int) -> dict[str, float]:
    rows = [accuracies(plant(truth, seed=seed, **size), seed) for seed in range(seeds)]
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    print(truth, size, {name: round(mean, 1) for name, mean in means.items()})  # noqa: T201
    return means


@pytest.mark.parametrize(
    ("truth", "features", "objectives"),
    [("clusters", 24, 5), pytest.param("regions", 8, 4, marks=pytest.mark.slow)],
)
def test_gate_comes_within_two_points_of_planted_truth(truth, features, objectives):
    mean = mean_over_seeds(truth, 3, pairs=6_000, features=features, objectives=objectives)
    assert mean["gate"] > mean["planted"] - 2
    assert mean["gate"] > mean["fixed"] + 8
    assert mean["fixed"] > max(mean["single"], mean["uniform"]) - 1.5


def test_gate_is_no_worse_than_fixed_weights_where_they_are_the_truth():
    mean = mean_over_seeds("fixed", 4, pairs=1_500, features=32, objectives=6)
    assert mean["gate"] > mean["fixed"] - 1
    assert mean["fixed"] > mean["uniform"] + 2


def test_default_fit_takes_seconds_at_the_size_of_the_embedded_backbone():
    data = plant("clusters", pairs=1_500, features=576, objectives=10, seed=0)
    start = time.perf_counter()
    gate = fit(data.prompts, data.differences, data.prompt_index, prompt_index=data.prompt_index)
    assert time.perf_counter() - start < 20
    found = data.accuracy(gate.margins(data.differences, data.prompts, data.prompt_index))
    fixed = fit_fixed(data.differences, data.prompt_index)
    assert found > data.accuracy(fixed.margins(data.differences)) + 8


def test_weights_follow_the_topic_and_sum_to_one():
    data = plant("clusters", pairs=6_000, features=16, objectives=4, seed=1)
    settings = candidates_of("auto", prompts=3_000, features=16)[1]
    gate = fit(data.prompts, data.differences, preset=settings, prompt_index=data.prompt_index)
    weights = gate.weights(data.prompts)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    assert (weights.argmax(axis=1) == data.truth.argmax(axis=1)).mean() > 0.9
    assert weights.std(axis=0).min() > 0.2
    assert gate.validation.accuracy > 0.75
    assert gate.validation.best_step > 0
    assert [row.settings for row in gate.validation.candidates] == [None, settings]
