"""Reading fields: what is missing, and from what."""

from __future__ import annotations

import pytest

from armo.data.sets.fields import required, text, whole
from armo.errors import DataError


def reason(raw: dict, *holder: str) -> str:
    """Return why the field `a` can't be read."""
    with pytest.raises(DataError) as caught:
        text(raw, "a", *holder)
    return str(caught.value)


def test_a_field_that_is_not_there_is_told_with_those_that_are():
    assert reason({"b": 1, "c": 2}) == "a: the field is missing; the row has b, c"
    assert reason({}, "annotations[2]") == "a: the field is missing; annotations[2] has no fields"


def test_a_field_that_is_null_is_not_said_to_be_among_them():
    assert reason({"a": None, "b": 1}) == "a: the field is missing: the row has it, but it is null"
    assert reason({"a": None}, "question").endswith("question has it, but it is null")


@pytest.mark.parametrize("value", [0, False, "", []])
def test_what_is_empty_is_there(value):
    assert required({"a": value}, "a") == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2, 2), (2.0, 2), ("2", 2), (" 2.0 ", 2), (-1, -1), (2.5, None), (True, None), (None, None),
     ("two", None), (float("nan"), None), (float("inf"), None), (10**400, None), ([2], None)],
)  # fmt: skip
def test_whole_numbers_of_any_type(value, expected):
    found = whole(value)
    assert found == expected
    assert found is None or type(found) is int
