"""A whole run over a small benchmark, against one pair at a time through the model's own decisions."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from tests.benchmark.small import FIXED, QUICK, SUBSETS, model_on, rows
from tests.benchmark.test_benchmark_reading import pair, write
from tests.heads import NAMES

from armo import RewardModel, Steering
from armo.backbone import Backbone
from armo.benchmark import default_folder, evaluate, read_benchmark
from armo.errors import DataError, ModelError


@pytest.fixture(scope="module")
def model(tiny: Backbone) -> RewardModel:
    return model_on(tiny)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = rows()
    without = pair(100)
    del without["subset"]
    overlong = pair(101, chosen="on " * 3000, rejected="on " * 4000)
    folder = tmp_path_factory.mktemp("benchmark")
    return write(folder / "mixed.jsonl", [*made, without, pair(3), overlong])


@pytest.fixture(scope="module")
def out(model: RewardModel, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eval") / "mixed"
    evaluate(model, read_benchmark(source), folder, how=QUICK)
    return folder


@pytest.fixture(scope="module")
def figures(out: Path) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads((out / "eval.json").read_text(), parse_constant=refuse)


@pytest.fixture(scope="module")
def judged(model: RewardModel, source: Path) -> list[dict[str, Any]]:
    """Every pair through `decide`, one at a time: margins under three weightings, and weights."""
    found = []
    for row in read_benchmark(source).rows[:60]:
        good, bad = (model.decide([side])[0] for side in row.conversations())
        record: dict[str, Any] = {"id": str(row.id), "subset": row.subset, "sides": (good, bad)}
        fixed = [FIXED, [1 / 3] * 3]
        for name, weights in zip(("fixed weights", "uniform"), fixed, strict=True):
            record[name] = sum(
                weight * (a.debiased - b.debiased)
                for weight, a, b in zip(weights, good.objectives, bad.objectives, strict=True)
            )
        record["gate"] = good.score - bad.score
        record["weights"] = [part.weight for part in good.objectives]
        record["prompt"] = row.prompt[0]["content"]
        found.append(record)
    return found


def test_accuracies_are_those_of_one_pair_at_a_time(figures, judged):
    assert len(figures["subsets"]) == len(SUBSETS)
    for subset in figures["subsets"]:
        own = [record for record in judged if record["subset"] == subset["name"]]
        assert subset["pairs"] == len(own)
        won = {
            name: np.array([record[name] > 1e-9 for record in own]).astype(float)
            for name in ("gate", "fixed weights", "uniform")
        }
        for name, wins in won.items():
            assert subset["accuracy"][name]["estimate"] == pytest.approx(wins.mean())
        for name in ("fixed weights", "uniform"):
            assert subset["gate_minus"][name]["estimate"] == pytest.approx(
                (won["gate"] - won[name]).mean()
            )
    names = [subset["name"] for subset in figures["subsets"]]
    assert names == ["math-prm", "hep-cpp", "hep-go", "shp", "summarize", "mine", "yours"]


def test_sections_weigh_subsets_by_the_benchmarks_counts_and_are_partial(figures):
    accuracy = {s["name"]: s["accuracy"]["gate"]["estimate"] for s in figures["subsets"]}
    sections = {section["name"]: section for section in figures["rewardbench"]["sections"]}
    expected = (
        984 * accuracy["math-prm"] + 164 * accuracy["hep-cpp"] + 164 * accuracy["hep-go"]
    ) / (984 + 2 * 164)
    gate = sections["Reasoning"]["accuracy"]["gate"]
    assert gate["estimate"] == pytest.approx(expected)
    assert gate["low"] <= gate["estimate"] <= gate["high"]
    assert gate["ties"] == 1
    prior = sections["Prior Sets"]["accuracy"]["gate"]["estimate"]
    assert prior == pytest.approx((accuracy["shp"] + accuracy["summarize"]) / 2)
    assert "accuracy" not in sections["Chat"]
    assert not any(section["complete"] for section in sections.values())
    assert figures["rewardbench"]["partial"]
    assert figures["rewardbench"]["score"] is None
    assert "hep-java: 0 of 164 pairs" in sections["Reasoning"]["gaps"]


def test_other_categories_count_every_pair_alike(figures, judged):
    (category,) = figures["categories"]
    assert (category["name"], category["subsets"]) == ("Mine", ["mine", "yours"])
    own = [record["gate"] > 0 for record in judged if record["subset"] in ("mine", "yours")]
    assert category["accuracy"]["gate"]["estimate"] == pytest.approx(np.mean(own))
    assert category["accuracy"]["gate"]["count"] == len(own)


def test_several_categories_are_counted_together_too(model, figures, tmp_path):
    assert figures["all_categories"] is None
    made = [
        pair(n, subset=f"s{n % 3}", category=f"c{n % 3}", chosen="on " * (n % 5 + 1))
        for n in range(20)
    ]
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", made)), tmp_path, how=QUICK)
    counted = [line["accuracy"]["gate"] for line in found["categories"]]
    right = sum(one["estimate"] * one["count"] for one in counted)
    together = found["all_categories"]["accuracy"]["gate"]
    assert (together["count"], len(counted)) == (20, 3)
    assert together["estimate"] == pytest.approx(right / 20)


def test_a_tie_is_lost_and_counted(figures):
    ties = {s["name"]: s["accuracy"]["gate"]["ties"] for s in figures["subsets"]}
    assert ties == {name: int(name == "hep-cpp") for name in SUBSETS}


def test_weight_shares_are_means_over_distinct_prompts(figures, judged):
    for subset in figures["subsets"]:
        by_prompt = {
            record["prompt"]: record["weights"]
            for record in judged
            if record["subset"] == subset["name"]
        }
        assert subset["prompts"] == len(by_prompt)
        expected = np.mean(list(by_prompt.values()), axis=0)
        assert list(subset["weights"]) == list(NAMES)
        assert list(subset["weights"].values()) == pytest.approx(expected.tolist(), abs=1e-5)


def test_objectives_alone_are_those_of_one_pair_at_a_time(figures, judged):
    for subset in figures["subsets"]:
        own = [record["sides"] for record in judged if record["subset"] == subset["name"]]
        for index, name in enumerate(NAMES):
            won = [
                good.objectives[index].debiased > bad.objectives[index].debiased + 1e-9
                for good, bad in own
            ]
            assert subset["alone"][name] == pytest.approx(np.mean(won))


def test_length_correlations_are_those_of_scipy_over_distinct_responses(figures, judged):
    distinct: dict[tuple[str, str], Any] = {}
    for record, row in zip(judged, rows(), strict=True):
        for side, decision in zip(("chosen", "rejected"), record["sides"], strict=True):
            distinct[record["prompt"], row[side]] = decision
    scores = np.array([decision.score for decision in distinct.values()])
    tokens = np.array([decision.response_tokens for decision in distinct.values()], dtype=float)
    assert figures["length"]["responses"] == len(distinct)
    assert figures["length"]["marginal"]["gate"] == pytest.approx(
        spearmanr(scores, tokens).statistic, abs=2e-3
    )
    places = defaultdict(list)
    for place, (prompt, _) in enumerate(distinct):
        places[prompt].append(place)
    groups = [own for own in places.values() if len(own) > 1]
    centred = [
        np.concatenate([values[own] - values[own].mean() for own in groups])
        for values in (scores, tokens)
    ]
    expected = spearmanr(centred[0], np.round(centred[1], 9)).statistic
    assert figures["length"]["within_prompts"]["gate"] == pytest.approx(expected, abs=2e-3)
    assert set(figures["length"]["marginal"]) == {"gate", "fixed weights", "uniform"}


def test_misjudged_pairs_are_listed_worst_first_with_what_decided(out, judged):
    lines = [json.loads(line) for line in (out / "misjudged.jsonl").read_text().splitlines()]
    lost = {record["id"]: record for record in judged if record["gate"] <= 1e-9}
    assert {line["id"] for line in lines} == set(lost)
    margins = [line["margin"] for line in lines]
    assert margins == sorted(margins)
    assert lines[-1]["id"] == "b0"
    assert (lines[-1]["margin"], lines[-1]["decided_by"]) == (0, [])
    texts = {row["id"]: row for row in rows()}
    for line in lines:
        assert line["margin"] == pytest.approx(lost[line["id"]]["gate"], abs=1e-5)
        assert (line["chosen"], line["rejected"]) == tuple(
            texts[line["id"]][side] for side in ("chosen", "rejected")
        )
        assert line["prompt"] == lost[line["id"]]["prompt"]
        good, bad = lost[line["id"]]["sides"]
        for part in line["decided_by"]:
            expected = good[part["name"]].contribution - bad[part["name"]].contribution
            assert part["contribution"] == pytest.approx(expected, abs=1e-5)
            assert part["contribution"] == pytest.approx(part["weight"] * part["difference"])
        decided = {part["name"] for part in line["decided_by"]}
        others = [
            ours.contribution - theirs.contribution
            for ours, theirs in zip(good.objectives, bad.objectives, strict=True)
            if ours.name not in decided
        ]
        assert sum(others) > 0 or max(others) <= 1e-6


def test_rows_that_could_not_be_read_are_counted_named_and_missing(figures, out, source):
    counts = figures["benchmark"]
    assert (counts["rows"], counts["pairs"], counts["unreadable"]) == (63, 60, 3)
    lines = [json.loads(line) for line in (out / "rejects.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {f"{source}:61", "b3", "b101"}
    unreadable = {s["name"]: s["unreadable"] for s in figures["subsets"]}
    assert unreadable == {name: int(name == "hep-cpp") for name in SUBSETS}


def test_a_subset_of_which_nothing_could_be_read_is_told(model, tmp_path):
    made = [*rows(10), pair(90, subset="mt-bench-hard", chosen="on " * 3000)]
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", made)), tmp_path, how=QUICK)
    assert found["lost_subsets"] == {"mt-bench-hard": 1}
    sections = {section["name"]: section for section in found["rewardbench"]["sections"]}
    assert "mt-bench-hard: 0 of 37 pairs" in sections["Chat Hard"]["gaps"]


def test_a_benchmark_of_which_nothing_can_be_read_is_refused(model, tmp_path):
    path = write(tmp_path / "b.jsonl", [pair(1, chosen="on " * 3000)])
    with pytest.raises(DataError, match="no pair of 'b' could be read"):
        evaluate(model, read_benchmark(path), tmp_path / "out")


def test_a_file_without_rewardbench_has_no_section(model, tmp_path):
    path = write(tmp_path / "b.jsonl", [pair(n, subset="mine", category="") for n in range(4)])
    found = evaluate(model, read_benchmark(path), tmp_path / "out", how=QUICK)
    assert found["rewardbench"] is None
    assert [category["name"] for category in found["categories"]] == ["(no category)"]


def test_a_whole_section_is_complete(model, tmp_path):
    layout = {"hep-cpp": 164, "hep-go": 164, "hep-java": 164, "hep-js": 164, "hep-python": 164}
    layout |= {"hep-rust": 164, "math-prm": 447}
    made = [
        pair(f"{name}{n}", subset=name, chosen="on " * (n % 3 + 1), rejected="in " * (n % 4 + 1))
        for name, count in layout.items()
        for n in range(count)
    ]
    for row in made:
        row["prompt"] = "the"
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", made)), tmp_path, how=QUICK)
    sections = {section["name"]: section for section in found["rewardbench"]["sections"]}
    assert sections["Reasoning"]["complete"]
    assert sections["Reasoning"]["gaps"] == []
    assert found["rewardbench"]["score"] is None


def test_a_steering_changes_the_gate_and_is_named(model, source, out, figures):
    steering = Steering(name="safe only", fixed={"safe": 1})
    steered = evaluate(model.with_steering(steering), read_benchmark(source), out, how=QUICK)
    assert steered["steering"] == "safe only v1"
    # It stands beside the unsteered figures, not in their place.
    assert json.loads((out / "eval.safe-only-v1.json").read_text()) == steered
    assert json.loads((out / "eval.json").read_text())["steering"] is None
    assert figures["steering"] is None
    assert steered["subsets"][0]["weights"] == {"helpful": 0, "safe": 1, "verbosity": 0}
    assert steered["length"]["marginal"]["uniform"] == figures["length"]["marginal"]["uniform"]
    evaluate(model, read_benchmark(source), out, how=QUICK)


@pytest.mark.parametrize("metrics", [None, {}, {"gate": {"fixed": {"beta": 1}}}])
def test_a_model_without_fixed_weights_stands_beside_uniform_ones_alone(tiny, source, out, metrics):
    found = evaluate(model_on(tiny, metrics), read_benchmark(source), out, how=QUICK)
    assert set(found["baselines"]) == {"uniform"}
    assert set(found["subsets"][0]["accuracy"]) == {"gate", "uniform"}


@pytest.mark.parametrize("weights", [[0.5, 0.5], "x", [1, None, 0], [[1, 0, 0]]])
def test_fixed_weights_that_do_not_fit_are_refused(tiny, source, out, weights):
    damaged = model_on(tiny, {"gate": {"fixed": {"weights": weights}}})
    with pytest.raises(ModelError, match="do not fit its 3 objectives"):
        evaluate(damaged, read_benchmark(source), out)


def test_the_score_scale_is_in_margins_and_changes_no_accuracy(model, source, out, figures):
    scaled = replace(model, heads=replace(model.heads, score_scale=3.0))
    found = evaluate(scaled, read_benchmark(source), out, how=QUICK)
    assert [s["accuracy"] for s in found["subsets"]] == [s["accuracy"] for s in figures["subsets"]]
    evaluate(model, read_benchmark(source), out, how=QUICK)


def test_an_evaluation_never_stands_in_the_way_of_saving_the_model_anew(model, tmp_path):
    for bare in (tmp_path / "run" / "model", tmp_path / "bare"):
        model.save_pretrained(bare)
    (tmp_path / "run" / "stages").mkdir()
    assert default_folder(tmp_path / "run", "b") == tmp_path / "run" / "eval" / "b"
    assert default_folder(tmp_path / "run" / "model", "b") == tmp_path / "run" / "eval" / "b"
    beside = default_folder(tmp_path / "bare", "b")
    assert beside == tmp_path / "bare-eval" / "b"
    benchmark = read_benchmark(write(tmp_path / "b.jsonl", rows(8)))
    for bare in (tmp_path / "run" / "model", tmp_path / "bare"):
        evaluate(model, benchmark, default_folder(bare, "b"), how=QUICK)
        model.save_pretrained(bare)


def test_responses_that_are_read_as_the_same_tokens_are_a_tie(model, tmp_path):
    # Read in batches of different width, they would differ in their last bits.
    pairs = [
        pair(number, chosen="<think>" + "on " * number + "</think>in", rejected="in", subset="mine")
        for number in range(40)
    ]
    source = write(tmp_path / "b.jsonl", pairs)
    figures = evaluate(model, read_benchmark(source), tmp_path / "out", how=QUICK)
    (subset,) = figures["subsets"]
    assert subset["accuracy"]["gate"]["ties"] == 40
    assert subset["accuracy"]["gate"]["estimate"] == 0


def test_malformed_rows_are_counted_and_leftovers_of_a_kill_removed(model, tmp_path):
    source = write(
        tmp_path / "b.jsonl", [pair(0, subset="mine"), pair(1, chosen="", subset="gone")]
    )
    leftover = tmp_path / "out" / ".eval.json.abc.armo-tmp"
    leftover.parent.mkdir()
    leftover.touch()
    figures = evaluate(model, read_benchmark(source), tmp_path / "out", how=QUICK)
    assert figures["benchmark"]["malformed"] == figures["benchmark"]["unreadable"] == 1
    assert not leftover.exists()
