from __future__ import annotations

import numpy as np
import pytest

from armo.data.dataset import infer_objectives
from armo.data.sets.ratings.helpsteer import HELPSTEER
from armo.data.sets.ratings.merged import ARMORM
from armo.data.sets.ratings.ultrafeedback import ULTRAFEEDBACK
from armo.errors import InputError
from armo.paper import PAPER_OBJECTIVES, SCALES, paper_objectives
from tests.data.sets.ratings import raw_rows as rows
from tests.data.sets.ratings.converting import convert, without


def test_ratings_return_to_native_scales_and_null_is_missing():
    made = convert(ARMORM, rows.armorm())
    row = made.rows[0]
    # (x + 0.5) / 5 undone; the second is 0.3 as single precision stores it.
    assert row.ratings == {"helpsteer-helpfulness": 3, "helpsteer-verbosity": 1}
    assert row.scale == {"helpsteer-helpfulness": (0, 4), "helpsteer-verbosity": (0, 4)}
    assert row.messages == rows.armorm()["messages"]
    assert (row.meta, made.rejects, made.notes) == ({}, [], {})


@pytest.mark.parametrize("variant", ["published", "paper"])
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_every_native_rating_survives(variant, precision):
    raws, natives = [], []
    for objective in paper_objectives(variant):
        for native in np.arange(objective.low, objective.high + 1):
            unit = float(precision(objective.to_unit(float(native))))
            raws.append({"messages": rows.armorm()["messages"], objective.name: unit})
            natives.append({objective.name: native})
    made = convert(ARMORM, *raws, helpsteer_map=variant)
    assert [row.ratings for row in made.rows] == natives
    assert len(natives) == 5 * 5 + 2 * 10 + 11 * 5 + 2
    assert (made.rejects, made.notes) == ([], {})


def test_the_merged_set_gives_objectives_the_scales_of_the_sets_that_it_merges():
    both = [
        *convert(ARMORM, rows.armorm()).rows,
        *convert(HELPSTEER, rows.helpsteer()).rows,
        *convert(ULTRAFEEDBACK, rows.ultrafeedback()).rows,
    ]
    for objective in infer_objectives(both):
        assert (objective.low, objective.high) == SCALES[objective.name]


def test_booleans_and_text_are_read():
    raw = rows.armorm() | {"beavertails-is_safe": True, "prometheus-score": "0.5"}
    ratings = convert(ARMORM, raw).rows[0].ratings
    assert (ratings["beavertails-is_safe"], ratings["prometheus-score"]) == (1, 3)


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_nan_is_missing_like_null(missing):
    row = convert(ARMORM, rows.armorm() | {"helpsteer-verbosity": missing}).rows[0]
    assert row.ratings == {"helpsteer-helpfulness": 3}


@pytest.mark.parametrize("column", ["source", "dataset", "data_source"])
def test_a_column_that_names_the_source_is_kept(column):
    assert convert(ARMORM, rows.armorm() | {column: "elsewhere"}).rows[0].meta == {
        "dataset": "elsewhere"
    }


def test_a_rating_that_the_wrong_map_takes_off_the_scale_names_the_right_one():
    made = convert(ARMORM, rows.armorm() | {"helpsteer-coherence": 1.0})
    assert not made.rows
    assert "1 is 4.5 on the native scale, outside [0, 4]" in made.reasons[0]
    assert "helpsteer_map to 'paper'" in made.reasons[0]


def test_the_wrong_map_is_noted_where_it_stays_on_the_scale():
    made = convert(ARMORM, rows.armorm(), helpsteer_map="paper")
    assert made.rows[0].ratings["helpsteer-helpfulness"] == pytest.approx(2.8)
    assert made.noted("no whole numbers", "should be 'published'") == 2


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (rows.armorm() | {"prometheus-score": 1.2}, "prometheus-score: 1.2 is 5.8 on the native"),
        (rows.armorm() | {"prometheus-score": -1e-3}, "outside [1, 5]"),
        (rows.armorm() | {"prometheus-score": 1e308}, "outside [1, 5]"),
        (rows.armorm() | {"prometheus-score": "high"}, "expected a number or null, got str"),
        (rows.armorm() | {"prometheus-score": [0.5]}, "expected a number or null, got list"),
        (without(rows.armorm(), "messages"), "messages: the field is missing"),
        (rows.armorm() | {"messages": [rows.USER]}, "needs a prompt and a response"),
        ({"messages": rows.armorm()["messages"]}, "none of the 19 columns"),
    ],
)
def test_broken_rows_are_rejected(raw, reason):
    made = convert(ARMORM, raw)
    assert not made.rows
    assert reason in made.reasons[0]


def test_an_unknown_map_is_told():
    with pytest.raises(InputError, match="did you mean 'published'"):
        convert(ARMORM, rows.armorm(), helpsteer_map="publish")


def test_all_nineteen_columns_are_read():
    raw = {"messages": rows.armorm()["messages"]} | {
        objective.name: 0.5 for objective in PAPER_OBJECTIVES
    }
    assert list(convert(ARMORM, raw).rows[0].ratings) == list(SCALES)
