from __future__ import annotations

import pytest

from armo.data.sets.preferences.pair import CONTRADICTED, EQUAL_SCORES
from armo.data.sets.preferences.preference_collection import FROM_OUTPUT
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import collection

NAME = "preference-collection"


def test_the_named_response_is_chosen():
    a_wins = collection(orig_preference="A", output="[RESULT] A", orig_score_A="5", orig_score_B=4)
    made = convert(NAME, [collection(), a_wins])
    assert made.texts() == [("Apple.", "Stone."), ("Stone.", "Apple.")]
    assert made.pairs[0].prompt == [{"role": "user", "content": "Name a fruit."}]
    assert made.pairs[0].meta == {
        "chosen_score": 4,
        "rejected_score": 1,
        "margin": 3,
        "criteria": "Is it a fruit?",
    }
    assert not made.notes


def test_the_rubric_can_stand_in_the_prompt():
    made = convert(NAME, [collection()], with_rubric=True)
    assert made.pairs[0].prompt[0]["content"].endswith("Is it a fruit?")
    assert (
        "orig_criteria"
        in convert(NAME, [collection(orig_criteria=None)], with_rubric=True).reason()
    )


def test_the_preference_is_read_from_the_output_where_it_is_not_named():
    made = convert(NAME, [collection(orig_preference=None)])
    assert made.texts() == [("Apple.", "Stone.")]
    assert made.notes == {FROM_OUTPUT: 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"orig_preference": "A"}, "it says A, but the output ends with B"),
        ({"orig_preference": "C"}, "expected A or B, got 'C'"),
        (
            {"orig_preference": None, "output": "B is best."},
            "orig_preference: the field is missing",
        ),
        ({"orig_preference": 1}, "orig_preference: expected text"),
        ({"orig_response_A": "Apple."}, "are equal"),
        ({"orig_instruction": None}, "orig_instruction: the field is missing"),
    ],
)
def test_rows_without_a_clear_preference_are_rejected(changes, reason):
    made = convert(NAME, [collection(**changes)])
    assert not made.pairs
    assert reason in made.reason()


def test_scores_that_do_not_follow_the_preference_are_noted():
    rows = [
        collection(orig_score_A="5"),
        collection(orig_score_A="4"),
        collection(orig_score_A=None),
    ]
    made = convert(NAME, rows)
    assert len(made.pairs) == 3
    assert made.notes == {CONTRADICTED: 1, EQUAL_SCORES: 1}
