from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from armo.data.keys import KeySet


@given(st.lists(st.text(max_size=3) | st.integers(0, 3000).map(str), max_size=4000))
def test_it_tells_new_texts_as_a_set_does(texts):
    keys, known = KeySet(), set()
    for text in texts:
        assert keys.add(text) == (text not in known)
        known.add(text)
    assert len(keys) == len(known)
    assert all(text in keys for text in known)
    assert "never added" not in keys


def test_it_grows_and_stays_small():
    keys = KeySet()
    assert all(keys.add(f"row {number}") for number in range(50_000))
    assert not any(keys.add(f"row {number}") for number in range(50_000))
    assert len(keys) == 50_000
    assert sys.getsizeof(keys._table) < 27 * 50_000


def test_lone_surrogates_are_texts_as_well():
    keys = KeySet()
    assert keys.add("\ud800")
    assert not keys.add("\ud800")
