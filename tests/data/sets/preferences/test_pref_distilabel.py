from __future__ import annotations

import pytest

from armo.data.sets.parts import OLDER_LAYOUT
from armo.data.sets.preferences.distilabel import LOW_SCORE, TIE_STATUS, UNPLACED, UNRATED
from armo.data.sets.preferences.pair import CONTRADICTED
from armo.data.sets.preferences.scored import TIES
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import capybara, math, openorca
from tests.tiny import chat


def test_capybara_keeps_the_history_as_prompt():
    made = convert("capybara", [capybara()])
    assert [turn["content"] for turn in made.pairs[0].prompt] == [
        "Name a fruit.",
        "Apple.",
        "Another?",
    ]
    assert made.texts() == [("Pear.", "Stone.")]
    assert made.pairs[0].meta == {
        "chosen_score": 5,
        "rejected_score": 2,
        "margin": 3,
        "chosen_model": "one",
        "rejected_model": "two",
    }


@pytest.mark.parametrize(("name", "row"), [("capybara", capybara), ("math", math)])
def test_equal_ratings_are_dropped_and_counted(name, row):
    made = convert(name, [row(chosen_rating=3, rejected_rating=3), row()])
    assert len(made.pairs) == 1
    assert made.notes == {TIES: 1}
    assert not made.rejects


@pytest.mark.parametrize(("name", "row"), [("capybara", capybara), ("math", math)])
def test_contradicting_and_missing_ratings_are_kept_and_counted(name, row):
    made = convert(name, [row(chosen_rating=1), row(chosen_rating=None)])
    assert len(made.pairs) == 2
    assert made.notes == {CONTRADICTED: 1, UNRATED: 1}
    assert "margin" not in made.pairs[1].meta


@pytest.mark.parametrize("absent", [{}, {"chosen_rating": None, "rejected_rating": None}])
@pytest.mark.parametrize(("name", "row"), [("capybara", capybara), ("math", math)])
def test_older_names_of_ratings_are_read_alike(name, row, absent):
    older = [
        {field: value for field, value in row().items() if not field.endswith("_rating")}
        | absent
        | {"rating_chosen": chosen, "rating_rejected": rejected}
        for chosen, rejected in ((5, 2), (3, 3), (1, 4))
    ]
    made = convert(name, older)
    assert [pair.meta["margin"] for pair in made.pairs] == [3, -3]
    assert made.notes == {OLDER_LAYOUT: 3, TIES: 1, CONTRADICTED: 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rejected": chat("Another?", "Stone.")}, "4 and 2 messages"),
        (
            {"rejected": [*chat("Name a tree.", "Apple."), *chat("Another?", "Stone.")]},
            "chosen[0], rejected[0]: the conversations differ",
        ),
        ({"chosen": []}, "chosen: the conversation is empty"),
        ({"chosen": "Pear."}, "chosen: expected a list of messages"),
        ({"rejected": capybara()["chosen"]}, "the two responses are equal"),
        ({"rejected": capybara()["chosen"], "rejected_rating": 5}, "the two responses are equal"),
    ],
)
def test_capybara_rows_that_answer_no_one_prompt_are_rejected(changes, reason):
    made = convert("capybara", [capybara(**changes)])
    assert not made.pairs
    assert reason in made.reason()


def test_null_columns_of_messages_do_not_tell_histories_apart():
    row = capybara()
    row["chosen"] = [turn | {"weight": None} for turn in row["chosen"]]
    assert len(convert("capybara", [row]).pairs) == 1


def test_math_pairs_have_one_question():
    made = convert("math", [math()])
    assert made.pairs[0].prompt == [{"role": "user", "content": "What is 2 + 2?"}]
    assert made.pairs[0].meta["margin"] == 5.5
    assert "chosen_response" in convert("math", [math(chosen_response=4)]).reason()


def test_openorca_takes_ratings_in_the_order_of_generations():
    made = convert("openorca", [openorca(), openorca(status="swapped")])
    assert [turn["role"] for turn in made.pairs[0].prompt] == ["system", "user"]
    assert made.texts() == [("Apple.", "Stone.")] * 2
    meta = made.pairs[0].meta
    assert (meta["chosen_score"], meta["rejected_score"], meta["in_gsm8k_train"]) == (9, 2, False)
    assert not made.notes


def test_openorca_drops_ties_and_low_scores_with_a_count():
    rows = [openorca(status="tie"), openorca(chosen_score=6.0), openorca()]
    made = convert("openorca", rows, min_score=8)
    assert len(made.pairs) == 1
    assert made.notes == {TIE_STATUS: 1, LOW_SCORE: 1}


def test_openorca_without_a_system_prompt_or_ratings():
    rows = [
        openorca(system="", rating=None),
        openorca(system=None, generations=["Apple.", "Pear."]),
    ]
    made = convert("openorca", rows)
    assert [len(pair.prompt) for pair in made.pairs] == [1, 1]
    assert all("margin" not in pair.meta for pair in made.pairs)
    assert made.notes == {UNRATED: 1, UNPLACED: 1}


def test_openorca_notes_ratings_against_the_choice_and_rejects_equal_texts():
    made = convert("openorca", [openorca(rating=[9, 2]), openorca(rejected="Apple.")])
    assert made.notes[CONTRADICTED] == 1
    assert "are equal" in made.reason()
