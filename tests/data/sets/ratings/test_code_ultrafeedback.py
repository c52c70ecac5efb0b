from __future__ import annotations

import pytest

from armo.data.sets.rated_code import PREFERENCES
from armo.data.sets.ratings.code_ultrafeedback import CODE_ULTRAFEEDBACK
from tests.data.sets.ratings.converting import convert
from tests.data.sets.ratings.raw_rows import code_ultrafeedback
from tests.tiny import chat


def test_ratings_are_joined_by_model():
    made = convert(CODE_ULTRAFEEDBACK, code_ultrafeedback())
    alpha, beta = made.rows
    assert alpha.messages == chat("Sort a list.", "sorted(x)")
    assert (alpha.id, alpha.ratings) == ("0/alpha", {"code-readability": 5})
    assert (beta.id, beta.ratings) == ("0/beta", {"code-readability": 2})
    assert alpha.scale == {"code-readability": (1, 5)}
    assert beta.meta == {"model": "beta"}
    assert (made.rejects, made.notes) == ([], {})


@pytest.mark.parametrize("preference", PREFERENCES)
@pytest.mark.parametrize("prefix", ["", "code-"])
def test_each_row_rates_one_preference(preference, prefix):
    made = convert(CODE_ULTRAFEEDBACK, code_ultrafeedback() | {"preference": prefix + preference})
    assert [list(row.ratings) for row in made.rows] == [[f"code-{preference}"]] * 2


def test_the_preferences_are_the_five():
    assert set(PREFERENCES) == {
        "complexity", "style", "explanation", "instruction-following", "readability"
    }  # fmt: skip


def test_a_model_that_answered_twice_is_joined_by_place_where_both_lists_agree():
    raw = code_ultrafeedback()
    for entries in (raw["responses"], raw["annotations"]):
        for entry in entries:
            entry["model"] = "alpha"
    made = convert(CODE_ULTRAFEEDBACK, raw)
    assert [row.ratings["code-readability"] for row in made.rows] == [2, 5]
    assert [row.id for row in made.rows] == ["0/0", "0/1"]


def test_a_model_that_was_annotated_twice_cannot_be_joined():
    raw = code_ultrafeedback()
    raw["annotations"].append({"model": "beta", "rating": "1"})
    made = convert(CODE_ULTRAFEEDBACK, raw)
    assert [row.id for row in made.rows] == ["0/alpha"]
    assert "several annotations name the model 'beta'" in made.reasons[0]
    assert made.noted("more or fewer annotations") == 1


def test_without_models_nothing_tells_which_annotation_is_meant():
    raw = code_ultrafeedback()
    for entries in (raw["responses"], raw["annotations"]):
        for entry in entries:
            del entry["model"]
    made = convert(CODE_ULTRAFEEDBACK, raw)
    assert not made.rows
    assert all("model: the field is missing" in reason for reason in made.reasons)
    assert len(made.rejects) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"preference": "readabilty"}, "did you mean 'readability'"),
        ({"preference": "instruction_following"}, "did you mean 'instruction-following'"),
        ({"preference": None}, "preference: the field is missing"),
        ({"instruction": None}, "instruction: the field is missing"),
        ({"responses": "none"}, "responses: expected a list, got str"),
        ({"annotations": []}, "annotations: the list is empty"),
    ],
)
def test_broken_rows_are_rejected(change, reason):
    made = convert(CODE_ULTRAFEEDBACK, code_ultrafeedback() | change)
    assert not made.rows
    assert len(made.rejects) == 1
    assert reason in made.reasons[0]


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ({"model": "alpha", "rating": "N/A"}, "rating: expected a rating from 1 to 5, got 'N/A'"),
        ({"model": "alpha", "rating": "7"}, "rating: expected a rating from 1 to 5, got '7'"),
        ({"model": "alpha"}, "rating: the field is missing; annotations[1] has model"),
        ({"model": "gamma", "rating": "5"}, "no annotation names the model 'alpha'"),
        (None, "no annotation names the model 'alpha'"),
    ],
)
def test_a_response_without_a_rating_is_rejected_alone(annotation, reason):
    raw = code_ultrafeedback()
    raw["annotations"][1] = annotation
    made = convert(CODE_ULTRAFEEDBACK, raw)
    assert [row.id for row in made.rows] == ["0/beta"]
    assert made.rejects[0].id == "0/responses[0]"
    assert reason in made.reasons[0]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ({"model": "alpha", "response": ""}, "response is empty"),
        ({"model": "alpha"}, "response: the field is missing"),
        ({"response": "sorted(x)"}, "model: the field is missing"),
        ("sorted(x)", "expected an object, got str"),
    ],
)
def test_a_broken_response_is_rejected_alone(response, reason):
    raw = code_ultrafeedback()
    raw["responses"][0] = response
    made = convert(CODE_ULTRAFEEDBACK, raw)
    assert len(made.rows) == 1
    assert reason in made.reasons[0]
