"""Fixed weights against independent solvers, and what they do at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from armo.gating import best_single, fit_beta, fit_fixed, uniform
from armo.gating.convex import RIDGE, solve
from armo.splits import TRAIN, split_codes


def random_pairs(rng: np.random.Generator, pairs: int, objectives: int, noise: float = 1.0):
    """Pairs whose labels follow weights of either sign, so that some bounds are active."""
    weights = rng.normal(size=objectives)
    differences = rng.normal(size=(pairs, objectives)) * np.exp(rng.normal(size=objectives))
    margins = differences @ weights + noise * rng.logistic(size=pairs)
    return differences * np.sign(margins)[:, None]


def loss(differences: np.ndarray, share: np.ndarray, u: np.ndarray) -> float:
    return float(share @ np.logaddexp(0, -differences @ u))


@pytest.mark.parametrize("seed", range(8))
def test_solution_is_that_of_a_general_solver(seed):
    rng = np.random.default_rng(seed)
    differences = random_pairs(rng, 200, 6)
    weight = rng.uniform(0.2, 2, size=200)
    share = weight / weight.sum()
    found = solve(differences, weight)
    oracle = minimize(
        lambda u: loss(differences, share, u),
        np.ones(6),
        jac=lambda u: -differences.T @ (share / (1 + np.exp(differences @ u))),
        bounds=[(0, None)] * 6,
        method="SLSQP",
        options={"maxiter": 1_000, "ftol": 1e-14},
    )
    assert oracle.success
    assert found.optimality <= 1e-10
    assert loss(differences, share, found.coefficients) <= oracle.fun + 1e-9
    np.testing.assert_allclose(found.coefficients, oracle.x, atol=1e-4, rtol=1e-3)


def test_solution_is_logistic_regression_where_no_bound_is_active():
    rng = np.random.default_rng(0)
    differences = rng.normal(size=(500, 4))
    margins = differences @ [1.0, 0.5, 2.0, 0.8] + rng.logistic(size=500)
    signed = differences * np.sign(margins)[:, None]
    oracle = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=1_000)
    oracle.fit(np.concatenate([signed, -signed]), np.repeat([1, 0], 500))
    np.testing.assert_allclose(solve(signed, np.ones(500)).coefficients, oracle.coef_[0], rtol=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    pairs=st.integers(1, 60),
    objectives=st.integers(1, 8),
    magnitude=st.sampled_from([1e-6, 1e-2, 1.0, 1e6]),
    noise=st.sampled_from([0.0, 1.0, 10.0]),
)
def test_solution_meets_the_optimality_conditions(seed, pairs, objectives, magnitude, noise):
    rng = np.random.default_rng(seed)
    differences = magnitude * random_pairs(rng, pairs, objectives, noise)
    found = solve(differences, np.ones(pairs))
    u = found.coefficients
    scale = np.sqrt((differences**2).mean(axis=0))
    wrong = 1 / (1 + np.exp(np.clip(differences @ u, -700, 700)))
    gradient = -(differences.T @ wrong) / pairs / scale + RIDGE * u * scale
    assert (u >= 0).all()
    assert (gradient >= -1e-8).all()
    np.testing.assert_allclose(gradient[u > 0], 0, atol=1e-8)


def test_an_integer_weight_is_that_many_copies():
    rng = np.random.default_rng(3)
    differences = random_pairs(rng, 120, 4)
    groups = np.arange(120) // 2
    times = rng.integers(0, 4, size=120)
    weighted = fit_fixed(differences, groups, sample_weight=times.astype(float))
    copied = fit_fixed(np.repeat(differences, times, axis=0), np.repeat(groups, times))
    np.testing.assert_allclose(weighted.weights, copied.weights, atol=1e-8)
    assert weighted.beta == pytest.approx(copied.beta, rel=1e-8)
    assert weighted.validation.loss == pytest.approx(copied.validation.loss, rel=1e-8)
    assert weighted.validation.accuracy == pytest.approx(copied.validation.accuracy)


def test_order_of_rows_is_of_no_account():
    rng = np.random.default_rng(4)
    differences = random_pairs(rng, 150, 5)
    groups = np.arange(150)
    order = rng.permutation(150)
    np.testing.assert_allclose(
        fit_fixed(differences, groups).weights,
        fit_fixed(differences[order], groups[order]).weights,
        atol=1e-9,
    )


def test_unit_of_an_objective_is_of_no_account_to_the_ranking():
    rng = np.random.default_rng(5)
    differences = random_pairs(rng, 150, 3)
    unit = np.array([1e-3, 1.0, 1e3])
    plain, rescaled = fit_fixed(differences), fit_fixed(differences * unit)
    ratio = (
        rescaled.margins(differences * unit)
        * rescaled.beta
        / (plain.margins(differences) * plain.beta)
    )
    np.testing.assert_allclose(ratio, 1, rtol=1e-5)


def test_only_the_train_split_is_fitted():
    rng = np.random.default_rng(6)
    differences = random_pairs(rng, 300, 4)
    groups = np.arange(300)
    other = np.where(
        (split_codes(groups) == TRAIN)[:, None], differences, rng.normal(size=(300, 4))
    )
    np.testing.assert_array_equal(
        fit_fixed(differences, groups).weights, fit_fixed(other, groups).weights
    )


def test_separable_pairs_give_finite_weights_and_a_note():
    rng = np.random.default_rng(7)
    fixed = fit_fixed(np.abs(rng.normal(size=(100, 3))))
    assert np.isfinite(fixed.weights).all()
    assert 0 < fixed.beta < 1e6
    assert any("every training pair right" in note for note in fixed.notes)
    assert fixed.optimality <= 1e-8


def test_objectives_that_move_together_share_their_weight_and_are_noted():
    rng = np.random.default_rng(8)
    differences = random_pairs(rng, 300, 2)
    differences[:, 1] = differences[:, 0]
    fixed = fit_fixed(differences * np.sign(differences[:, 0].sum()))
    np.testing.assert_allclose(fixed.weights, 0.5, atol=1e-6)
    assert any("undetermined" in note for note in fixed.notes)


def test_weights_are_uniform_where_no_objective_helps():
    rng = np.random.default_rng(9)
    fixed = fit_fixed(-np.abs(rng.normal(size=(100, 4))))
    np.testing.assert_array_equal(fixed.weights, np.full(4, 0.25))
    assert fixed.beta > 0
    assert any("better than chance" in note for note in fixed.notes)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_few_pairs_never_give_nan(rows):
    for label in range(20):
        for differences in (np.ones((rows, 3)), np.zeros((rows, 3)), -np.eye(5, 3)[:rows]):
            for rule in (fit_fixed, best_single):
                fixed = rule(differences, [f"only group {label}"] * rows)
                assert fixed.weights.sum() == pytest.approx(1)
                assert np.isfinite(fixed.beta)
                assert fixed.beta > 0


def test_best_single_ranks_most_training_pairs_right():
    rng = np.random.default_rng(10)
    differences = rng.normal(size=(400, 5))
    differences[:, 2] += 1
    single = best_single(differences)
    np.testing.assert_array_equal(single.weights, [0, 0, 1, 0, 0])
    np.testing.assert_array_equal(single.margins(differences), differences[:, 2])


def test_best_single_breaks_ties_by_loss():
    sharp = np.tile([1.0, -0.1], 50)
    blunt = np.tile([1.0, -1.0], 50)
    single = best_single(np.stack([blunt, sharp], axis=1), np.arange(100) // 2)
    np.testing.assert_array_equal(single.weights, [0, 1])


def test_uniform_weights():
    np.testing.assert_array_equal(uniform(4).weights, np.full(4, 0.25))


def test_beta_is_the_minimiser():
    rng = np.random.default_rng(11)
    margins = rng.normal(loc=0.3, size=300)
    weight = rng.uniform(0.1, 1, size=300)
    beta = fit_beta(margins, weight)
    near = beta * np.linspace(0.98, 1.02, 401)
    losses = [np.average(np.logaddexp(0, -b * margins), weights=weight) for b in near]
    assert near[int(np.argmin(losses))] == pytest.approx(beta, rel=1e-3)
    assert fit_beta(margins * 10, weight) == pytest.approx(beta / 10, rel=1e-6)


def test_beta_recovers_a_planted_temperature():
    rng = np.random.default_rng(12)
    margins = rng.normal(size=200_000)
    right = rng.random(200_000) < 1 / (1 + np.exp(-2.5 * margins))
    assert fit_beta(np.where(right, margins, -margins)) == pytest.approx(2.5, rel=0.03)


@pytest.mark.parametrize("margins", [[0.0, 0.0], [1.0, 2.0], [-1.0, -2.0], [1e-9, -1e-8], [5.0]])
def test_beta_is_positive_and_finite(margins):
    beta = fit_beta(np.array(margins))
    assert np.isfinite(beta)
    assert beta > 0
