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


def test_a_row_that_stands_in_two_files_counts_once(tmp_path):
    first = write(tmp_path / "a.jsonl", [rating(0), rating(1)])
    again = write(tmp_path / "b.jsonl", [rating(1), rating(2)])
    others = write(tmp_path / "c.jsonl", [rating(1, source="others")])
    data = load_dataset([str(first), str(again), str(others)], [], SampleSettings())
    assert [(row.source, row.id) for row in data.ratings] == [
        ("tests", "row 0"),
        ("tests", "row 1"),
        ("tests", "row 2"),
        ("others", "row 1"),
    ]
    (reject,) = data.rejects
    assert "stands in an earlier file already" in reject.reason


def test_ids_may_be_numbers(tmp_path):
    path = write(tmp_path / "a.jsonl", [rating(0, id=7), rating(1, id=7)])
    data = load_dataset([str(path)], [], SampleSettings())
    assert [row.id for row in data.ratings] == [7]
    assert [reject.id for reject in data.rejects] == ["7"]


def test_a_source_of_which_nothing_can_be_used_is_a_sentence(tmp_path):
    path = write(tmp_path / "p.jsonl", [preference()])
    with pytest.raises(DataError, match=r"none of its 1 rows can be used as ratings; the first: "):
        load_dataset([str(path)], ["sample"], SampleSettings(prompts=5))


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
