"""Wrong input is refused with a sentence, and the published shape mistake is impossible."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError

from armo.errors import InputError
from armo.gating import Gate, GateSettings, fit, fit_beta, fit_fixed, uniform
from armo.gating.network import GateNetwork
from armo.gating.pairs import check_differences, check_prompts, split_pairs

PROMPTS = np.ones((6, 3), np.float32)
DIFFERENCES = np.ones((6, 2))
LAYERS = [(np.zeros((2, 3), np.float32), np.zeros(2, np.float32))]

# The test session checks shapes before our own code sees them; here is what a user sees.
AS_A_USER = """
import sys
import numpy as np
import armo.gating as gating
assert "torch" not in sys.modules, "importing armo.gating should not import PyTorch"
from armo.errors import InputError
gate = gating.Gate.from_layers([(np.zeros((2, 3)), np.zeros(2))])
pairs = np.ones((6, 2))
for call in (
    lambda: gating.fit(np.ones((6, 2, 3)), pairs),
    lambda: gate.weights(np.ones((6, 2, 3))),
    lambda: gate.weights(np.ones(3)),
    lambda: gating.fit_fixed(np.ones(6)),
):
    try:
        call()
    except InputError as error:
        print(error)
"""


def test_messages_as_a_user_sees_them():
    seen = subprocess.run(
        [sys.executable, "-c", AS_A_USER], capture_output=True, text=True, check=True
    )
    first, second, third, fourth = seen.stdout.splitlines()
    assert first == second
    assert "both" in first.lower()
    assert "prompts[:, 0]" in first
    assert "prompt[None]" in third
    assert "[pairs, objectives]" in fourth


def test_the_network_refuses_prompts_paired_with_responses():
    network = GateNetwork(
        (3, 2), temperature=1.0, dropout=0.0, beta=1.0, generator=torch.Generator()
    )
    with pytest.raises(TypeCheckError):
        network(torch.ones(6, 2, 3))


@pytest.mark.parametrize("shape", [(6, 2, 3), (3,), (0, 3), (6, 0), (6, 4)])
def test_prompts_of_a_wrong_shape(shape):
    with pytest.raises(InputError):
        check_prompts(np.ones(shape), features=3)


@pytest.mark.parametrize("shape", [(6,), (0, 2), (6, 0), (6, 2, 2)])
def test_differences_of_a_wrong_shape(shape):
    with pytest.raises(InputError, match=r"\[pairs, objectives\]"):
        check_differences(np.ones(shape))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(bad):
    prompts, differences = PROMPTS.copy(), DIFFERENCES.copy()
    prompts[4, 1] = bad
    with pytest.raises(InputError, match="prompts must be finite; row 4"):
        fit(prompts, DIFFERENCES)
    with pytest.raises(InputError, match="row 4"):
        Gate.from_layers(LAYERS).weights(prompts)
    differences[3, 0] = bad
    with pytest.raises(InputError, match="differences must be finite; row 3"):
        fit(PROMPTS, differences)
    with pytest.raises(InputError, match="row 3"):
        fit_fixed(differences)
    with pytest.raises(InputError, match="margins"):
        fit_beta(np.array([1.0, bad]))


def test_prompts_beyond_float32():
    with pytest.raises(InputError, match="overflow"):
        check_prompts(np.full((2, 3), 1e300))


@pytest.mark.parametrize("weight", [np.zeros(6), -np.ones(6), np.full(6, np.nan), np.ones(5)])
def test_sample_weights(weight):
    with pytest.raises(InputError, match="sample_weight"):
        split_pairs(DIFFERENCES, None, weight)


def test_lengths_that_do_not_match():
    with pytest.raises(
        InputError, match="5 prompts for 6 pairs; pass one row a pair, or prompt_index"
    ):
        fit(PROMPTS[:5], DIFFERENCES)
    with pytest.raises(InputError, match="groups"):
        fit_fixed(DIFFERENCES, ["a"])
    with pytest.raises(InputError, match=r"0\.\.5"):
        fit(PROMPTS, DIFFERENCES, prompt_index=np.array([0, 1, 2, 3, 4, 6]))
    with pytest.raises(InputError, match="one whole number"):
        split_pairs(DIFFERENCES, None, None, np.arange(5))


def test_preset_and_settings():
    with pytest.raises(InputError, match="at least one"):
        uniform(0)
    with pytest.raises(InputError, match="steps must be positive"):
        GateSettings(steps=0)
    with pytest.raises(InputError, match="dropout"):
        GateSettings(dropout=1.0)
    with pytest.raises(InputError, match="weight_decay"):
        GateSettings(weight_decay=-1.0)
    with pytest.raises(InputError, match="standardize"):
        GateSettings(components=3)


def test_training_that_diverges():
    rng = np.random.default_rng(0)
    prompts = (1e18 * rng.normal(size=(200, 4))).astype(np.float32)
    settings = GateSettings(hidden=(8, 8, 8), steps=5, batch=8, learning_rate=1e30)
    with pytest.raises(InputError, match="diverged"):
        fit(prompts, rng.normal(size=(200, 3)), preset=settings)


def test_layers_that_do_not_make_a_gate():
    hidden = (np.zeros((4, 3), np.float32), np.zeros(4, np.float32))
    for layers, message in (
        ([], "at least one"),
        ([hidden, (np.zeros((2, 5), np.float32), np.zeros(2, np.float32))], "4 arrive"),
        ([(np.zeros((4, 3), np.float32), np.zeros(3, np.float32))], r"bias \[out\]"),
        ([(np.full((4, 3), np.nan, np.float32), np.zeros(4, np.float32))], "NaN"),
    ):
        with pytest.raises(InputError, match=message):
            Gate.from_layers(layers)
    with pytest.raises(InputError, match="positive"):
        Gate.from_layers([hidden], beta=0.0)


def test_margins_need_what_they_weigh():
    gate = Gate.from_layers(LAYERS)
    with pytest.raises(InputError, match="pass prompts"):
        gate.margins(DIFFERENCES)
    with pytest.raises(InputError, match="2 objectives"):
        gate.margins(np.ones((6, 4)), PROMPTS)
    with pytest.raises(InputError, match="3 objectives"):
        uniform(3).margins(DIFFERENCES)
