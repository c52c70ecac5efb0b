from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from armo.errors import ArmoError, RecipeError
from armo.paper import PAPER_OBJECTIVES
from armo.planning import Assumptions, make_plan
from armo.report.console import plain_console
from armo.report.plan import plan_view
from armo.training import read_recipe
from armo.training.recipe_file import parse_recipe
from tests.cli.test_cli import armo
from tests.data.test_files import preference, rating, write
from tests.tiny import chat


def recipe_of(tmp_path: Path, tiny: Path | str, **data):
    ratings = write(tmp_path / "r.jsonl", [rating(0), rating(1), rating(1), "{"])
    pairs = write(tmp_path / "p.jsonl", [preference(0), preference(1)])
    raw = {
        "backbone": {"name": str(tiny), "dtype": "float32"},
        "data": {"ratings": [str(ratings)], "preferences": [str(pairs)]} | data,
        "objectives": {"verbosity": "length"},
    }
    return parse_recipe(raw, "test", tmp_path)


def shown(plan) -> str:
    console = plain_console()
    with console.capture() as capture:
        console.print(plan_view(plan))
    return capture.get()


def test_files_are_counted(tmp_path, tiny_folder):
    plan = make_plan(recipe_of(tmp_path, tiny_folder), Assumptions(tokens_per_second=10))
    assert [(line.kind, line.name, line.rows) for line in plan.sources] == [
        ("ratings", "tests", 2),
        ("preferences", "(no source)", 2),
    ]
    assert plan.rejected == 2
    # Two rated answers, and two that both pairs share, to one prompt.
    assert plan.conversations == 4
    assert {line.name: line.labels for line in plan.objectives} == {
        "good": 2,
        "safe": 2,
        "length": None,
    }
    assert sum(plan.splits["ratings"].values()) == 2
    reading = plan.reading
    assert reading.hidden_size is not None
    assert reading.feature_bytes == (4 + 1) * reading.hidden_size * 4
    assert reading.hours == pytest.approx(reading.tokens / 10 / 3600)
    assert "4 at most" in shown(plan)


def test_tokens_are_those_that_the_backbone_will_read(tmp_path, tiny_folder):
    from armo.backbone import load
    from armo.conversation import conversation_key
    from armo.training.reading import read_data
    from armo.training.tables import requests

    recipe = recipe_of(tmp_path, tiny_folder)
    backbone, data = load(recipe.backbone), read_data(recipe)
    wanted = {
        conversation_key(request.messages): len(backbone.encode(request.messages).ids)
        for request in requests(data.ratings, data.preferences)
    }
    plan = make_plan(recipe, Assumptions())
    assert plan.reading.tokens == sum(wanted.values())


def test_speed_is_measured_where_the_backbone_is(tmp_path, tiny_folder):
    recipe = recipe_of(tmp_path, tiny_folder)
    reading = make_plan(recipe, Assumptions(measure=True)).reading
    assert reading.speed_basis == "measured here"
    assert reading.tokens_per_second is not None
    assert reading.tokens_per_second > 0


def test_the_paper_needs_no_hub_to_be_planned():
    plan = make_plan(read_recipe(Path("recipes/paper.toml")), Assumptions(tokens_per_second=1e4))
    assert [line.name for line in plan.objectives] == [one.name for one in PAPER_OBJECTIVES]
    assert len([line for line in plan.sources if line.kind == "ratings"]) == 8
    assert plan.reading.hidden_size == 4096
    assert plan.reading.hours
    assert not plan.backbone_here
    text = shown(plan)
    assert not re.search(r"\w…", text), "a name was cut off"
    assert "bar commercial use: beavertails-30k" in text
    with pytest.raises(RecipeError, match="is not here, so its speed can't be measured"):
        make_plan(read_recipe(Path("recipes/paper.toml")), Assumptions(measure=True))


def test_limits_hold_for_files_and_for_hub_sets(tmp_path, tiny_folder):
    ratings = ["helpsteer", str(tmp_path / "r.jsonl")]
    limits = {"ratings": {"helpsteer": 100, "tests": 1}}
    plan = make_plan(
        recipe_of(tmp_path, tiny_folder, ratings=ratings, limits=limits), Assumptions()
    )
    rows = {line.name: line.rows for line in plan.sources if line.kind == "ratings"}
    assert rows == {"tests": 1, "helpsteer": 100}
    assert plan.left_out == 1
    limits = {"ratings": {"helpsteer": 100, "tests": 0}}
    fewer = make_plan(
        recipe_of(tmp_path, tiny_folder, ratings=ratings, limits=limits), Assumptions()
    )
    assert "good" not in {line.name for line in fewer.objectives}
    limits = {"ratings": {"helpster": 1}}
    with pytest.raises(ArmoError, match=r"'helpster' \(did you mean 'helpsteer'\?\)"):
        make_plan(recipe_of(tmp_path, tiny_folder, ratings=ratings, limits=limits), Assumptions())


