from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armo.benchmark.misjudged import deciding


def fewest(parts: list[int]) -> int | None:
    """Return how many parts must go, at least, before the sum is above zero; None if that can't be."""
    for count in range(len(parts) + 1):
        for gone in combinations(range(len(parts)), count):
            if sum(part for index, part in enumerate(parts) if index not in gone) > 0:
                return count
    return None


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=7))
def test_the_fewest_objectives_that_decide_a_pair_worst_first(parts):
    found = deciding(np.array(parts, dtype=float))
    taken = [parts[index] for index in found]
    assert taken == sorted(taken)
    assert all(part < 0 for part in taken)
    count = fewest(parts)
    if count is None:
        assert sorted(found) == [index for index, part in enumerate(parts) if part < 0]
    else:
        assert len(found) == count
        assert sum(parts) - sum(taken) > 0
