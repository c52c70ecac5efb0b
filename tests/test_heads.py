from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from armo.errors import InputError
from tests.heads import random_heads


@given(st.integers(0, 50), st.integers(1, 9), st.sampled_from([1.0, 9.5]))
def test_every_step_fits_the_others(seed, rows, scale):
    heads = random_heads(seed=seed, score_scale=scale)
    generator = np.random.default_rng(seed)
    prompt, response = generator.normal(size=(2, rows, 32)).astype(np.float32)
    judged = heads.judge(prompt, response)
    np.testing.assert_allclose(judged.contributions.sum(axis=1), judged.scores, atol=1e-9)
    np.testing.assert_allclose((judged.coefficients * judged.rewards).sum(axis=1), judged.scores)
    np.testing.assert_allclose(judged.weights.sum(axis=1), 1)
    assert (judged.weights >= 0).all()
    np.testing.assert_allclose(judged.debiased[:, 2], 0, atol=1e-12)
    penalty = np.array([0.4, -0.2])
    np.testing.assert_allclose(
        judged.debiased[:, :2], judged.rewards[:, :2] - penalty * judged.rewards[:, 2:]
    )
    dense = scale * (judged.weights * (judged.rewards @ heads.transform)).sum(axis=1)
    np.testing.assert_allclose(judged.scores, dense)


def test_objectives_that_share_a_name_are_refused():
    heads = random_heads()
    with pytest.raises(InputError, match="repeated: helpful"):
        replace(heads, objectives=(heads.objectives[0],) * 3)


def test_shapes_that_do_not_fit_are_refused():
    heads = random_heads()
    # Where tests check shapes at every call, that check comes first.
    with pytest.raises((InputError, TypeCheckError)):
        replace(heads, intercept=np.zeros(2))
