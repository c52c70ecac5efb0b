from __future__ import annotations

import pytest

from armo.data.sets.preferences.shp import CLOSE, MANY
from armo.errors import InputError
from tests.data.sets.preferences.converting import convert
from tests.data.sets.preferences.raw_rows_of import shp


def test_labels_say_which_comment_is_preferred():
    b_wins = shp(labels=0, score_A=2, score_B=7, history="Another post")
    made = convert("shp", [shp(), b_wins])
    assert made.texts() == [("It rose too long.", "No idea."), ("No idea.", "It rose too long.")]
    assert made.pairs[0].meta == {
        "chosen_score": 9,
        "rejected_score": 3,
        "margin": 6,
        "score_ratio": 3,
        "post_id": "p1",
        "domain": "askbaking_train",
    }


def test_close_votes_are_counted_not_rejected():
    rows = [shp(score_A=6), shp(score_A=7)]  # 6 : 3 is exactly 2, which is not above it
    made = convert("shp", rows)
    assert [pair.meta["chosen_score"] for pair in made.pairs] == [7]
    assert made.notes == {CLOSE: 1}
    assert not made.rejects
    assert len(convert("shp", rows, min_ratio=1.5).pairs) == 2


def test_a_post_gives_at_most_five_pairs():
    rows = [shp(human_ref_A=f"Answer {n}") for n in range(7)] + [shp(history="Another post")]
    made = convert("shp", rows)
    assert len(made.pairs) == 6
    assert made.pairs[-1].prompt[0]["content"] == "Another post"
    assert made.notes == {MANY: 2}
    assert len(convert("shp", rows, per_prompt=1).pairs) == 2


def test_pairs_left_out_do_not_use_up_a_posts_share():
    rows = [shp(score_A=4), shp(human_ref_A=""), shp()]
    made = convert("shp", rows, per_prompt=1)
    assert len(made.pairs) == 1
    assert made.notes == {CLOSE: 1}
    assert "response is empty" in made.reason()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels": 0}, "labels: comment B is preferred, but scores 3 and the other 9"),
        ({"score_A": 3}, "labels: comment A is preferred, but scores 3 and the other 3"),
        ({"labels": 2}, "labels: expected 1 (A preferred) or 0 (B), got 2"),
        ({"labels": True}, "labels: expected 1"),
        ({"score_A": "many"}, "score_A: expected a number"),
        ({"human_ref_B": "It rose too long."}, "the two responses are equal"),
        ({"history": None}, "history: the field is missing"),
    ],
)
def test_rows_at_odds_with_themselves_are_rejected(changes, reason):
    made = convert("shp", [shp(**changes)])
    assert not made.pairs
    assert reason in made.reason()


def test_scores_of_none_or_fewer_make_no_infinite_ratio():
    made = convert("shp", [shp(score_B=0), shp(score_A=1, score_B=-5, history="Another")])
    assert [pair.meta["score_ratio"] for pair in made.pairs] == [9]
    assert made.notes == {CLOSE: 1}


@pytest.mark.parametrize("options", [{"min_ratio": 0.5}, {"per_prompt": 0}])
def test_options_without_a_meaning_are_refused(options):
    with pytest.raises(InputError, match="'per_prompt' must be of type int, got True"):
        convert("shp", [shp()], per_prompt=True)
    with pytest.raises(InputError, match="must be at least 1"):
        convert("shp", [shp()], **options)
