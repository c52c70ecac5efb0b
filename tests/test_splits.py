from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armo.splits import group_of, split_codes


def test_proportions_are_80_10_10():
    codes = split_codes(range(20_000))
    shares = np.bincount(codes) / len(codes)
    np.testing.assert_allclose(shares, [0.8, 0.1, 0.1], atol=0.01)


@given(st.lists(st.text(max_size=5), max_size=30), st.lists(st.text(max_size=5), max_size=30))
def test_new_data_never_moves_a_prompt(old, new):
    before = split_codes(old)
    after = split_codes([*new, *old])[len(new) :]
    np.testing.assert_array_equal(before, after)


def test_a_split_is_the_same_in_every_process_and_version():
    # Fixed figures: if these change, every saved split changes with them.
    found = split_codes([f"p{number}" for number in range(12)])
    assert found.tolist() == [0, 2, 1, 0, 1, 0, 2, 0, 1, 0, 0, 1]


def test_trivial_copies_of_a_prompt_are_one_group():
    assert group_of("What  is\nthis?") == group_of(" what is THIS? ")
    assert group_of("What is this?") != group_of("What is that?")
