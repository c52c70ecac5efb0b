from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.errors import InputError
from armo.objectives import Objective


def test_the_published_map_of_helpsteer():
    objective = Objective(name="helpsteer-helpfulness", low=0, high=4, unit_low=0.1, unit_high=0.9)
    ratings = np.arange(5.0)
    np.testing.assert_allclose(objective.to_unit(ratings), (ratings + 0.5) / 5)


@given(st.floats(-100, 100), st.floats(0.5, 50), st.floats(-200, 200))
def test_maps_invert_each_other(low, span, rating):
    objective = Objective(name="x", low=low, high=low + span)
    assert objective.to_native(objective.to_unit(rating)) == pytest.approx(rating, abs=1e-9)
    assert objective.to_unit(low) == pytest.approx(0)
    assert objective.to_unit(low + span) == pytest.approx(1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 1, "high": 1},
        {"low": 2, "high": 1},
        {"low": 0, "high": float("inf")},
        {"low": 0, "high": 1, "unit_low": 1.0},
        {"name": " ", "low": 0, "high": 1},
    ],
)
def test_scales_that_are_none_are_refused(wrong):
    with pytest.raises(InputError):
        Objective(**{"name": "x"} | wrong)
