"""Any finite arrays of any small shape: a finite result or an InputError, from every fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from armo import debias, evaluate, gating, regression
from armo.errors import InputError
from armo.training.outcome import plain
from tests.hostile.strict import sentence_or

NUMBERS = st.one_of(
    st.floats(-2, 2, width=32),
    st.integers(0, 3).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 5e-324, 1e-200, 1e-30, 1e30, 1e99, -1e99, 1e160, 1e308]),
)
MILD = st.one_of(st.floats(-2, 2, width=32), st.integers(0, 3).map(float))


FEW, SOME = st.integers(0, 24), st.integers(1, 40)


@st.composite
def tables(draw, rows: st.SearchStrategy[int] = FEW, width: int = 4):
    """Return two tables of as many rows, and groups or None."""
    count, numbers = draw(rows), draw(st.sampled_from([NUMBERS, MILD]))
    shape = st.tuples(st.just(count), st.integers(0, width))
    first = draw(arrays(np.float64, shape, elements=numbers))
    second = draw(arrays(np.float64, shape, elements=numbers))
    groups = draw(st.none() | st.lists(st.integers(0, 9), min_size=count, max_size=count))
    return first, second, groups


def finite_or_sentence(call: Callable[[], Any]) -> Any:
    """Return a result of which every number is finite; None where there was an InputError."""
    found = sentence_or(call)
    if isinstance(found, Exception):
        assert isinstance(found, InputError), found
        return None
    if dataclasses.is_dataclass(found):
        plain({field.name: getattr(found, field.name) for field in dataclasses.fields(found)})
    return found


def with_holes(draw_from: np.ndarray, seed: int) -> np.ndarray:
    holes = np.random.default_rng(seed).random(draw_from.shape) < 0.3
    return np.where(holes, np.nan, draw_from)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tables(), st.integers(0, 9), st.booleans(), st.booleans())
def test_regression(data, seed, intercept, standardize):
    features, ratings, groups = data
    fitted = finite_or_sentence(
        lambda: regression.fit(
            features,
            with_holes(ratings, seed),
            groups,
            intercept=intercept,
            standardize=standardize,
        )
    )
    if fitted is not None:
        assert np.isfinite(fitted.weight).all()
        assert np.isfinite(fitted.intercept).all()
    finite_or_sentence(lambda: regression.fit_auto(features, ratings, groups))


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    tables(),
    st.sampled_from(["spearman", "pearson"]),
    st.sampled_from([None, "prompt"]),
    st.integers(0, 3),
)
def test_debias(data, method, center, verbosity):
    rewards, _, groups = data
    fitted = finite_or_sentence(
        lambda: debias.fit(rewards, verbosity, method, center=center, groups=groups)
    )
    if fitted is not None:
        assert np.isfinite(fitted.matrix).all()
        assert (np.abs([*fitted.before, *fitted.after]) <= 1 + 1e-9).all()


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tables())
def test_fixed_weights(data):
    differences, _, groups = data
    for fit in (gating.fit_fixed, gating.best_single):
        found = finite_or_sentence(lambda fit=fit: fit(differences, groups))
        if found is not None:
            assert found.weights.sum() == pytest.approx(1)
            assert (found.weights >= 0).all()


SHORT = gating.GateSettings(steps=3, batch=8, hidden=(4,))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(tables(SOME), st.booleans())
def test_gate(data, standardize):
    prompts, differences, groups = data
    settings_ = dataclasses.replace(SHORT, standardize=standardize)
    gate = finite_or_sentence(lambda: gating.fit(prompts, differences, groups, preset=settings_))
    if gate is not None:
        weights = finite_or_sentence(lambda: gate.weights(prompts))
        assert weights is None or np.allclose(weights.sum(axis=1), 1)
        finite_or_sentence(lambda: gate.weights(np.full_like(prompts, 3e38)))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tables(), st.floats(0, 2), st.integers(0, 9))
def test_evaluation(data, beta, seed):
    first, second, groups = data
    second = np.resize(second, first.shape) if second.size else np.zeros_like(first)
    names = [f"o{index}" for index in range(first.shape[1])]
    column, other = first.sum(axis=1), second.sum(axis=1)
    options: dict[str, Any] = {"resamples": 7}
    for call in (
        lambda: evaluate.rating_quality(first, with_holes(second, seed), groups, names, **options),
        lambda: evaluate.bootstrap_mean(column, groups, weights=np.abs(other), **options),
        lambda: evaluate.bootstrap_mean(column, groups, **options),
        lambda: evaluate.accuracy(column, groups, **options),
        lambda: evaluate.paired_difference(column > 0, other > 0, groups, **options),
        lambda: evaluate.log_loss(column, beta),
        lambda: evaluate.spearman(column, other),
        lambda: evaluate.pearson(column, other),
        lambda: debias.bias_report(first, second, 0, np.abs(column), groups, names),
    ):
        with np.errstate(over="ignore"):
            found = finite_or_sentence(call)
        if isinstance(found, dict | list | float):
            plain(found)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(8, 60))
def test_fixed_weights_are_those_of_scipy(seed, objectives, pairs):
    rng = np.random.default_rng(seed)
    differences = rng.normal(size=(pairs, objectives)) + 0.2
    train = gating.fit_fixed(differences, ["p0"] * pairs)

    def loss(u: np.ndarray) -> float:
        return float(np.logaddexp(0, -differences @ u).mean() + 0.5e-8 * (u @ u))

    start = np.full(objectives, 0.5)
    found = minimize(loss, start, bounds=[(0, None)] * objectives, tol=1e-12)
    ours = loss(train.weights * train.beta)
    if not any("uniform" in note for note in train.notes):
        # Where all pairs can be ranked right the ridge decides, and the solver scales its own.
        separable = any("every training pair right" in note for note in train.notes)
        assert ours <= found.fun + (1e-3 if separable else 1e-6)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 30), st.booleans())
def test_the_debiasing_root_is_that_of_brute_force(seed, rows, whole):
    rng = np.random.default_rng(seed)
    rewards = rng.normal(size=(rows, 2))
    rewards = np.round(rewards * 2) if whole else rewards
    if np.ptp(rewards[:, 1]) == 0 or np.ptp(rewards[:, 0]) == 0:
        return
    fitted = debias.fit(rewards, 1)
    # The correlation changes only where two rows tie: look between and at all of these places.
    first, second = np.triu_indices(rows, 1)
    rises = np.subtract(rewards[first, 1], rewards[second, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        ties = np.unique((rewards[first, 0] - rewards[second, 0])[rises != 0] / rises[rises != 0])
    places = np.concatenate([ties, (ties[1:] + ties[:-1]) / 2, [ties[0] - 1, ties[-1] + 1]])
    left = {
        place: evaluate.spearman(rewards[:, 0] - place * rewards[:, 1], rewards[:, 1])
        for place in places
    }
    assert fitted.penalties[0] >= max(p for p, value in left.items() if value > 1e-9) - 1e-9
    assert fitted.penalties[0] <= min(p for p, value in left.items() if value < -1e-9) + 1e-9
