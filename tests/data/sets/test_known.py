"""Options of a known set, checked before a row is read."""

from __future__ import annotations

import pytest

from armo.data.sets import Tally, find_set
from armo.data.sets.known import Kind
from armo.errors import InputError


def refused(name: str, kind: Kind, option: str, value: object) -> str:
    """Return the sentence by which an option is refused."""
    with pytest.raises(InputError) as caught:
        find_set(name, kind).convert([], Tally(lambda _: None), {option: value})
    return str(caught.value)


def test_a_set_without_options_says_so():
    assert refused("helpsteer", "ratings", "x", 1) == (
        "set 'helpsteer': unknown option 'x'; the set has no options"
    )


def test_a_set_with_options_names_them():
    assert refused("shp", "preferences", "per_post", 3).endswith("known: min_ratio, per_prompt")


@pytest.mark.parametrize(("option", "kind"), [("per_prompt", "int"), ("min_ratio", "float")])
def test_true_is_no_number(option, kind):
    sentence = refused("shp", "preferences", option, True)
    assert sentence == f"set 'shp': option '{option}' must be of type {kind}, got True"


def test_a_whole_number_is_a_float():
    find_set("shp", "preferences").convert([], Tally(lambda _: None), {"min_ratio": 3})
