"""What holds for every rating set: a good row converts, and nothing but a reject comes of a bad one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.data.dataset import infer_objectives
from armo.data.sets.ratings import PREFERENCE_EXTRAS, SETS
from armo.paper import SCALES
from tests.data.sets.ratings import raw_rows as rows
from tests.data.sets.ratings.converting import convert

GOOD: dict[str, dict[str, Any]] = {
    "helpsteer": rows.helpsteer(),
    "helpsteer2": rows.helpsteer2(),
    "helpsteer3": rows.helpsteer3(),
    "ultrafeedback": rows.ultrafeedback(),
    "beavertails-30k": rows.beavertails("self_harm"),
    "feedback-collection": rows.feedback_collection(),
    "capybara": rows.capybara(),
    "openorca": rows.openorca(),
    "math": rows.mathematics(),
    "code-ultrafeedback": rows.code_ultrafeedback(),
    "armorm": rows.armorm(),
}
ALL = [*SETS, *PREFERENCE_EXTRAS]

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
    | st.sampled_from(["N/A", "3", "[RESULT] 3", "<extra_id_1>User\n", "alpha", 10**400])
)  # fmt: skip


def json_values(names: list[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(names) | st.text(max_size=2), inner, max_size=4)
        ),
        max_leaves=8,
    )


def field_names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for inner in value.values() for name in field_names(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in field_names(inner)}
    return set()


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container of a row with every key or index in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, child in inner:
        found.append((value, key))
        if isinstance(child, dict | list):
            found += places(child)
    return found


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.name)
def test_good_rows_convert_and_pass_their_check(known):
    made = convert(known, GOOD[known.name], GOOD[known.name])
    assert len(made.rows) >= 2
    assert not made.rejects


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.name)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_fields_make_an_adapter_raise(known, data):
    names = sorted(field_names(GOOD[known.name]))
    values = json_values(names)
    raw = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=2), values))
    made = convert(known, raw)
    assert made.rows or made.rejects


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.name)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_change_to_a_good_row_makes_an_adapter_raise(known, data):
    raw = json.loads(json.dumps(GOOD[known.name]))
    container, key = data.draw(st.sampled_from(places(raw)))
    container[key] = data.draw(json_values(sorted(field_names(raw))))
    made = convert(known, raw)
    assert made.rows or made.rejects


def test_the_sets_of_the_paper_rate_its_objectives_and_no_others():
    rated = {name for known in SETS if known.paper for name in known.objectives}
    assert rated == set(SCALES)
    assert len({known.name for known in ALL}) == len(ALL)


def test_all_sets_of_the_paper_combine_without_a_clash_of_scales():
    combined = [
        row for known in SETS if known.paper for row in convert(known, GOOD[known.name]).rows
    ]
    for objective in infer_objectives(combined):
        assert (objective.low, objective.high) == SCALES[objective.name]


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.name)
def test_every_set_says_what_it_is(known):
    assert known.licence
    assert known.layout
    assert known.hub.count("/") == 1
    assert known.kind == "preferences" or known.objectives
    real = {"helpsteer", "helpsteer2"}
    assert (known.tested_on == "real rows") == (known.name in real)
