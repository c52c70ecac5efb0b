from __future__ import annotations

import pytest

from armo.data.sets.ratings.argilla import CAPYBARA, MATH, OPENORCA
from tests.data.sets.ratings.converting import convert, without
from tests.data.sets.ratings.raw_rows import TURNS, capybara, mathematics, openorca
from tests.tiny import chat

QUALITY, JUDGE = "argilla-overall_quality", "argilla-judge_lm"
FOLLOWING = "ultrafeedback-instruction_following"
ANSWERED = capybara()["rejected"]


def test_both_conversations_of_capybara_are_rated():
    made = convert(CAPYBARA, capybara())
    chosen, rejected = made.rows
    assert (chosen.id, rejected.id) == ("0/chosen", "0/rejected")
    assert chosen.messages == capybara()["chosen"]
    assert rejected.messages[:-1] == TURNS
    assert (chosen.ratings, rejected.ratings) == ({QUALITY: 5}, {QUALITY: 2})
    assert chosen.scale == {QUALITY: (1, 5)}
    assert rejected.meta == {"dataset": "birds", "model": "beta"}
    assert (made.rejects, made.notes) == ([], {})


def test_the_older_layout_of_capybara():
    raw = without(capybara(), "chosen_rating", "rejected_rating")
    made = convert(CAPYBARA, raw | {"rating_chosen": 4, "rating_rejected": 1})
    assert [row.ratings[QUALITY] for row in made.rows] == [4, 1]
    assert made.noted("older layout") == 1


def test_a_rating_that_is_null_is_read_under_its_older_name_and_noted():
    raw = capybara() | {"rejected_rating": None, "rating_rejected": 3}
    made = convert(CAPYBARA, raw)
    assert [row.ratings[QUALITY] for row in made.rows] == [5, 3]
    assert made.noted("older layout") == 1
    maths = mathematics() | {"rejected_rating": None, "rating_rejected": 1}
    assert [row.meta["rating_1_to_10"] for row in convert(MATH, maths).rows][1] == 1


def test_further_columns_of_messages_are_left_out():
    chosen = [message | {"tokens": None} for message in capybara()["chosen"]]
    made = convert(CAPYBARA, capybara() | {"chosen": chosen})
    assert made.rows[0].messages == capybara()["chosen"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rejected": None}, "rejected: the field is missing"),
        ({"rejected": "text"}, "rejected: expected a list of messages"),
        ({"rejected": [None]}, "rejected: expected a list of messages"),
        ({"rejected": []}, "needs a prompt and a response"),
        ({"rejected": TURNS}, "the last message must be the assistant's"),
        ({"rejected": [{"role": "user"}, *ANSWERED]}, "messages[0].content: expected text"),
        ({"rejected": [{"role": "bot", "content": "x"}, *ANSWERED]}, "unknown role 'bot'"),
        ({"rejected_rating": None}, "rejected_rating: expected a rating from 1 to 5, got None"),
        ({"rejected_rating": 6}, "rejected_rating: expected a rating from 1 to 5, got 6"),
    ],
)
def test_a_broken_side_is_rejected_alone(change, reason):
    made = convert(CAPYBARA, capybara() | change)
    assert [row.id for row in made.rows] == ["0/chosen"]
    assert made.rejects[0].id == "0/rejected"
    assert reason in made.reasons[0]


def test_ratings_of_openorca_stand_in_the_order_of_the_generations():
    made = convert(OPENORCA, openorca())
    stone, metal = made.rows
    assert stone.messages == chat("What is iron?", "A stone.", system="You are brief.")
    assert (stone.ratings, metal.ratings) == ({JUDGE: 3}, {JUDGE: 9})
    assert metal.messages[-1]["content"] == "A metal."
    assert metal.meta == {"status": "swapped", "side": "chosen"}
    assert [row.id for row in made.rows] == ["0/0", "0/1"]
    assert stone.scale == {JUDGE: (1, 10)}
    assert (made.rejects, made.notes) == ([], {})


