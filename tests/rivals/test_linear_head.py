"""The linear Bradley–Terry head against scikit-learn's logistic regression."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from armo.backbone import Backbone
from armo.errors import DataError, InputError
from armo.rivals.linear import LinearHead, fit_differences, linear_model
from armo.splits import TEST, TRAIN, VALIDATION


def planted(seed: int, pairs: int = 300, hidden: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Return differences of which each pair's sign follows a hidden direction, with noise, and splits."""
    random = np.random.default_rng(seed)
    differences = random.normal(size=(pairs, hidden)) * random.uniform(0.1, 10, hidden)
    margins = differences @ random.normal(size=hidden) / differences.std(axis=0).mean()
    signs = np.where(random.logistic(size=pairs) < margins, 1, -1)
    splits = random.choice([TRAIN, VALIDATION, TEST], pairs, p=[0.7, 0.2, 0.1])
    splits[0] = TRAIN
    return (differences * signs[:, None]).astype(np.float32), splits.astype(np.int8)


def reference(differences: np.ndarray, weight: np.ndarray, alpha: float) -> np.ndarray:
    """Return scikit-learn's solution of the same problem, on raw features."""
    scale = np.sqrt(np.average(differences.astype(float) ** 2, axis=0, weights=weight))
    both = np.concatenate([differences, -differences]) / scale
    model = LogisticRegression(C=1 / alpha, fit_intercept=False, tol=1e-12, max_iter=5000)
    labels = np.repeat([1, 0], len(differences))
    model.fit(both, labels, sample_weight=np.tile(weight, 2) / 2)
    return model.coef_[0] / scale


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 30.0]), st.booleans())
def test_it_is_the_optimum_of_the_penalised_loss(seed: int, alpha: float, weighted: bool) -> None:
    differences, splits = planted(seed)
    random = np.random.default_rng(seed)
    weight = random.uniform(0.1, 3, len(splits)) if weighted else np.ones(len(splits))
    train = splits == TRAIN
    head = fit_differences(differences, splits, [alpha], weight)
    # Both orders of a pair stand in its rows, each with half the weight.
    expected = reference(differences[train], weight[train], alpha)
    np.testing.assert_allclose(head.weight, expected, rtol=2e-3, atol=1e-5)
    assert head.gradient < 1e-5


def test_the_penalty_is_the_one_with_the_least_validation_loss() -> None:
    differences, splits = planted(3)
    head = fit_differences(differences, splits)
    assert head.losses[head.alpha] == min(head.losses.values())
    held = differences[splits == VALIDATION] @ head.weight.astype(float)
    assert np.logaddexp(0, -held).mean() == pytest.approx(head.losses[head.alpha], rel=1e-5)
    assert (held > 0).mean() > 0.7


def test_test_pairs_are_not_looked_at() -> None:
    differences, splits = planted(4)
    changed = differences.copy()
    changed[splits == TEST] *= -100
    first, second = (fit_differences(given, splits).weight for given in (differences, changed))
    np.testing.assert_array_equal(first, second)


def test_the_edge_of_the_grid_is_told() -> None:
    differences, splits = planted(5)
    assert "edge" in fit_differences(differences, splits, [1e5, 1e6]).notes[0]


def test_without_validation_pairs_that_is_told() -> None:
    differences, _ = planted(6)
    head = fit_differences(differences, np.full(len(differences), TRAIN, dtype=np.int8))
    assert any("held out" in note for note in head.notes)


def test_what_cannot_be_fitted_is_refused() -> None:
    differences, splits = planted(7)
    with pytest.raises(DataError, match="training split"):
        fit_differences(differences, np.full(len(splits), TEST, dtype=np.int8))
    with pytest.raises(InputError, match="alphas"):
        fit_differences(differences, splits, [0.0])
    with pytest.raises(InputError, match="sample_weight"):
        fit_differences(differences, splits, sample_weight=-np.ones(len(splits)))
    differences[0, 0] = np.nan
    with pytest.raises(InputError, match="finite"):
        fit_differences(differences, splits)


def test_the_model_scores_with_the_head(tiny: Backbone) -> None:
    weight = np.random.default_rng(0).normal(size=tiny.hidden_size).astype(np.float32)
    model = linear_model(LinearHead(weight, 1.0, {1.0: 0.5}, 0.0), tiny)
    conversation = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    features = tiny.read([tiny.encode(conversation)]).response[0]
    assert model.score([conversation])[0] == pytest.approx(float(features @ weight), abs=1e-5)
