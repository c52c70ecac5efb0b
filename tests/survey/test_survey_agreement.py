"""Disagreement and noise ceiling against brute force, an analysis of variance, and planted noise."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway

from armo.survey.agreement import agreement, reliability
from armo.survey.tables import Ratings, Responses


def tables(ratings: list[list[float]], groups: list[int] | None = None):
    """One response an entry, each rated as often as its entry is long, in shuffled order."""
    flat = [(response, value) for response, values in enumerate(ratings) for value in values]
    order = np.random.default_rng(0).permutation(len(flat))
    keys = np.array([flat[place][0] for place in order], dtype=np.uint64)
    places = keys if groups is None else np.array(groups, dtype=np.uint64)[keys.astype(int)]
    numbers = np.ones(len(flat), dtype=np.int64)
    responses = Responses(
        part=np.zeros(len(flat), dtype=np.int32),
        prompt=keys,
        group=places,
        key=keys,
        characters=numbers,
        words=numbers,
        conversation=numbers,
        parts=[("ratings", "one")],
    )
    rated = Ratings(
        name="a",
        rows=np.arange(len(flat)),
        native=np.array([flat[place][1] for place in order], dtype=np.float64),
        scale=np.zeros(len(flat), dtype=np.int32),
        scales=[(0.0, 4.0)],
    )
    return [rated], responses


_RATINGS = st.lists(st.lists(st.integers(0, 4).map(float), min_size=1, max_size=5), min_size=1)


@settings(max_examples=150, deadline=None)
@given(_RATINGS)
def test_agreement_is_that_of_all_pairs_of_ratings(ratings):
    (found,) = agreement(*tables(ratings))
    repeated = [values for values in ratings if len(values) > 1]
    assert found.responses == len(repeated)
    assert found.ratings == sum(map(len, repeated))
    if not repeated:
        assert found.exact is found.difference is found.ceiling is None
        return
    exact = [np.mean([a == b for a, b in combinations(values, 2)]) for values in repeated]
    apart = [np.mean([abs(a - b) / 4 for a, b in combinations(values, 2)]) for values in repeated]
    assert found.exact == pytest.approx(np.mean(exact))
    assert found.difference == pytest.approx(np.mean(apart))
    assert found.contradicting == sum(max(values) - min(values) >= 2 for values in repeated)


@settings(max_examples=150, deadline=None)
@given(_RATINGS)
def test_reliability_is_that_of_an_analysis_of_variance(ratings):
    repeated = [values for values in ratings if len(values) > 1]
    assume(len(repeated) >= 2)
    assume(any(len(set(values)) > 1 for values in repeated))
    (found,) = agreement(*tables(ratings))
    n, count = len(repeated), sum(map(len, repeated))
    k0 = (count - sum(len(values) ** 2 for values in repeated) / count) / (n - 1)
    f = f_oneway(*repeated).statistic
    assert found.reliability.estimate == pytest.approx((f - 1) / (f - 1 + k0), abs=1e-9)
    ceiling = np.sqrt(max(0, found.reliability.estimate))
    assert found.ceiling.estimate == pytest.approx(ceiling, abs=1e-6)


def test_the_ceiling_is_what_the_truth_itself_reaches():
    rng = np.random.default_rng(1)
    truth = rng.normal(2, 0.6, 4000)
    rated = truth[:, None] + rng.normal(0, 0.5, (4000, 2))
    (found,) = agreement(*tables(rated.tolist()))
    reached = np.corrcoef(np.repeat(truth, 2), rated.ravel())[0, 1]
    assert found.ceiling.estimate == pytest.approx(reached, abs=0.02)
    assert found.ceiling.low < reached < found.ceiling.high
    assert found.ceiling.high - found.ceiling.low < 0.06


def test_the_interval_draws_groups_and_not_responses_or_prompts():
    rng = np.random.default_rng(2)
    rated = (rng.integers(0, 5, (200, 1)) + rng.integers(0, 2, (200, 2))).astype(float).tolist()
    alone = agreement(*tables(rated))[0]
    together = agreement(*tables(rated, groups=[0] * 100 + [1] * 100))[0]
    one = agreement(*tables(rated, groups=[0] * 200))[0]
    assert alone.prompts == together.prompts == one.prompts == 200
    assert alone.ceiling.estimate == together.ceiling.estimate == one.ceiling.estimate
    assert (together.ceiling.low, together.ceiling.high) != (alone.ceiling.low, alone.ceiling.high)
    assert one.ceiling.low is one.ceiling.high is None


def test_raters_who_disagree_more_than_responses_differ_leave_a_ceiling_of_zero():
    (found,) = agreement(*tables([[0.0, 4.0], [4.0, 0.0], [0.0, 4.0]]))
    assert found.reliability.estimate == -1
    assert found.ceiling.estimate == 0


def test_equal_ratings_have_no_ceiling():
    (found,) = agreement(*tables([[3.0, 3.0], [3.0, 3.0]]))
    assert found.exact == 1
    assert found.reliability is None
    assert found.ceiling is None


def test_reliability_does_not_exist_for_one_response():
    assert np.isnan(reliability(np.array([[1.0, 2, 4, 0, 0, 1]]))[0])