@pytest.mark.parametrize("system", [None, "", "  \n"])
def test_a_blank_system_prompt_is_no_message(system):
    made = convert(OPENORCA, openorca() | {"system": system})
    assert made.rows[0].messages == chat("What is iron?", "A stone.")


def test_ties_of_openorca_are_two_rows():
    made = convert(OPENORCA, openorca() | {"rating": [8.0, 8.0], "status": "tie"})
    assert [row.ratings[JUDGE] for row in made.rows] == [8, 8]
    assert not made.notes


@pytest.mark.parametrize("order", [None, ["chosen"], [{}, []], "chosen"])
def test_an_order_that_says_nothing_is_not_needed(order):
    made = convert(OPENORCA, openorca() | {"order": order})
    assert [row.meta for row in made.rows] == [{"status": "swapped"}] * 2
    assert not made.notes


def test_an_order_that_contradicts_the_ratings_is_noted():
    made = convert(OPENORCA, openorca() | {"order": ["chosen", "rejected"]})
    assert [row.ratings[JUDGE] for row in made.rows] == [3, 9]
    assert made.noted("order and rating contradict") == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rating": None}, "rating: the pair was not rated"),
        ({"rating": [3.0]}, "rating: 1 ratings of 2 generations"),
        ({"rating": []}, "rating: the list is empty"),
        ({"rating": 3.0}, "rating: expected a list, got float"),
        ({"generations": None}, "generations: the field is missing"),
        ({"system": 3}, "system: expected text, got int"),
        ({"input": None}, "input: the field is missing"),
    ],
)
def test_broken_rows_of_openorca_are_rejected(change, reason):
    made = convert(OPENORCA, openorca() | change)
    assert not made.rows
    assert len(made.rejects) == 1
    assert reason in made.reasons[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rating": [None, 9.0]}, "rating[0]: expected a rating from 1 to 10, got None"),
        ({"rating": [11, 9.0]}, "rating[0]: expected a rating from 1 to 10, got 11"),
        ({"generations": [None, "A metal."]}, "expected text"),
        ({"generations": ["", "A metal."]}, "response is empty"),
    ],
)
def test_a_broken_generation_is_rejected_alone(change, reason):
    made = convert(OPENORCA, openorca() | change)
    assert [row.id for row in made.rows] == ["0/1"]
    assert made.rejects[0].id == "0/generations[0]"
    assert reason in made.reasons[0]


def test_ratings_up_to_ten_are_mapped_to_the_scale_of_the_shared_objective():
    middle = mathematics() | {"chosen_rating": 5.5, "rejected_rating": "4"}
    made = convert(MATH, mathematics(), middle)
    assert [row.id for row in made.rows] == ["0/chosen", "0/rejected", "1/chosen", "1/rejected"]
    ratings = [row.ratings[FOLLOWING] for row in made.rows]
    assert ratings == pytest.approx([5, 1, 3, 1 + 4 / 3])
    assert {row.scale[FOLLOWING] for row in made.rows} == {(1, 5)}
    assert made.rows[0].messages == chat("What is 2 + 2?", "4")
    assert made.rows[2].meta == {"rating_1_to_10": 5.5}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"chosen_rating": 0}, "chosen_rating: expected a rating from 1 to 10, got 0"),
        ({"chosen_rating": 10.5}, "chosen_rating: expected a rating from 1 to 10, got 10.5"),
        ({"chosen_rating": None}, "chosen_rating: expected a rating from 1 to 10, got None"),
        ({"chosen_response": None}, "chosen_response: the field is missing"),
        ({"chosen_response": ""}, "response is empty"),
    ],
)
def test_a_broken_side_of_the_mathematics_set(change, reason):
    made = convert(MATH, mathematics() | change)
    assert [row.id for row in made.rows] == ["0/rejected"]
    assert reason in made.reasons[0]


def test_mathematics_without_an_instruction():
    made = convert(MATH, without(mathematics(), "instruction"))
    assert made.reasons[0].startswith("instruction: the field is missing")
