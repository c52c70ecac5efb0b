from __future__ import annotations

import pytest

from armo.data.sets.ratings.ultrafeedback import ULTRAFEEDBACK
from armo.errors import InputError
from tests.data.sets.ratings.converting import convert, without
from tests.data.sets.ratings.raw_rows import completion, ultrafeedback
from tests.tiny import chat

OVERALL = "ultrafeedback-overall_score"


def rated(**ratings: object) -> dict[str, dict[str, object]]:
    """Return annotations in which every aspect has its rating, 1 by default."""
    aspects = ("instruction_following", "honesty", "truthfulness", "helpfulness")
    return {aspect: {"Rating": ratings.get(aspect, "1")} for aspect in aspects}


def test_every_completion_is_a_row():
    made = convert(ULTRAFEEDBACK, ultrafeedback())
    assert [row.id for row in made.rows] == ["0/alpha", "0/beta", "0/gamma", "0/delta"]
    row = made.rows[1]
    assert row.messages == chat("Explain tides.", "An answer of beta.")
    assert row.ratings == {
        OVERALL: 7.5,
        "ultrafeedback-instruction_following": 4,
        "ultrafeedback-truthfulness": 5,
        "ultrafeedback-honesty": 3,
        "ultrafeedback-helpfulness": 2,
    }
    assert row.scale[OVERALL] == (1, 10)
    assert row.scale["ultrafeedback-honesty"] == (1, 5)
    assert row.meta == {"dataset": "sharegpt", "model": "beta"}
    assert (made.rejects, made.notes) == ([], {})


@pytest.mark.parametrize(
    ("rating", "kind"),
    [("N/A", "no number"), ("", "no number"), (None, "no rating"), ("0", "outside [1, 5]"),
     ("6", "outside [1, 5]"), (7, "outside [1, 5]"), ("nan", "no number")],
)  # fmt: skip
def test_a_rating_that_is_none_is_missing_and_noted(rating, kind):
    raw = ultrafeedback(completion(annotations=rated(honesty=rating)))
    made = convert(ULTRAFEEDBACK, raw)
    assert "ultrafeedback-honesty" not in made.rows[0].ratings
    assert len(made.rows[0].ratings) == 4
    assert made.noted("ultrafeedback-honesty", kind) == 1


@pytest.mark.parametrize("annotations", [None, [], "none", {"honesty": None}, {"honesty": "5"}])
def test_annotations_that_are_not_there_leave_the_overall_score(annotations):
    made = convert(ULTRAFEEDBACK, ultrafeedback(completion(annotations=annotations)))
    assert made.rows[0].ratings == {OVERALL: 7.5}
    assert made.noted("no rating is given") == 4


def test_an_overall_score_outside_its_scale_is_missing():
    made = convert(ULTRAFEEDBACK, ultrafeedback(completion(overall_score=0)))
    assert OVERALL not in made.rows[0].ratings
    assert made.noted(OVERALL, "outside [1, 10]") == 1


def test_fewer_than_four_completions_are_noted():
    made = convert(ULTRAFEEDBACK, ultrafeedback(completion("a"), completion("b")), ultrafeedback())
    assert len(made.rows) == 6
    assert made.noted("fewer than four") == 1


def test_models_that_do_not_tell_completions_apart_give_way_to_positions():
    twice = ultrafeedback(completion("a"), completion("a"), without(completion(), "model"))
    assert [row.id for row in convert(ULTRAFEEDBACK, twice).rows] == ["0/0", "0/1", "0/2"]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (completion("b", response=""), "response is empty"),
        (without(completion("b"), "response"), "response: the field is missing"),
        (completion("b", overall_score=None, annotations=rated() | {
            aspect: {"Rating": "N/A"} for aspect in rated()}), "neither overall_score nor an aspect"),
        (None, "expected an object, got NoneType"),
    ],
)  # fmt: skip
def test_a_completion_that_cannot_be_used_is_rejected_alone(part, reason):
    made = convert(ULTRAFEEDBACK, ultrafeedback(completion("a"), part, completion("c")))
    assert len(made.rows) == 2
    assert made.rejects[0].id == "0/completions[1]"
    assert made.reasons[0].startswith("completions[1]: ")
    assert reason in made.reasons[0]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (without(ultrafeedback(), "instruction"), "instruction: the field is missing"),
        (without(ultrafeedback(), "completions"), "completions: the field is missing"),
        (ultrafeedback() | {"completions": {}}, "completions: expected a list, got dict"),
        (ultrafeedback() | {"completions": []}, "completions: the list is empty"),
    ],
)
def test_broken_rows_are_rejected_whole(raw, reason):
    made = convert(ULTRAFEEDBACK, raw)
    assert not made.rows
    assert reason in made.reasons[0]


def test_an_overall_score_of_ten_with_low_aspects_is_kept_and_counted():
    raw = ultrafeedback(completion(overall_score=10.0, annotations=rated()))
    made = convert(ULTRAFEEDBACK, raw)
    assert made.rows[0].ratings[OVERALL] == 10
    assert made.noted("kept", "fix_ten_for_one") == 1


def test_the_option_takes_it_as_one():
    doubtful = completion("a", overall_score=10.0, annotations=rated(honesty="5"))
    fine = completion("b", overall_score=10.0, annotations=rated(honesty="5", truthfulness="2"))
    lower = completion("c", overall_score=9.0, annotations=rated())
    made = convert(ULTRAFEEDBACK, ultrafeedback(doubtful, fine, lower), fix_ten_for_one=True)
    # The means are 2, 2.25 and 1.
    assert [row.ratings[OVERALL] for row in made.rows] == [1, 10, 9]
    assert made.noted("taken as 1") == 1


@pytest.mark.parametrize(("mean", "expected"), [(1.25, 1), ("2", 1), (3.5, 10), (None, 10)])
def test_without_aspects_the_stored_mean_decides(mean, expected):
    only = completion(overall_score=10.0, annotations=None) | {"fine-grained_score": mean}
    made = convert(ULTRAFEEDBACK, ultrafeedback(only), fix_ten_for_one=True)
    assert made.rows[0].ratings[OVERALL] == expected


def test_a_misspelt_option_is_told():
    with pytest.raises(InputError, match="did you mean 'fix_ten_for_one'"):
        convert(ULTRAFEEDBACK, fix_ten_for_once=True)
    with pytest.raises(InputError, match="must be a bool"):
        convert(ULTRAFEEDBACK, fix_ten_for_one="yes")
