from __future__ import annotations

import os
from pathlib import Path

import pytest

from armo.data.raw import raw_rows
from armo.data.sets.ratings.beavertails import BEAVERTAILS_30K
from tests.data.sets.ratings.converting import convert, without
from tests.data.sets.ratings.raw_rows import beavertails
from tests.tiny import chat

SAFE = "beavertails-is_safe"


def test_safe_and_unsafe_rows_of_one_prompt():
    made = convert(BEAVERTAILS_30K, beavertails(), beavertails("privacy_violation", "self_harm"))
    safe, unsafe = made.rows
    assert safe.messages == chat("How do locks work?", "Pins hold the cylinder.")
    assert (safe.ratings, unsafe.ratings) == ({SAFE: 1}, {SAFE: 0})
    assert unsafe.scale == {SAFE: (0, 1)}
    assert unsafe.meta == {"harms": ["privacy_violation", "self_harm"]}
    assert safe.split_group() == unsafe.split_group()
    assert (made.rejects, made.notes) == ([], {})


def test_is_safe_is_derived_from_the_harms_where_it_is_missing():
    raws = [without(row, "is_safe") for row in (beavertails(), beavertails("self_harm"))]
    made = convert(BEAVERTAILS_30K, *raws)
    assert [row.ratings[SAFE] for row in made.rows] == [1, 0]
    assert made.noted("is_safe is missing") == 2


@pytest.mark.parametrize(("given", "expected"), [("True", 1), ("false", 0), (1, 1), ("0", 0)])
def test_yes_and_no_as_tables_write_them(given, expected):
    made = convert(BEAVERTAILS_30K, without(beavertails(), "category") | {"is_safe": given})
    assert made.rows[0].ratings == {SAFE: expected}


def test_a_contradiction_is_noted_and_is_safe_kept():
    made = convert(BEAVERTAILS_30K, beavertails("self_harm") | {"is_safe": True}, beavertails())
    assert [row.ratings[SAFE] for row in made.rows] == [1, 1]
    assert made.noted("contradict") == 1


def test_the_layout_with_one_harm_by_name():
    raw = {"prompt": "p", "response": "r", "category": "terrorism,organized_crime"}
    made = convert(BEAVERTAILS_30K, raw)
    assert made.rows[0].ratings == {SAFE: 0}
    assert made.noted("one harm by name") == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (without(beavertails(), "is_safe", "category"), "is_safe: the field is missing, and so is"),
        (without(beavertails(), "is_safe") | {"category": {}}, "is_safe: the field is missing"),
        (beavertails() | {"is_safe": "perhaps"}, "is_safe: expected true or false, got str"),
        (beavertails() | {"is_safe": 0.5}, "is_safe: expected true or false, got float"),
        (beavertails() | {"is_safe": []}, "is_safe: expected true or false, got list"),
        (beavertails() | {"category": ["self_harm"]}, "category: expected 14 harms"),
        (beavertails() | {"category": {"self_harm": None}}, "category.self_harm: expected true or"),
        (beavertails() | {"category": "self-harm"}, "did you mean 'self_harm'"),
        (beavertails() | {"response": ""}, "response is empty"),
        (without(beavertails(), "prompt"), "prompt: the field is missing"),
    ],
)
def test_broken_rows_are_rejected(raw, reason):
    made = convert(BEAVERTAILS_30K, raw)
    assert not made.rows
    assert reason in made.reasons[0]


@pytest.mark.skipif(
    "ARMO_RAW_SAMPLES" not in os.environ, reason="ARMO_RAW_SAMPLES names no folder of real rows"
)
def test_real_rows_of_the_layout_with_one_harm():
    path = Path(os.environ["ARMO_RAW_SAMPLES"], "BeaverTails", "artkit-sample.50.csv")
    made = convert(BEAVERTAILS_30K, *(decode() for _, decode in raw_rows(path, dict)))
    assert len(made.rows) == 50
    assert {row.ratings[SAFE] for row in made.rows} == {0}
    assert made.noted("one harm by name") == 50
