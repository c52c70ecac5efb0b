from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.data.test_files import preference, rating, write
from tests.tiny import chat

from armo import RewardModel
from armo.data import SampleSettings
from armo.errors import ArmoError, DataError, RecipeError, StoreError
from armo.training import Recipe
from armo.training.pipeline import train
from armo.training.recipe_file import parse_recipe


def recipe_on(folder: Path, **tables: dict) -> Recipe:
    raw = {
        "backbone": {"name": str(folder), "dtype": "float32"},
        "data": {"ratings": ["sample"], "preferences": ["sample"], "sample": {"prompts": 60}},
        "evaluation": {"resamples": 50},
    }
    return parse_recipe(raw | tables, "test", Path())


@pytest.fixture(scope="module")
def recipe(tiny_folder: Path) -> Recipe:
    return recipe_on(tiny_folder)


@pytest.fixture(scope="module")
def out(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train(recipe, folder)
    return folder


def heads(out: Path) -> bytes:
    return (out / "model" / "heads.safetensors").read_bytes()


def test_a_run_leaves_model_figures_and_rejects(out):
    model = RewardModel.from_pretrained(out, dtype="float32")
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["model"] == model.config.hash
    assert model.metrics == metrics
    assert (out / "rejects.jsonl").read_text() == ""
    for name in model.objectives:
        quality = metrics["ratings"][name]
        assert quality["rank_correlation"] or quality["reason"]
    assert set(metrics["preferences"]["accuracy"]) == {
        "gate",
        "fixed weights",
        "best single objective",
        "uniform",
    }
    assert metrics["verdict"].startswith("The gate")
    assert model.score([chat("the", "in")])


def test_the_figures_hold_no_nan(out):
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads((out / "metrics.json").read_text(), parse_constant=refuse)


def test_a_second_run_keeps_everything(recipe, out):
    before = heads(out)
    run = train(recipe, out)
    stages = run.metrics["stages"]
    assert all(stages[name]["reused"] for name in ("features", "regression", "debias", "gate"))
    assert stages["features"]["tokens"] == 0
    assert heads(out) == before


def test_a_changed_stage_runs_again_and_those_before_it_do_not(recipe, out, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    changed = replace(recipe, debias=replace(recipe.debias, method="pearson"))
    stages = train(changed, copy).metrics["stages"]
    reused = {name: stage["reused"] for name, stage in stages.items()}
    assert reused == {"features": True, "regression": True, "debias": False, "gate": False}


def test_a_damaged_stage_is_made_again(recipe, out, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    (copy / "stages" / "regression.safetensors").write_bytes(b"broken")
    (copy / "stages" / "gate.safetensors").unlink()
    stages = train(recipe, copy).metrics["stages"]
    assert not stages["regression"]["reused"]
    assert heads(copy) == heads(out)


def test_length_can_be_the_verbosity(tiny_folder, tmp_path):
    recipe = recipe_on(tiny_folder, objectives={"verbosity": "length"})
    run = train(recipe, tmp_path)
    assert run.model.objectives[-1] == "length"
    assert run.metrics["objectives"][-1]["computed"]
    decision = run.model.decide([chat("the", "in " * 20)])[0]
    assert decision["length"].debiased == pytest.approx(0, abs=1e-12)
    assert run.metrics["ratings"]["length"]["rank_correlation"]["estimate"] > 0.5


def test_paper_presets_and_prompt_centring_run(tiny_folder, tmp_path):
    recipe = recipe_on(
        tiny_folder,
        regression={"preset": "paper"},
        debias={"method": "pearson", "center": "prompt", "nonnegative": True},
        objectives={"keep": ["helpfulness", "verbosity"], "unit_map": {"helpfulness": [0.1, 0.9]}},
    )
    run = train(recipe, tmp_path)
    assert run.model.objectives == ["helpfulness", "verbosity"]
    np.testing.assert_array_equal(run.model.heads.intercept, 0)
    assert run.metrics["debias"]["center"] == "prompt"


def _train_in_process(recipe: Recipe, out: Path) -> None:
    train(recipe, out)


def test_killed_at_any_time_the_model_is_the_same(recipe, out, tmp_path):
    context = multiprocessing.get_context("spawn")
    kills = 0
    for wait in (3.0, 3.6, 4.2, 5.0):
        process = context.Process(target=_train_in_process, args=(recipe, tmp_path))
        process.start()
        process.join(wait)
        if process.is_alive():
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.join()
    assert kills
    train(recipe, tmp_path)
    assert heads(tmp_path) == heads(out)


def test_two_runs_into_one_folder_are_refused(recipe, tmp_path):
    import filelock

    with filelock.FileLock(tmp_path / ".lock"), pytest.raises(StoreError, match="another process"):
        train(recipe, tmp_path)


def files(tmp_path: Path, ratings: list, pairs: list) -> dict:
    return {
        "ratings": [str(write(tmp_path / "r.jsonl", ratings))],
        "preferences": [str(write(tmp_path / "p.jsonl", pairs))],
    }


@pytest.mark.parametrize(
    ("tables", "error", "match"),
    [
        ({"objectives": {"verbosity": "verbos"}}, RecipeError, "did you mean 'verbosity'"),
        ({"objectives": {"keep": ["nice"]}}, DataError, "'nice' is not rated"),
        ({"objectives": {"keep": ["is_safe"]}}, RecipeError, "no objective is named 'verbosity'"),
        (
            {"data": {"ratings": ["none.jsonl"], "preferences": ["sample"]}},
            DataError,
            "no such file",
        ),
    ],
)
def test_what_cannot_be_trained_is_a_sentence(tiny_folder, tmp_path, tables, error, match):
    with pytest.raises(error, match=match):
        train(recipe_on(tiny_folder, **tables), tmp_path / "out")


TRAIN_GROUP, TEST_GROUP = "p0", "p1"


@pytest.mark.parametrize("rows", [1, 2, 3, 40])
@pytest.mark.parametrize("groups", ["one", "many"])
def test_tiny_data_gives_a_model_or_a_sentence(tiny_folder, tmp_path, rows, groups):
    ratings = [
        rating(
            number,
            messages=chat(f"the {number}", "on " * (number % 9 + 1)),
            ratings={"good": 1 + number % 5, "safe": number % 2},
            group=TRAIN_GROUP if groups == "one" else f"p{number}",
        )
        for number in range(rows)
    ]
    pairs = [
        preference(
            number,
            prompt=chat(f"the {number}", "x")[:1],
            chosen=[{"role": "assistant", "content": "on " * (number % 9 + 2)}],
            rejected=[{"role": "assistant", "content": "in"}],
            group=TRAIN_GROUP if groups == "one" else f"p{number}",
        )
        for number in range(rows)
    ]
    recipe = recipe_on(
        tiny_folder,
        data=files(tmp_path, ratings, pairs),
        objectives={"verbosity": "length"},
    )
    try:
        run = train(recipe, tmp_path / "out")
    except ArmoError as error:
        assert len(str(error)) > 20
    else:
        assert np.isfinite(run.model.score([chat("the", "in")])).all()
        assert run.metrics["verdict"]


def test_rows_that_cannot_be_used_are_counted_and_listed(tiny_folder, tmp_path):
    ratings = [
        rating(number, messages=chat(f"the {number}", "on " * (number % 9 + 1)))
        | {"ratings": {"good": 1 + number % 5}}
        for number in range(40)
    ]
    ratings[3] |= {"messages": chat("the", "on " * 2000)}
    pairs = [preference(number, prompt=chat(f"the {number}", "x")[:1]) for number in range(30)]
    data = files(tmp_path, [*ratings, "{"], pairs)
    run = train(
        recipe_on(tiny_folder, data=data, objectives={"verbosity": "length"}), tmp_path / "o"
    )
    assert run.metrics["data"]["rejected_rows"] == 2
    lines = [
        json.loads(line) for line in (tmp_path / "o" / "rejects.jsonl").read_text().splitlines()
    ]
    assert {line["id"] for line in lines} == {"row 3", f"{tmp_path / 'r.jsonl'}:41"}


def test_other_data_in_the_same_folder_is_refused(recipe, tiny_folder, out):
    other = replace(recipe, data=replace(recipe.data, sample=SampleSettings(seed=1, prompts=60)))
    before = heads(out)
    with pytest.raises(StoreError, match="made from something else"):
        train(other, out)
    assert heads(out) == before