def test_the_plan_says_what_training_would_refuse(tmp_path, tiny_folder):
    repeated = write(tmp_path / "b.jsonl", [preference(0, subset="a")])
    guarded = {"benchmarks": [str(repeated)]}
    plan = make_plan(recipe_of(tmp_path, tiny_folder, contamination=guarded), Assumptions())
    assert any(note.startswith("Training would refuse: ") for note in plan.notes)
    guarded |= {"action": "remove"}
    recipe = recipe_of(tmp_path, tiny_folder, contamination=guarded)
    plan = make_plan(recipe, Assumptions())
    assert sum(sum(counts.values()) for counts in plan.splits.values()) == 0
    missing = {"benchmarks": ["none.jsonl"]}
    with pytest.raises(ArmoError, match=r"none\.jsonl: no such file"):
        make_plan(recipe_of(tmp_path, tiny_folder, contamination=missing), Assumptions())


def test_pairs_that_are_made_of_ratings_count(tmp_path, tiny_folder):
    rows = [rating(n, messages=chat("What?", f"That {n}."), ratings={"good": n}) for n in (1, 5)]
    ratings = write(tmp_path / "rated.jsonl", rows)
    derived = {"by": {"good": 1.0}}
    given = {"ratings": [str(ratings)], "preferences": [], "pairs_from_ratings": derived}
    plan = make_plan(recipe_of(tmp_path, tiny_folder, **given), Assumptions())
    assert [line.rows for line in plan.sources if line.kind == "preferences"] == [1]
    given["pairs_from_ratings"] = {"by": {"god": 1.0}}
    with pytest.raises(ArmoError, match=r"no row rates 'god' \(did you mean 'good'"):
        make_plan(recipe_of(tmp_path, tiny_folder, **given), Assumptions())


def test_scales_and_maps_are_those_of_training(tmp_path, tiny_folder):
    columns = {
        "prompt": "q",
        "response": "a",
        "objectives": {
            "good": {"column": "g", "scale": [1, 5], "map": [0.2, 0.8]},
            "new": {"column": "n", "scale": [0, 3], "map": [0.2, 0.8]},
        },
    }
    ratings = [str(tmp_path / "r.jsonl"), {"hub": "me/mine", "columns": columns}]
    recipe = recipe_of(tmp_path, tiny_folder, ratings=ratings)
    chosen = replace(recipe.objectives, unit_map={"new": (0.3, 0.7)})
    plan = make_plan(replace(recipe, objectives=chosen), Assumptions())
    lines = {line.name: line for line in plan.objectives}
    assert (lines["new"].scale, lines["new"].unit) == ((0, 3), (0.3, 0.7))
    assert (lines["good"].unit, lines["good"].labels) == ((0.2, 0.8), 2)
    assert lines["good"].source == "tests, me/mine"


def test_a_set_that_nobody_knows_has_no_rows_yet(tmp_path, tiny_folder):
    ratings = [{"hub": "me/mine"}, str(tmp_path / "r.jsonl")]
    plan = make_plan(recipe_of(tmp_path, tiny_folder, ratings=ratings), Assumptions())
    (line,) = (line for line in plan.sources if line.name == "me/mine")
    assert (line.rows, line.basis) == (None, "unknown")
    assert any("how many rows these have: me/mine" in note for note in plan.notes)


def test_the_command_prints_tables_and_json():
    found = armo("plan", "recipes/paper.toml", "--tokens-per-second", "20000")
    assert found.returncode == 0, found.stderr
    assert "beavertails-30k" in found.stdout
    raw = json.loads(armo("plan", "recipes/paper.toml", "--json").stdout)
    assert raw["reading"]["hours"] is None
    assert len(raw["sources"]) == 19
    wrong = armo("plan", "none.toml")
    assert wrong.returncode == 1
    assert "no such recipe" in wrong.stderr
