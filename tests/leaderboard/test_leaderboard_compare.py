"""A comparison: differences on what both judged, findings that the figures bear out, absent systems."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.benchmark.small import QUICK, model_on, questions
from tests.benchmark.test_benchmark_reading import write
from tests.heads import random_heads
from tests.leaderboard.small_systems import benchmark, rows_of
from tests.training.test_pipeline import recipe_on

from armo import RewardModel
from armo.backbone import Backbone
from armo.benchmark import Benchmark, read_benchmark
from armo.errors import DataError, InputError, RecipeError
from armo.evaluate import bootstrap_strata, paired_difference
from armo.leaderboard.accuracies import accuracy_figures
from armo.leaderboard.building import build, check_systems
from armo.leaderboard.building.shared import Shared
from armo.leaderboard.compare import benchmark_head, compare
from armo.leaderboard.entry import Results
from armo.leaderboard.findings import findings, leader
from armo.leaderboard.judged import JudgedPair
from armo.leaderboard.standing import Standing, ahead, pairs_of, standing_of
from armo.progress import silent
from armo.rivals.settings import TrainedModel, read_systems
from armo.rivals.system import Description
from armo.training import Recipe


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return benchmark(tmp_path_factory.mktemp("pairs"))


@pytest.fixture(scope="module")
def recipe(tiny_folder: Path) -> Recipe:
    return recipe_on(tiny_folder, leaderboard={"cost_pairs": 2})


@pytest.fixture(scope="module")
def models(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> dict[str, TrainedModel]:
    """Two models on one backbone, and one that is not there."""
    folder = tmp_path_factory.mktemp("models")
    model_on(tiny).save_pretrained(folder / "gate")
    other = RewardModel.from_heads(random_heads(seed=3), tiny, "verbosity")
    other.save_pretrained(folder / "other")
    return {
        key: TrainedModel(path=str(folder / key), label=key.upper())
        for key in ("gate", "other", "lost")
    }


def judged(small: Benchmark, share: float, seed: int, skip: int = 0) -> list[JudgedPair]:
    won = np.random.default_rng(seed).random(len(small.ids)) < share
    return [
        JudgedPair(id=row_id, credit=float(right), margin=1.0 if right else -1.0)
        if place >= skip
        else JudgedPair(id=row_id, reason="too long")
        for place, (row_id, right) in enumerate(zip(small.ids, won, strict=True))
    ]


def standing(small: Benchmark, share: float, seed: int, skip: int = 0) -> Standing:
    pairs = pairs_of(rows_of(small), None, QUICK)
    return standing_of(pairs, judged(small, share, seed, skip))


def test_differences_are_taken_on_the_pairs_that_both_judged(small):
    first, second = standing(small, 0.8, 1), standing(small, 0.5, 2, skip=7)
    found = ahead(first, second)
    groups = [row.split_group() for _, row in rows_of(small)][7:]
    assert found == paired_difference(first.credit[7:], second.credit, groups, resamples=50)
    assert found.count == len(small.ids) - 7
    assert ahead(second, first).estimate == pytest.approx(-found.estimate)
    none = first.at([0]), second.at([0])
    assert ahead(*none) is None


def test_sections_are_weighted_as_the_benchmark_says(small):
    first, second = standing(small, 0.8, 1), standing(small, 0.5, 2)
    found = accuracy_figures(second, first)
    prior = next(one for one in found["sections"] if one["name"] == "Prior Sets")
    own = second.at(np.flatnonzero(np.isin(second.subsets, ["shp", "summarize"])))
    theirs = first.at(np.flatnonzero(np.isin(first.subsets, ["shp", "summarize"])))
    expected = bootstrap_strata(
        theirs.credit - own.credit,
        own.subsets.tolist(),
        {"shp": 1, "summarize": 1},
        own.groups(),
        resamples=50,
    )
    assert prior["gate_minus"] == expected
    assert not prior["complete"]
    assert found["score"] is None
    means = {one["name"]: one["accuracy"] for one in found["sections"] if one["accuracy"]}
    partial = (means["Reasoning"].estimate + 0.5 * means["Prior Sets"].estimate) / 1.5
    assert found["partial_score"].estimate == pytest.approx(partial)
    assert [one["name"] for one in found["categories"]] == ["Mine"]


def line(key: str, difference: tuple[float, float, float] | None, **changes: object) -> dict:
    estimate = None
    if difference is not None:
        middle, low, high = difference
        estimate = {"estimate": middle, "low": low, "high": high, "count": 90}
    share = {"estimate": 0.6, "low": 0.5, "high": 0.7}
    return {
        "key": key,
        "label": key.upper(),
        "available": True,
        "unreadable": 0,
        "all_pairs": {"accuracy": share, "gate_minus": estimate},
        "calibration": None,
        "length": None,
    } | changes


def test_findings_say_no_more_than_the_figures():
    systems = [
        line("gate", None, unreadable=3),
        line("worse", (0.04, 0.01, 0.07)),
        line("better", (-0.04, -0.07, -0.01)),
        line("unclear", (0.01, -0.02, 0.04)),
        line("same", (0.0, 0.0, 0.0)),
        line("apart", None),
        {"key": "absent", "label": "ABSENT", "available": False},
    ]
    said = findings(systems, "gate", None)
    assert said == [
        "GATE beats WORSE by +4.0 points [+1.0, +7.0] on 90 pairs.",
        "GATE is worse than BETTER: -4.0 points [-7.0, -1.0] on 90 pairs.",
        "GATE does not beat UNCLEAR beyond chance: +1.0 points [-2.0, +4.0] on 90 pairs spans zero.",
        "GATE and SAME win equally many pairs, so nothing here tells them apart.",
        "GATE and APART have no pair in common, so they can't be compared.",
        "Pairs could not be judged by GATE (3): accuracies are on the others, and differences on the "
        "pairs that both judged.",
    ]


def test_first_place_is_settled_by_paired_differences(small):
    best, close, far = (standing(small, *one) for one in ((0.95, 1), (0.93, 2), (0.3, 3)))
    lead = leader({"close": close, "far": far, "best": best})
    assert lead.key in ("best", "close")
    assert "far" not in lead.open
    assert len(lead.open) == 1
    assert leader({"far": far, "best": best}).open == []
    assert leader({"best": best}) is None


def test_a_few_pairs_won_do_not_lead(small):
    many = standing(small, 0.6, 1)
    few = many.at(np.flatnonzero(many.credit == 1)[:5])
    assert leader({"few": few, "many": many}).key == "many"


def test_what_a_limit_leaves_out_is_not_unreadable(small):
    results = Results(Description("judge", "", ""), judged(small, 0.5, 1)[:20])
    head = benchmark_head(small, [results])
    assert (head["pairs"], head["unreadable"], head["rows"]) == (20, 0, len(small.ids))
    lost = Results(Description("judge", "", ""), judged(small, 0.5, 1, skip=3)[:20])
    assert benchmark_head(small, [lost])["unreadable"] == 3


def test_a_standard_system_without_a_kind_is_changed_and_with_one_replaced():
    systems = read_systems(
        {"gate": {"limit": 3}, "fixed": {"kind": "weights", "weights": "uniform"}}, "mine"
    )
    assert (systems["gate"].limit, systems["gate"].label) == (3, "ArmoRM + gate")
    assert (systems["fixed"].weights, systems["fixed"].label) == ("uniform", "fixed")
    with pytest.raises(RecipeError, match=r"systems\.it: give its kind"):
        read_systems({"it": {"label": "x"}}, "mine")


def test_a_comparison_of_models_that_exist(small, recipe, models, tmp_path):
    told = []

    def run() -> dict:
        return compare(
            recipe, "mine", models, small, tmp_path, told=lambda key, *_: told.append(key)
        )

    figures = run()
    assert json.loads((tmp_path / "leaderboard.json").read_text()) == figures
    gate, other, lost = figures["systems"]
    assert told == ["gate", "other", "lost"]
    assert gate["all_pairs"]["gate_minus"] is None
    difference = other["all_pairs"]["gate_minus"]
    accuracies = [one["all_pairs"]["accuracy"]["estimate"] for one in (gate, other)]
    assert difference["estimate"] == pytest.approx(accuracies[0] - accuracies[1])
    assert (lost["available"], lost["judged"]) == (False, 0)
    assert "lost" in lost["reason"]
    assert figures["benchmark"]["pairs"] == len(small.ids)
    assert figures["table2"] == ["gate"]
    assert len(list((tmp_path / "features").iterdir())) == 1
    assert {one["length"]["unit"] for one in (gate, other)} == {"tokens"}
    # What was measured is kept, so that a second run gives the same figures to the last digit.
    assert run() == figures


def test_questions_are_refused(recipe, models, tmp_path):
    asked = read_benchmark(write(tmp_path / "asked.jsonl", questions()))
    with pytest.raises(InputError, match="armo eval takes such"):
        compare(recipe, "mine", models, asked, tmp_path / "out")


def test_a_recipe_that_cannot_be_trained_stops_the_comparison(small, tiny_folder, tmp_path):
    recipe = recipe_on(tiny_folder, data={"ratings": ["gone.jsonl"], "preferences": ["sample"]})
    with pytest.raises(DataError, match=r"gone\.jsonl"):
        compare(recipe, "mine", read_systems({}, "mine"), small, tmp_path)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"kind": "bradley-terry", "settings": {"epoch": 2}}, r"systems\.it\.settings.*epochs"),
        ({"kind": "preference-model", "settings": {"clip": 0}}, r"systems\.it\.settings: clip"),
        ({"kind": "fine-tuned", "settings": {"seed": "x"}}, r"systems\.it\.settings"),
        ({"kind": "judge", "base_url": "nowhere", "model": "x"}, r"systems\.it.*base_url"),
        ({"kind": "linear-bradley-terry", "alphas": []}, r"systems\.it\.alphas"),
        ({"kind": "helpsteer2", "coefficients": "llama"}, r"systems\.it: coefficients 'llama'"),
        ({"kind": "judges"}, r"systems\.it\.kind.*judge"),
    ],
)
def test_what_is_wrong_with_a_system_is_told_with_its_table(table, told):
    with pytest.raises(RecipeError, match=told):
        check_systems(read_systems({"it": table}, "mine.toml"), "mine.toml")


def test_a_key_that_is_no_folder_name_is_refused():
    systems = read_systems({"../it": {"kind": "model", "path": "x"}}, "mine.toml")
    with pytest.raises(RecipeError, match="names a folder"):
        check_systems(systems, "mine.toml")


@pytest.mark.slow
def test_every_kind_of_weights_from_one_training_run(recipe, small, tmp_path):
    systems = read_systems({"hs": {"kind": "helpsteer2"}}, "mine")
    figures = compare(recipe, "mine", systems, small, tmp_path)
    by_key = {one["key"]: one for one in figures["systems"]}
    assert not by_key["hs"]["available"]
    assert "rates no" in by_key["hs"]["reason"]
    assert figures["table2"] == ["fixed", "gate"]
    metrics = json.loads((tmp_path / "armo" / "metrics.json").read_text())
    betas = {key: one["calibration"]["beta"] for key, one in by_key.items() if key != "hs"}
    assert betas["gate"] == metrics["gate"]["beta"]
    assert betas["fixed"] == metrics["gate"]["fixed"]["beta"]
    assert betas["single"] == pytest.approx(metrics["gate"]["single"]["beta"])
    shared = Shared(recipe, tmp_path, silent)
    for key in ("fixed", "single", "uniform"):
        model = build(key, systems[key], shared).system.model
        weights = model.heads.gate.weights(np.zeros((1, 32), dtype=np.float32))[0]
        shown = by_key[key]["details"]["by_objective"]
        expected = [shown.get(name, 0.0) for name in model.objectives]
        assert weights == pytest.approx(expected, abs=1e-6)
