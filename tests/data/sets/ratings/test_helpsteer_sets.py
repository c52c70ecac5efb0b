from __future__ import annotations

import os
from pathlib import Path

import pytest

from armo.data.raw import raw_rows
from armo.data.sets.ratings import PREFERENCE_EXTRAS
from armo.data.sets.ratings.helpsteer import HELPSTEER, HELPSTEER2
from armo.data.sets.ratings.helpsteer3 import HELPSTEER3
from tests.data.sets.ratings import raw_rows as rows
from tests.data.sets.ratings.converting import convert, without
from tests.tiny import chat

ASPECTS = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")


def test_a_row_of_helpsteer():
    made = convert(HELPSTEER, rows.helpsteer())
    row = made.rows[0]
    assert row.messages == chat("Name a river.", "The Danube.")
    assert row.ratings == {
        f"helpsteer-{aspect}": rating
        for aspect, rating in zip(ASPECTS, (3, 4, 4, 1, 0), strict=True)
    }
    assert set(row.scale.values()) == {(0, 4)}
    assert (row.id, made.rejects, made.notes) == ("0", [], {})


def test_one_prompt_with_several_responses_is_several_rows_of_one_group():
    other = rows.helpsteer() | {"response": "The Rhine."}
    first, second = convert(HELPSTEER, rows.helpsteer(), other).rows
    assert first.id != second.id
    assert first.split_group() == second.split_group()


@pytest.mark.parametrize("value", [None, 5, -1, "N/A", float("nan"), True, [3]])
def test_a_rating_that_is_none_is_missing_and_noted(value):
    made = convert(HELPSTEER, rows.helpsteer() | {"coherence": value})
    assert set(made.rows[0].ratings) == {f"helpsteer-{a}" for a in ASPECTS if a != "coherence"}
    assert made.noted("helpsteer-coherence", "counts as missing") == 1


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (without(rows.helpsteer(), "response"), "response: the field is missing"),
        (rows.helpsteer() | {"prompt": 3}, "prompt: expected text, got int"),
        (rows.helpsteer() | {"response": " "}, "response is empty"),
        (without(rows.helpsteer(), *ASPECTS), "none of helpfulness"),
    ],
)
def test_broken_rows_are_rejected(broken, reason):
    made = convert(HELPSTEER, broken, rows.helpsteer())
    assert len(made.rows) == 1
    assert reason in made.reasons[0]
    assert made.rejects[0].where == "raw.jsonl:1"


def test_turns_of_helpsteer2_are_taken_apart():
    made = convert(HELPSTEER2, rows.helpsteer2(), rows.helpsteer())
    several, single = made.rows
    assert several.messages == [
        {"role": "user", "content": "Name a river."},
        {"role": "assistant", "content": "The Danube.\n\nIt is long."},
        {"role": "user", "content": "How long?"},
        {"role": "assistant", "content": "2850 km."},
    ]
    assert single.messages == chat("Name a river.", "The Danube.")
    assert several.ratings["helpsteer2-correctness"] == 4
    assert made.noted("several turns") == 1


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("<extra_id_1>User\nHello.", ["Hello."]),
        ("What does <extra_id_1>User mean?", ["What does <extra_id_1>User mean?"]),
        ("", [""]),
        ("A.\n<extra_id_1>Assistant\nB.\n<extra_id_1>User \r\nC.\n", ["A.", "B.", "C.\n"]),
    ],
)
def test_markers_that_need_care(prompt, expected):
    made = convert(HELPSTEER2, rows.helpsteer2() | {"prompt": prompt})
    assert [message["content"] for message in made.rows[0].messages[:-1]] == expected


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [
        ("A.\n<extra_id_1>User\nB.", "turn 2 is marked 'user', expected 'assistant'"),
        ("<extra_id_1>Assistant\nB.\n<extra_id_1>User\nC.", "turn 1 is marked 'assistant'"),
        ("A.\n<extra_id_1>Assistant\nB.", "nothing to answer"),
        ("A.\n<extra_id_1>Assistant\n\n<extra_id_1>User\nC.", "turn 2, of the assistant, is empty"),
    ],
)
def test_turns_out_of_order_are_rejected(prompt, reason):
    made = convert(HELPSTEER2, rows.helpsteer2() | {"prompt": prompt})
    assert not made.rows
    assert reason in made.reasons[0]


@pytest.mark.parametrize("preference", [-3, -1, 1, 3])
def test_the_sign_of_helpsteer3_tells_the_better_response(preference):
    row = convert(HELPSTEER3, rows.helpsteer3(preference)).rows[0]
    texts = ["Yes, by its tail.", "No idea."]
    chosen, rejected = texts if preference < 0 else reversed(texts)
    assert (row.chosen[0]["content"], row.rejected[0]["content"]) == (chosen, rejected)
    assert row.prompt == rows.TURNS
    assert row.meta == {"domain": "general", "language": "english", "strength": abs(preference)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"overall_preference": 0}, "neither response"),
        ({"overall_preference": 4}, "from -3 to 3, got 4"),
        ({"overall_preference": None}, "overall_preference"),
        ({"context": None}, "context: the field is missing"),
        ({"context": "Hello"}, "context: expected a list of messages"),
        ({"context": rows.TURNS[:2]}, "not the user's"),
        ({"context": []}, "not the user's"),
        ({"response2": ""}, "response is empty"),
        ({"response2": "Yes, by its tail."}, "equal"),
    ],
)
def test_broken_pairs_of_helpsteer3_are_rejected(change, reason):
    made = convert(HELPSTEER3, rows.helpsteer3() | change)
    assert not made.rows
    assert reason in made.reasons[0]


def test_helpsteer3_is_offered_to_the_registry_of_preferences():
    assert PREFERENCE_EXTRAS == (HELPSTEER3,)
    assert HELPSTEER3.kind == "preferences"


@pytest.mark.skipif(
    "ARMO_RAW_SAMPLES" not in os.environ, reason="ARMO_RAW_SAMPLES names no folder of real rows"
)
@pytest.mark.parametrize(
    ("known", "folder", "count"), [(HELPSTEER, "HelpSteer", 2), (HELPSTEER2, "HelpSteer2", 1)]
)
def test_real_rows(known, folder, count):
    files = sorted(Path(os.environ["ARMO_RAW_SAMPLES"], folder).glob("*.jsonl"))
    made = convert(known, *(decode() for path in files for _, decode in raw_rows(path, dict)))
    assert len(made.rows) == count
    assert all(len(row.ratings) == 5 for row in made.rows)
    assert not made.rejects
    assert not made.notes
