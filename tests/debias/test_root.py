import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.debias.root import zero_of_step
from armo.errors import InputError


@given(st.floats(-50, 50), st.floats(0, 20))
def test_takes_the_middle_of_the_plateau(start, width):
    middle = zero_of_step(lambda x: float(x < start) - float(x > start + width))
    assert middle == pytest.approx(start + width / 2, abs=1e-10)


@given(st.floats(-1e6, 1e6), st.integers(1, 1000))
def test_finds_the_jump(place, ratio):
    found = zero_of_step(lambda x: float(ratio) if x < place else -1.0)
    assert found == pytest.approx(place, rel=1e-12, abs=1e-12)


def test_needs_few_evaluations_where_steps_are_small():
    calls = 0

    def staircase(x):
        nonlocal calls
        calls += 1
        return -float(np.floor(1e9 * np.tanh(x - 0.3))) - 0.5

    assert zero_of_step(staircase) == pytest.approx(0.3, abs=1e-8)
    assert calls < 25


def test_gives_up_with_a_sentence():
    with pytest.raises(InputError, match="outliers"):
        zero_of_step(lambda x: 1.0)
