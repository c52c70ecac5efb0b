from __future__ import annotations

import pytest

from armo.data import RatingRow, SampleSettings, load_dataset, select_objectives
from armo.data.dataset import infer_objectives
from armo.errors import DataError
from armo.objectives import Objective
from tests.data.test_files import preference, rating, write
from tests.tiny import chat


def row(name: str, value: float, low: float, high: float, source: str = "a") -> RatingRow:
    return RatingRow(
        id="r",
        source=source,
        messages=chat("x", "y"),
        ratings={name: value},
        scale={name: (low, high)},
    )


def test_objectives_come_from_the_rows():
    found = infer_objectives(
        [row("good", 3, 1, 5), row("good", 4, 1, 5, "b"), row("safe", True, 0, 1)]
    )
    assert found == [
        Objective(name="good", low=1, high=5, source="a, b"),
        Objective(name="safe", low=0, high=1, source="a", boolean=True),
    ]


def test_a_rating_between_zero_and_one_is_not_boolean():
    assert not infer_objectives([row("share", 0.5, 0, 1), row("share", 1, 0, 1)])[0].boolean


def test_two_scales_for_one_objective_are_refused():
    with pytest.raises(DataError, match=r"'good' has the scale \[0.*earlier rows \[1"):
        infer_objectives([row("good", 3, 1, 5), row("good", 3, 0, 5)])


def test_objectives_can_be_chosen_and_mapped():
    found = [Objective(name="good", low=0, high=4), Objective(name="bad", low=0, high=1)]
    (kept,) = select_objectives(found, ["good"], {"good": (0.1, 0.9)})
    assert kept.to_unit(0.0) == pytest.approx(0.1)
    assert kept.to_native(0.9) == pytest.approx(4)
    with pytest.raises(DataError, match=r"'god' is not rated.*did you mean 'good'"):
        select_objectives(found, ["god"], {})


def test_files_and_sample_can_be_mixed(tmp_path):
    ratings = write(tmp_path / "r.jsonl", [rating(), "{"])
    pairs = write(tmp_path / "p.jsonl", [preference()])
    data = load_dataset(
        ["sample", str(ratings)], [str(pairs), "sample"], SampleSettings(prompts=20)
    )
    assert data.ratings[-1].id == "row 0"
    assert data.preferences[0].id == "pair 0"
    assert len(data.rejects) == 1
    names = [objective.name for objective in data.objectives]
    assert names[-2:] == ["good", "safe"]
    assert len(names) >= 10
