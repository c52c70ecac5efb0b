from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.training.source_weights import pair_weights

CASES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), min_size=1, max_size=40)


@given(CASES)
def test_equal_gives_every_source_the_same_in_each_split(case):
    sources = [source for source, _ in case]
    splits = np.array([split for _, split in case], dtype=np.int8)
    weights = pair_weights(sources, splits, "equal")
    for split in set(splits.tolist()):
        inside = splits == split
        totals = {
            source: weights[inside & (np.array(sources) == source)].sum()
            for source in set(np.array(sources)[inside].tolist())
        }
        assert np.allclose(list(totals.values()), inside.sum() / len(totals))


def test_pairs_leaves_them_alone_and_numbers_are_ratios():
    sources, splits = ["a", "a", "a", "b"], np.zeros(4, dtype=np.int8)
    assert pair_weights(sources, splits, "pairs").tolist() == [1, 1, 1, 1]
    weights = pair_weights(sources, splits, {"a": 3.0})
    assert weights[:3].sum() == pytest.approx(3 * weights[3])
    assert weights.mean() == pytest.approx(1)
