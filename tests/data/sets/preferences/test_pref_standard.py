from __future__ import annotations

import json

import pytest

from armo.data.sets.preferences.pair import CONTRADICTED, EQUAL_SCORES
from armo.data.sets.preferences.standard import CONVERSATIONS, NO_NUMBER, RATINGS, TEXTS
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import standard
from tests.tiny import chat

NAME = "ultrafeedback-standard"


def test_whole_conversations_are_split_before_the_response():
    made = convert(NAME, [standard()])
    assert len(made.pairs[0].prompt) == 3
    assert made.texts() == [("Pear.", "Stone.")]
    assert made.pairs[0].meta == {"chosen_score": 4.5, "rejected_score": 2, "margin": 2.5}
    assert made.notes == {CONVERSATIONS: 1}


@pytest.mark.parametrize("prompt", ["Name a fruit.", chat("Name a fruit.", "x")[:1]])
def test_a_prompt_with_two_texts(prompt):
    made = convert("armorm-80k", [standard(prompt=prompt, chosen="Pear.", rejected="Stone.")])
    assert made.pairs[0].prompt == [{"role": "user", "content": "Name a fruit."}]
    assert made.texts() == [("Pear.", "Stone.")]
    assert made.notes == {TEXTS: 1}


def test_scores_may_be_text_null_absent_or_nonsense():
    absent = {name: value for name, value in standard().items() if "score" not in name}
    rows = [
        standard(chosen_score="5", rejected_score="3"),
        standard(chosen_score=None, rejected_score=None),
        absent,
        standard(chosen_score="N/A"),
        standard(chosen_score=float("nan")),
    ]
    made = convert("code-ultrafeedback-standard", rows)
    assert [pair.meta.get("margin") for pair in made.pairs] == [2, None, None, None, None]
    assert made.notes == {CONVERSATIONS: 5, NO_NUMBER: 2}


def test_scores_that_do_not_follow_the_choice_are_noted():
    made = convert(NAME, [standard(chosen_score=1.0), standard(chosen_score=2.0)])
    assert len(made.pairs) == 2
    assert made.notes == {CONVERSATIONS: 2, CONTRADICTED: 1, EQUAL_SCORES: 1}


@pytest.mark.parametrize(
    "names", [("chosen_rating", "rejected_rating"), ("rating_chosen", "rating_rejected")]
)
def test_scores_may_be_called_ratings(names):
    rows = [
        standard(chosen_score=None, rejected_score=None) | dict(zip(names, pair, strict=True))
        for pair in ((5, 2), ("2", "4"), (3, None))
    ]
    made = convert("capybara-standard", rows)
    assert [pair.meta.get("margin") for pair in made.pairs] == [3, -2, None]
    assert made.notes == {CONVERSATIONS: 3, RATINGS: 3, CONTRADICTED: 1}


def test_a_score_is_not_set_against_a_rating():
    row = standard(rejected_score=None, chosen_rating=3, rejected_rating=1)
    made = convert(NAME, [row])
    assert made.pairs[0].meta == {"chosen_score": 4.5}
    assert RATINGS not in made.notes


def test_scores_beyond_reason_leave_no_infinite_margin():
    made = convert(NAME, [standard(chosen_score=1e308, rejected_score=-1e308)])
    assert "margin" not in made.pairs[0].meta
    json.dumps(made.pairs[0].meta, allow_nan=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rejected": chat("Another?", "Stone.")}, "4 and 2 messages"),
        (
            {"rejected": [*chat("Name a fruit.", "Plum."), *chat("Another?", "Stone.")]},
            "chosen[1], rejected[1]: the conversations differ",
        ),
        ({"rejected": standard()["chosen"]}, "are equal"),
        ({"chosen": "Pear."}, "prompt: the field is missing"),
        ({"chosen": "Pear.", "prompt": "Name one."}, "rejected: expected text, got list"),
        ({"rejected": None}, "rejected: the field is missing"),
        ({"chosen": [*standard()["chosen"], {"role": "user", "content": "x"}]}, "messages"),
    ],
)
def test_broken_rows_are_rejected(changes, reason):
    made = convert(NAME, [standard(**changes)])
    assert not made.pairs
    assert reason in made.reason()
