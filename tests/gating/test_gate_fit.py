"""What a fitted gate promises, whatever the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from armo.gating import PAPER, Gate, GateSettings, fit, fit_fixed
from armo.gating.network import GateNetwork
from armo.gating.settings import candidates_of
from armo.splits import TRAIN, split_codes
from tests.gating.planted import Planted, plant

SHORT = GateSettings(
    hidden=(16,),
    steps=60,
    batch=64,
    learning_rate=1e-2,
    beta=None,
    standardize=True,
    start_at_fixed=True,
)


@pytest.fixture(scope="module")
def data() -> Planted:
    return plant("clusters", pairs=800, features=12, objectives=4, seed=0)


def short_fit(data: Planted, **options) -> Gate:
    index = data.prompt_index
    chosen = {"preset": SHORT, "prompt_index": index, **options}
    return fit(data.prompts, data.differences, index, **chosen)


def test_same_seed_same_gate_and_global_random_state_untouched(data):
    settings = replace(SHORT, dropout=0.3)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = short_fit(data, preset=settings, seed=1)
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(6)
    second = short_fit(data, preset=settings, seed=1)
    other = short_fit(data, preset=settings, seed=2)
    np.testing.assert_array_equal(first.weights(data.prompts), second.weights(data.prompts))
    assert first.beta == second.beta
    assert np.abs(first.weights(data.prompts) - other.weights(data.prompts)).max() > 1e-4


def test_a_prompt_index_is_worth_copies_of_the_features(data):
    shared = short_fit(data)
    copies = data.prompts[data.prompt_index]
    copied = fit(copies, data.differences, data.prompt_index, preset=SHORT)
    np.testing.assert_allclose(
        shared.weights(data.prompts), copied.weights(data.prompts), atol=1e-3
    )
    assert shared.beta == pytest.approx(copied.beta, rel=1e-3)


def test_without_groups_pairs_of_a_prompt_stay_together(data):
    grouped = short_fit(data)
    implied = fit(data.prompts, data.differences, preset=SHORT, prompt_index=data.prompt_index)
    np.testing.assert_array_equal(grouped.weights(data.prompts), implied.weights(data.prompts))


def test_pairs_of_weight_zero_do_not_count(data):
    kept = np.arange(800) % 5 > 0
    weighted = short_fit(data, sample_weight=kept.astype(float))
    dropped = fit(
        data.prompts,
        data.differences[kept],
        data.prompt_index[kept],
        preset=SHORT,
        prompt_index=data.prompt_index[kept],
    )
    np.testing.assert_array_equal(weighted.weights(data.prompts), dropped.weights(data.prompts))


def test_swapping_both_responses_negates_margins(data):
    gate = short_fit(data)
    there = gate.margins(data.differences, data.prompts, data.prompt_index)
    back = gate.margins(-data.differences, data.prompts, data.prompt_index)
    np.testing.assert_array_equal(there, -back)


def test_weights_are_the_same_alone_in_any_order_and_in_any_batch(data):
    gate = short_fit(data)
    together = gate.weights(data.prompts)
    order = np.random.default_rng(0).permutation(len(data.prompts))
    np.testing.assert_allclose(gate.weights(data.prompts[order]), together[order], atol=1e-6)
    np.testing.assert_allclose(gate.weights(data.prompts[7:8]), together[7:8], atol=1e-6)
    many = np.tile(data.prompts, (25, 1))
    np.testing.assert_allclose(gate.weights(many)[-400:], together, atol=1e-6)
    np.testing.assert_allclose(gate.weights(data.prompts.astype(np.float64)), together, atol=1e-6)


def test_components_and_standardisation_are_folded_into_the_first_layer(data):
    settings = replace(SHORT, components=3)
    gate = short_fit(data, preset=settings)
    assert [weight.shape for weight, _ in gate.layers] == [(16, 12), (4, 16)]
    assert np.linalg.matrix_rank(gate.layers[0][0], tol=1e-4) == 3
    assert gate.weights(data.prompts).std(axis=0).max() > 0.01


def test_reloading_from_layers_gives_identical_weights(data):
    gate = short_fit(data)
    arrays = [(weight.copy(), bias.copy()) for weight, bias in gate.layers]
    again = Gate.from_layers(arrays, beta=gate.beta, temperature=gate.temperature)
    np.testing.assert_array_equal(gate.weights(data.prompts), again.weights(data.prompts))
    assert all(array.dtype == np.float32 for layer in gate.layers for array in layer)


def test_numpy_gate_is_the_network_that_was_trained():
    generator = torch.Generator().manual_seed(0)
    network = GateNetwork((5, 7, 3), temperature=2.0, dropout=0.5, beta=10.0, generator=generator)
    network.eval()
    layers = [
        (layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in network.linear
    ]
    gate = Gate.from_layers(layers, temperature=2.0)
    prompts = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(prompts)).numpy()
    np.testing.assert_allclose(gate.weights(prompts), expected, atol=1e-6)


def test_paper_preset_is_the_papers():
    (paper,) = candidates_of("paper", prompts=1_000, features=4096)
    assert paper == PAPER
    assert paper.hidden == (1024, 1024, 1024)
    assert (paper.temperature, paper.dropout, paper.weight_decay) == (1.0, 0.0, 0.0)
    assert (paper.learning_rate, paper.beta_rate) == (1e-3, 1.0)
    assert (paper.steps, paper.batch, paper.beta) == (10_000, 1024, 100.0)
    assert (paper.standardize, paper.start_at_fixed, paper.keep_best) == (False, False, False)
    assert paper.patience is None
    assert paper.components is None


def test_short_paper_run_keeps_its_last_step_and_refits_beta(data):
    gate = short_fit(data, preset=replace(PAPER, steps=3, batch=32))
    assert [weight.shape for weight, _ in gate.layers] == [
        (1024, 12),
        (1024, 1024),
        (1024, 1024),
        (4, 1024),
    ]
    assert gate.validation.best_step == gate.validation.steps == 3
    learned = gate.validation.candidates[-1].beta
    assert learned == pytest.approx(100, rel=0.01)
    assert gate.beta != learned


def test_progress_reaches_its_total(data):
    seen: list[tuple[int, int]] = []
    settings = replace(SHORT, keep_best=True, patience=1)
    short_fit(data, preset=settings, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (60, 60)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


@pytest.mark.parametrize("preset", ["auto", SHORT])
@pytest.mark.parametrize(
    "case", ["one pair", "one group", "one objective", "zeros", "same prompts"]
)
def test_degenerate_data_never_give_nan(case, preset):
    rng = np.random.default_rng(0)
    rows = 1 if case == "one pair" else 60
    prompts = np.ones((rows, 3)) if case == "same prompts" else rng.normal(size=(rows, 3))
    differences = rng.normal(size=(rows, 1 if case == "one objective" else 3))
    differences *= case != "zeros"
    for label in range(3):
        groups = [f"{label} {0 if case == 'one group' else row}" for row in range(rows)]
        gate = fit(prompts, differences, groups, preset=preset)
        weights = gate.weights(prompts)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
        assert (weights >= 0).all()
        assert np.isfinite(gate.beta)
        assert gate.beta > 0
        assert np.isfinite(gate.validation.loss or 0)


def test_without_validation_pairs_auto_keeps_the_fixed_weights_and_says_so():
    rng = np.random.default_rng(1)
    prompts, differences = rng.normal(size=(50, 4)), rng.normal(loc=0.2, size=(50, 3))
    label = next(label for label in range(99) if split_codes([label])[0] == TRAIN)
    groups = [label] * 50
    gate, fixed = fit(prompts, differences, groups), fit_fixed(differences, groups)
    np.testing.assert_allclose(gate.weights(prompts), np.tile(fixed.weights, (50, 1)), atol=1e-6)
    assert gate.beta == pytest.approx(fixed.beta)
    assert any("no validation pairs" in note for note in gate.notes)
    assert gate.validation.loss is None


def test_a_gate_that_does_not_clearly_beat_fixed_weights_is_not_kept():
    rng = np.random.default_rng(2)
    prompts, differences = rng.normal(size=(400, 6)), rng.normal(loc=0.3, size=(400, 3))
    gate, fixed = fit(prompts, differences, seed=3), fit_fixed(differences)
    np.testing.assert_allclose(gate.weights(prompts), np.tile(fixed.weights, (400, 1)), atol=1e-6)
    assert any("clearly" in note for note in gate.notes)
    assert gate.validation.best_step == 0
    assert len(gate.validation.candidates) > 1
