from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo.data.raw import raw_rows
from armo.data.sets.preferences import SETS
from tests.data.sets.preferences.converting import BY_NAME, convert
from tests.data.sets.preferences.raw_rows_of import good_rows

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    # What the fields of these layouts may hold, each where it does not belong.
    | st.sampled_from(
        ["5", "N/A", "A", "user", "assistant", "\n\nHuman: x\n\nAssistant: y", 10**400]
    )
)


def any_json(names: list[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=4)
        ),
        max_leaves=10,
    )


def names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set()


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container with every key or index of it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, held in list(inner):
        yield value, key
        if isinstance(held, dict | list):
            yield from places_in(held)


def accounted(name: str, rows: list[dict[str, Any]]) -> None:
    """Convert rows: nothing raises, and what becomes no pair is told of."""
    made = convert(name, rows)
    json.dumps([pair.meta for pair in made.pairs], allow_nan=False)
    assert made.pairs or made.rejects or made.notes


@pytest.mark.parametrize("name", BY_NAME)
def test_good_rows_become_pairs(name):
    made = convert(name, good_rows(name))
    assert made.pairs
    assert not made.rejects


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_object_is_accounted_for(name, data):
    names = sorted(names_in(good_rows(name)))
    row = st.dictionaries(st.sampled_from(names), any_json(names), max_size=6)
    accounted(name, data.draw(st.lists(row, min_size=1, max_size=2)))


@pytest.mark.parametrize("name", BY_NAME)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_good_row_with_one_field_changed_is_accounted_for(name, data):
    rows = json.loads(json.dumps(good_rows(name)))
    holder, key = data.draw(st.sampled_from(list(places_in(rows[-1]))))
    holder[key] = data.draw(any_json(sorted(names_in(rows))))
    accounted(name, rows)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_good_row_without_one_of_its_fields_is_accounted_for(name):
    for number in range(len(list(places_in(good_rows(name)[-1])))):
        rows = json.loads(json.dumps(good_rows(name)))
        holder, key = list(places_in(rows[-1]))[number]
        del holder[key]
        accounted(name, rows)


def test_names_are_unique_and_everything_is_told():
    assert len(BY_NAME) == len(SETS)
    for known in SETS:
        assert known.kind == "preferences"
        assert known.hub.count("/") == 1
        assert known.licence
        assert known.layout
        assert not known.objectives


def test_the_papers_ten_sets_are_marked_with_its_counts():
    paper = {known.name: known.paper_rows for known in SETS if known.paper}
    assert paper == {
        "helpsteer-standard": 37_000,
        "ultrafeedback-standard": 340_000,
        "shp-standard": 93_000,
        "hh-helpful-standard": 115_000,
        "hh-harmless-standard": 42_000,
        "pku-saferlhf-30k-standard": 27_000,
        "capybara-standard": 15_000,
        "math-standard": 2_400,
        "code-ultrafeedback-standard": 50_000,
        "prm800k": 80_000,
        "prometheus2-standard": 200_000,
    }


def test_options_have_defaults():
    assert BY_NAME["helpsteer"].option_defaults() == {"by": "helpfulness", "min_gap": 0.0}
    assert BY_NAME["shp"].option_defaults() == {"min_ratio": 2.0, "per_prompt": 5}
    assert BY_NAME["pku-saferlhf-30k"].option_defaults() == {"by": "better"}
    assert BY_NAME["armorm-80k"].option_defaults() == {}


REAL = os.environ.get("ARMO_RAW_SAMPLES", "")


@pytest.mark.skipif(not REAL, reason="ARMO_RAW_SAMPLES does not name a folder of real rows")
@pytest.mark.parametrize(
    ("name", "pattern"),
    [("hh-harmless-base", "hh-rlhf/*.jsonl"), ("pku-saferlhf-30k", "PKU*/*.json")],
)
def test_real_rows_become_pairs(name, pattern):
    files = sorted(Path(REAL).glob(pattern))
    assert files
    rows = [decode() for path in files for _, decode in raw_rows(path, dict)]
    made = convert(name, rows)
    assert len(made.pairs) + len(made.rejects) == len(rows)
    assert len(made.pairs) > 0.9 * len(rows)
