"""Statistics add up: any partition, any order, the same result and bounded memory."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regression_problems import make, problems

from armo.errors import InputError
from armo.regression import Block, Statistics, accumulate, blocks_of, fit, fit_blocks, solve
from armo.regression import block as block_module


def cut(problem, points):
    edges = [0, *sorted(point % len(problem.features) for point in points), len(problem.features)]
    return [
        Block(problem.features[a:b], problem.ratings[a:b], problem.splits[a:b], first_row=a)
        for a, b in pairwise(edges)
    ]


def assert_same(a: Statistics, b: Statistics):
    np.testing.assert_array_equal(a.counts, b.counts)
    for mine, theirs in ((a.train, b.train), (a.validation, b.validation)):
        assert len(mine.sets) == len(theirs.sets)
        for objective in range(a.objectives):
            (x, i), (y, j) = mine.find(objective), theirs.find(objective)
            assert type(x) is type(y)
            if x.count:
                x, y = x.to_gram(), y.to_gram()
                np.testing.assert_allclose(x.feature_mean, y.feature_mean, atol=1e-10)
                np.testing.assert_allclose(x.rating_mean[i], y.rating_mean[j], atol=1e-10)
                np.testing.assert_allclose(x.scatter, y.scatter, atol=1e-9)
                np.testing.assert_allclose(x.cross[:, i], y.cross[:, j], atol=1e-9)
                np.testing.assert_allclose(x.rating_scatter[i], y.rating_scatter[j], atol=1e-10)


cuts = st.lists(st.integers(0, 1000), max_size=6)


@settings(max_examples=80, deadline=None)
@given(problem=problems(), points=cuts, shuffle=st.randoms(use_true_random=False))
def test_any_partition_in_any_order_sums_to_the_whole(problem, points, shuffle):
    blocks = cut(problem, points)
    shuffle.shuffle(blocks)
    assert_same(reduce(add, map(Statistics.of, blocks)), Statistics.of(cut(problem, [])[0]))


@settings(max_examples=40, deadline=None)
@given(problem=problems(), points=st.tuples(st.integers(1, 99), st.integers(1, 99)))
def test_addition_is_associative_and_commutative(problem, points):
    a, b, c = map(Statistics.of, cut(problem, points))
    assert_same((a + b) + c, a + (b + c))
    assert_same(a + b, b + a)


@settings(max_examples=40, deadline=None)
@given(problem=problems(), points=cuts)
def test_fit_blocks_of_any_partition_is_fit(problem, points):
    whole = fit(problem.features, problem.ratings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block_module, "rows_at_once", lambda features: 1)
        parts = fit_blocks(iter(cut(problem, points)))
    np.testing.assert_array_equal(parts.alpha, whole.alpha)
    np.testing.assert_array_equal(parts.counts, whole.counts)
    np.testing.assert_allclose(parts.weight, whole.weight, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(parts.intercept, whole.intercept, rtol=1e-5, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(problem=problems(), points=cuts)
def test_there_is_one_set_for_every_distinct_set_of_rows(problem, points):
    total = reduce(add, map(Statistics.of, cut(problem, points)))
    for split, found in enumerate((total.train, total.validation)):
        observed = ~np.isnan(problem.ratings[problem.splits == split])
        assert len(found.sets) == len({column.tobytes() for column in observed.T})


def test_objectives_that_part_in_a_later_block_keep_what_they_shared():
    together = make(rows=100, features=4, objectives=2)
    apart = make(rows=100, features=4, objectives=2, missing="scattered", seed=1)
    first = Statistics.of(cut(together, [])[0])
    assert len(first.train.sets) == 1
    both = first + Statistics.of(cut(apart, [])[0])
    assert len(both.train.sets) == 2
    for objective in range(2):
        parts = [problem.observed(objective)[0] for problem in (together, apart)]
        moments, _ = both.train.find(objective)
        np.testing.assert_allclose(moments.feature_mean, np.vstack(parts).mean(axis=0))


def test_small_blocks_are_joined_and_rows_are_read_once():
    problem = make(rows=300)
    seen = []

    def stream():
        for block in cut(problem, range(0, 300, 7)):
            seen.append(len(block.features))
            yield block

    joined = list(block_module.gather(stream()))
    assert len(joined) == 1
    assert sum(seen) == len(joined[0].features) == 300
    np.testing.assert_array_equal(joined[0].ratings, problem.ratings)


def test_many_blocks_from_arrays(monkeypatch):
    problem = make(rows=500, missing="by source")
    whole = accumulate(blocks_of(problem.features, problem.ratings))
    monkeypatch.setattr(block_module, "rows_at_once", lambda features: 64)
    assert len(list(blocks_of(problem.features, problem.ratings))) == 8
    assert_same(accumulate(blocks_of(problem.features, problem.ratings)), whole)


def test_statistics_do_not_change_with_the_arrays_they_came_from():
    problem = make(rows=40, features=100)
    statistics = accumulate(blocks_of(problem.features, problem.ratings))
    before = solve(statistics).weight
    problem.features[:] = 0
    problem.ratings[:] = 0
    np.testing.assert_array_equal(solve(statistics).weight, before)


def test_statistics_of_other_data_are_refused():
    a = Statistics.of(cut(make(features=4), [])[0])
    b = Statistics.of(cut(make(features=5), [])[0])
    with pytest.raises(InputError, match="4 features and 3 objectives to statistics of 5 and 3"):
        a + b


def test_blocks_that_disagree_are_refused():
    blocks = [cut(make(features=4), [])[0], cut(make(features=5), [])[0]]
    with pytest.raises(InputError, match="block 1 has 5 features"):
        accumulate(blocks)


def test_no_block_is_refused():
    with pytest.raises(InputError, match="no rows to fit"):
        fit_blocks([])
