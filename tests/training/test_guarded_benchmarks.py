from __future__ import annotations

import json

import pytest
from tests.data.test_files import preference, rating, write
from tests.tiny import chat
from tests.training.test_pipeline import recipe_on

from armo.errors import DataError, RecipeError
from armo.report.summary import summary_text
from armo.training.pipeline import train
from armo.training.reading import read_data
from armo.training.recipe_file import parse_recipe

LEAKED = "How many moons does the planet Mars have, and what are the names that they were given?"


def recipe_with(tmp_path, tiny, action: str):
    ratings = [
        rating(
            number,
            messages=chat(f"Question {number}?", f"Answer {number}."),
            ratings={"good": 1 + number % 5, "safe": number % 2},
        )
        for number in range(30)
    ]
    ratings.append(rating(99, messages=chat(LEAKED.upper(), "Two.")))
    pairs = [preference(number, prompt=chat(f"Question {number}?", "")[:1]) for number in range(30)]
    pairs.append(preference(99, prompt=chat(LEAKED + " Please say.", "")[:1]))
    guarded = [preference(0, prompt=chat(LEAKED, "")[:1], subset="a")]
    return recipe_on(
        tiny,
        data={
            "folder": str(tmp_path),
            "ratings": [str(write(tmp_path / "r.jsonl", ratings))],
            "preferences": [str(write(tmp_path / "p.jsonl", pairs))],
            "contamination": {
                "benchmarks": [str(write(tmp_path / "bench.jsonl", guarded))],
                "action": action,
            },
        },
        objectives={"verbosity": "length"},
    )


def test_training_on_a_guarded_benchmark_is_refused(tmp_path, tiny_folder):
    with pytest.raises(DataError, match=r"1 rating rows and 1 preference rows repeat 1 of 1"):
        read_data(recipe_with(tmp_path, tiny_folder, "refuse"))


def test_rows_that_repeat_it_can_be_taken_out_and_are_listed(tmp_path, tiny_folder):
    run = train(recipe_with(tmp_path, tiny_folder, "remove"), tmp_path / "out")
    data = run.metrics["data"]
    assert (data["rating_rows"], data["preference_rows"], data["left_out_rows"]) == (30, 30, 2)
    assert data["contamination"]["action"] == "remove"
    left_out = (tmp_path / "out" / "left_out.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in left_out] == ["row 99", "pair 99"]
    assert "2 training rows repeat 1 of 1 guarded benchmark rows; they were left out" in (
        summary_text(run.metrics)
    )


def test_or_only_counted(tmp_path, tiny_folder):
    data = read_data(recipe_with(tmp_path, tiny_folder, "report"))
    assert (len(data.ratings), len(data.preferences)) == (31, 31)
    assert data.contamination is not None
    assert data.contamination["touched"] == 1


def test_wrong_settings_are_a_sentence(tmp_path):
    raw = {"data": {"preferences": ["p.jsonl"], "contamination": {"threshold": 0.0}}}
    with pytest.raises(RecipeError, match=r"contamination\.threshold"):
        parse_recipe(raw, "test", tmp_path)
    raw = {"data": {"preferences": ["p.jsonl"], "contamination": {"benchmark": []}}}
    with pytest.raises(RecipeError, match=r"'data.contamination.benchmark' \(did you mean"):
        parse_recipe(raw, "test", tmp_path)
