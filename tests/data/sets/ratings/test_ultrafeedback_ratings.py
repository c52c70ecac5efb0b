from __future__ import annotations

import pytest

from armo.data.sets.preferences.ultrafeedback import ULTRAFEEDBACK as PAIRS
from armo.data.sets.ratings.ultrafeedback import ULTRAFEEDBACK
from armo.data.sets.ten_for_one import FIXED, KEPT, LEFT_OUT, UNCLEAR_KEPT
from armo.errors import InputError
from tests.data.sets.ratings.converting import convert, without
from tests.data.sets.ratings.raw_rows import completion, ultrafeedback
from tests.tiny import chat

OVERALL = "ultrafeedback-overall_score"


def rated(**ratings: object) -> dict[str, dict[str, object]]:
    """Return annotations in which every aspect has its rating, 1 by default."""
    aspects = ("instruction_following", "honesty", "truthfulness", "helpfulness")
    return {aspect: {"Rating": ratings.get(aspect, "1")} for aspect in aspects}


def fine(mean: object) -> dict[str, object]:
    """Return the stored mean of the aspects, as a field of a completion."""
    return {"fine-grained_score": mean}


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
        (without(completion("b"), "response"), "the completion has model, "),
        (completion("b", response=None), "response: the field is missing: the completion has it, but"),
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
    # Of the first, rated high on one aspect, the stored mean still says that the 10 is a 1.
    low = completion("a", overall_score=10.0, annotations=rated(honesty="5")) | fine(1.5)
    unclear = completion("b", overall_score=10.0) | fine(3.0)
    made = convert(ULTRAFEEDBACK, ultrafeedback(low, unclear))
    assert [row.ratings[OVERALL] for row in made.rows] == [10, 10]
    assert dict(made.notes) == {
        KEPT: 1,
        UNCLEAR_KEPT: 1,
        "rows with fewer than four completions": 1,
    }


def test_the_option_takes_it_as_one_or_leaves_it_out():
    means = {"a": 2, "b": 2.25, "c": 4, "d": 4.25, "e": 1}
    completions = [
        completion(model, overall_score=9.0 if model == "e" else 10.0) | fine(mean)
        for model, mean in means.items()
    ]
    made = convert(ULTRAFEEDBACK, ultrafeedback(*completions), fix_ten_for_one=True)
    assert [row.ratings.get(OVERALL) for row in made.rows] == [1, None, None, 10, 9]
    # Aspects are not in doubt.
    assert all("ultrafeedback-honesty" in row.ratings for row in made.rows)
    assert dict(made.notes) == {FIXED: 1, LEFT_OUT: 2}


@pytest.mark.parametrize(("honesty", "expected"), [("5", 1), ("N/A", 1), (None, 1)])
def test_without_a_stored_mean_the_aspects_decide(honesty, expected):
    only = completion(overall_score=10.0, annotations=rated(honesty=honesty)) | fine(None)
    made = convert(ULTRAFEEDBACK, ultrafeedback(only), fix_ten_for_one=True)
    assert made.rows[0].ratings[OVERALL] == expected


@pytest.mark.parametrize(("mean", "expected"), [(1.25, 1), ("2", 1), (4.5, 10)])
def test_without_aspects_the_stored_mean_decides(mean, expected):
    only = completion(overall_score=10.0, annotations=None) | fine(mean)
    made = convert(ULTRAFEEDBACK, ultrafeedback(only), fix_ten_for_one=True)
    assert made.rows[0].ratings[OVERALL] == expected


@pytest.mark.parametrize("mean", [3.5, None, "N/A", 6])
def test_a_ten_that_nothing_bears_out_leaves_nothing_rated(mean):
    only = completion(overall_score=10.0, annotations=None) | fine(mean)
    made = convert(ULTRAFEEDBACK, ultrafeedback(only), fix_ten_for_one=True)
    assert not made.rows
    assert "neither overall_score nor an aspect" in made.reasons[0]
    assert made.notes[LEFT_OUT] == 1


def test_ratings_and_pairs_mean_the_same_by_the_option():
    """Whatever mean stands beside a 10, both read 1, read 10, or leave it out."""
    for mean in (1, 2, 2.5, 4, 4.5, None):
        given = completion("a", overall_score=10.0, annotations=None) | fine(mean)
        raw = ultrafeedback(given, completion("b", overall_score=5.0), completion("c"))
        made = convert(ULTRAFEEDBACK, raw, fix_ten_for_one=True)
        rated = next((row.ratings[OVERALL] for row in made.rows if row.meta["model"] == "a"), None)
        pairs = convert(PAIRS, raw, fix_ten_for_one=True, by="overall_score").rows
        sides = [row.meta for row in pairs]
        ranked = {side["chosen_score"] for side in sides if side["chosen_model"] == "a"} | {
            side["rejected_score"] for side in sides if side["rejected_model"] == "a"
        }
        assert ranked == ({rated} if rated is not None else set())


def test_a_misspelt_option_is_told():
    with pytest.raises(InputError, match="did you mean 'fix_ten_for_one'"):
        convert(ULTRAFEEDBACK, fix_ten_for_once=True)
    with pytest.raises(InputError, match="must be of type bool"):
        convert(ULTRAFEEDBACK, fix_ten_for_one="yes")
