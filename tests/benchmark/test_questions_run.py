"""A whole run over questions with several responses, against one response at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.benchmark.small import FIXED, QUICK, REWARDBENCH_2, model_on, questions
from tests.benchmark.test_benchmark_reading import question, write
from tests.heads import NAMES

from armo import RewardModel, Steering
from armo.backbone import Backbone
from armo.benchmark import evaluate, read_benchmark
from armo.errors import DataError
from armo.evaluate import paired_difference
from armo.evaluate.rules import RULES, Question, subset_score

WEIGHTINGS = ("gate", "fixed weights", "uniform")


@pytest.fixture(scope="module")
def model(tiny: Backbone) -> RewardModel:
    return model_on(tiny)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    overlong = question(900, responses=_labelled("on", "in " * 3000))
    gone = question(901, subset="Gone", responses=_labelled("on", "in " * 3000))
    unknown = question(902, rule="none")
    folder = tmp_path_factory.mktemp("questions")
    return write(folder / "q.jsonl", [*questions(), overlong, gone, unknown])


@pytest.fixture(scope="module")
def out(model: RewardModel, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eval-questions") / "q"
    evaluate(model, read_benchmark(source), folder, how=QUICK)
    return folder


@pytest.fixture(scope="module")
def figures(out: Path) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads((out / "eval.json").read_text(), parse_constant=refuse)


@pytest.fixture(scope="module")
def scores(model: RewardModel) -> dict[str, dict[str, np.ndarray]]:
    """Every response through `decide`, one at a time: its scores and parts by question."""
    found = {}
    for row in questions():
        decisions = [
            model.decide(
                [
                    [
                        {"role": "user", "content": row["prompt"]},
                        {"role": "assistant", "content": response["message"]},
                    ]
                ]
            )[0]
            for response in row["responses"]
        ]
        debiased = np.array([[part.debiased for part in one.objectives] for one in decisions])
        found[row["id"]] = {
            "gate": np.array([one.score for one in decisions]),
            "fixed weights": debiased @ np.array(FIXED),
            "uniform": debiased.mean(axis=1),
            "debiased": debiased,
            "weights": np.array([part.weight for part in decisions[0].objectives]),
        }
    # Equal texts were read apart here, and must not differ by rounding.
    tie = found[questions()[0]["id"]]
    for name in (*WEIGHTINGS, "debiased"):
        tie[name] = np.repeat(tie[name][:1], 3, axis=0)
    return found


def _labelled(*texts: str) -> list[dict]:
    return [{"message": text, "label": int(not place)} for place, text in enumerate(texts)]


def _asked(rows: list[dict]) -> list[Question]:
    return [
        Question(
            id=row["id"],
            group=row.get("group", row["prompt"]),
            subset=row["subset"],
            category="Mine",
            labels=np.array([response["label"] for response in row["responses"]], dtype=float),
            metas=tuple(response.get("meta", {}) for response in row["responses"]),
        )
        for row in rows
    ]


def test_scores_are_the_rules_on_one_response_at_a_time(figures, scores):
    assert figures["schema"] == "armo.eval.responses/1"
    names = [subset["name"] for subset in figures["subsets"]]
    assert names == [*REWARDBENCH_2, "Ties", "chat"]
    for subset in figures["subsets"]:
        rows = [row for row in questions() if row["subset"] == subset["name"]]
        rule = RULES[subset["rule"]]
        assert subset["questions"] == len(rows)
        assert subset["responses"] == sum(len(row["responses"]) for row in rows)
        expected = {
            name: rule.measure(_asked(rows), [scores[row["id"]][name] for row in rows])
            for name in WEIGHTINGS
        }
        for name, measures in expected.items():
            assert subset["score"][name]["estimate"] == pytest.approx(
                subset_score(measures), abs=1e-3 if rule.name == "ties" else 1e-9
            )
            for ours, theirs in zip(subset["measures"], measures, strict=True):
                assert (ours["name"], ours["weight"]) == (theirs.name, theirs.weight)
                assert ours["score"][name]["count"] == len(theirs.values)
        gained = subset["score"]["gate"]["estimate"] - subset["score"]["uniform"]["estimate"]
        assert subset["gate_minus"]["uniform"]["estimate"] == pytest.approx(gained)
        assert subset["score"]["gate"]["low"] <= subset["score"]["gate"]["estimate"]
        assert subset["score"]["gate"]["estimate"] <= subset["score"]["gate"]["high"]


def test_differences_are_paired_by_question(figures, scores):
    (subset,) = [subset for subset in figures["subsets"] if subset["name"] == "Math"]
    rows = [row for row in questions() if row["subset"] == "Math"]
    won = {
        name: np.array([scores[row["id"]][name].argmax() == 0 for row in rows])
        for name in ("gate", "uniform")
    }
    found = subset["gate_minus"]["uniform"]
    expected = paired_difference(won["gate"], won["uniform"], resamples=2000)
    assert found["estimate"] == pytest.approx(expected.estimate)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high), abs=0.15)


def test_the_total_is_the_benchmarks_own_and_there_only_if_nothing_is_missing(
    model, figures, tmp_path
):
    (total,) = figures["totals"]
    assert total["rules"] == ["best-of", "ties"]
    parts = [s["score"]["gate"]["estimate"] for s in figures["subsets"] if s["name"] != "chat"]
    gate = total["score"]["gate"]
    assert gate["estimate"] == pytest.approx(np.mean(parts))
    assert gate["low"] < gate["estimate"] < gate["high"]
    assert gate["count"] == 5 * 12 + 16
    rows = [row for row in questions() if row["subset"] != "Math"]
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", rows)), tmp_path, how=QUICK)
    assert found["totals"] == []


def test_a_planted_benchmark_has_the_score_that_was_planted(model, scores, tmp_path):
    rows = [row for row in questions() if row["rule"] == "best-of"][1:41]
    for number, row in enumerate(rows):
        order = scores[row["id"]]["gate"].argsort()
        right = order[-1] if number < 31 else order[0]
        for place, response in enumerate(row["responses"]):
            response["label"] = int(place == right)
        row["subset"] = "planted"
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", rows)), tmp_path, how=QUICK)
    (subset,) = found["subsets"]
    assert subset["score"]["gate"]["estimate"] == pytest.approx(31 / 40)
    lines = (tmp_path / "misjudged.jsonl").read_text().splitlines()
    assert {json.loads(line)["id"] for line in lines} == {row["id"] for row in rows[31:]}


def test_one_objective_alone_is_scored_by_the_rule(figures, scores):
    for subset in figures["subsets"]:
        rows = [row for row in questions() if row["subset"] == subset["name"]]
        rule = RULES[subset["rule"]]
        for index, name in enumerate(NAMES[:2]):
            own = [scores[row["id"]]["debiased"][:, index] for row in rows]
            assert subset["alone"][name] == pytest.approx(
                subset_score(rule.measure(_asked(rows), own)), abs=1e-3
            )


def test_weights_are_means_over_prompts(figures, scores):
    for subset in figures["subsets"]:
        own = [scores[row["id"]] for row in questions() if row["subset"] == subset["name"]]
        expected = np.mean([one["weights"] for one in own], axis=0)
        assert list(subset["weights"].values()) == pytest.approx(expected.tolist(), abs=1e-5)
        assert subset["prompts"] == len(own)


def _compared(row: dict, own: np.ndarray) -> list[tuple[int, int]]:
    """Return the right and wrong responses that the rule of a row compares."""
    right = [place for place, one in enumerate(row["responses"]) if one["label"]]
    wrong = [place for place in range(len(own)) if place not in right]
    if row["rule"] == "styles":
        return [(one, other) for one in right for other in wrong]
    pick = min if row["rule"] == "ties" else max
    return [(pick(right, key=lambda place: own[place]), max(wrong, key=lambda place: own[place]))]


def test_what_each_rule_finds_lost_is_listed_with_what_decided_it(out, scores):
    lines = [json.loads(line) for line in (out / "misjudged.jsonl").read_text().splitlines()]
    margins = [line["margin"] for line in lines]
    assert margins == sorted(margins)
    assert margins[-1] == 0
    expected = {}
    for row in questions():
        own = scores[row["id"]]["gate"]
        for places in _compared(row, own):
            if not (margin := own[places[0]] - own[places[1]]) > 0:
                texts = [row["responses"][place]["message"] for place in places]
                expected[row["id"], *places] = (margin, *texts)
    assert {(line["id"], *line["places"]) for line in lines} == set(expected)
    assert len(lines) == len(expected)
    assert {line["subset"] for line in lines} >= {"Factuality", "chat"}
    for line in lines:
        margin, chosen, rejected = expected[line["id"], *line["places"]]
        assert line["margin"] == pytest.approx(margin, abs=1e-5)
        assert (line["chosen"], line["rejected"]) == (chosen, rejected)
        assert line["prompt"] == f"the {line['id']}"
        assert all(part["contribution"] < 0 for part in line["decided_by"])
        assert bool(line["decided_by"]) == (line["margin"] < 0)


def test_a_tied_prompt_whose_worst_right_answer_lost_is_listed(model, scores, tmp_path):
    rows = [row for row in questions() if row["rule"] == "ties"]
    for row in rows:
        order = scores[row["id"]]["gate"].argsort()
        # The best of all is right, and of the tied ones the worst as well.
        right = {order[-1], order[0]} if row["id"].startswith("tied") else {order[-1]}
        for place, response in enumerate(row["responses"]):
            response["label"] = int(place in right)
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", rows)), tmp_path, how=QUICK)
    (subset,) = found["subsets"]
    accuracy = [measure["score"]["gate"]["estimate"] for measure in subset["measures"][:2]]
    assert accuracy == [0, 1]
    lines = [json.loads(line) for line in (tmp_path / "misjudged.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {f"tied:{number}" for number in range(8)}


def test_responses_that_are_read_as_the_same_tokens_share_one_score(model, tmp_path):
    # Read in batches of different width, they would differ in their last bits.
    rows = [
        question(
            number,
            responses=_labelled("in", "<think>" + "on " * number + "</think>in", "in"),
            subset="same",
        )
        for number in range(1, 40)
    ]
    source = write(tmp_path / "b.jsonl", rows)
    found = evaluate(model, read_benchmark(source), tmp_path / "out", how=QUICK)
    (subset,) = found["subsets"]
    assert subset["ties"] == dict.fromkeys(WEIGHTINGS, 39)
    # One of three responses that are alike is the right one.
    for name in WEIGHTINGS:
        assert subset["score"][name]["estimate"] == pytest.approx(1 / 3)
    assert found["length"]["responses"] == 39


def test_ties_are_counted(figures):
    ties = {subset["name"]: subset["ties"]["gate"] for subset in figures["subsets"]}
    assert ties == {name: int(name == "Factuality") for name in ties}


def test_rows_that_could_not_be_used_are_counted_named_and_missing(figures, out):
    counts = figures["benchmark"]
    judged = len(questions())
    assert (counts["rows"], counts["questions"]) == (judged + 3, judged)
    assert (counts["malformed"], counts["unreadable"]) == (1, 3)
    unreadable = {subset["name"]: subset["unreadable"] for subset in figures["subsets"]}
    assert unreadable == {name: int(name == "Focus") for name in unreadable}
    assert figures["lost_subsets"] == {"Gone": 1}
    rejects = [json.loads(line) for line in (out / "rejects.jsonl").read_text().splitlines()]
    assert {reject["id"] for reject in rejects} == {"q900", "q901", "q902"}
    assert {reject["where"] for reject in rejects if reject["id"] != "q902"} == {"responses[1]"}


def test_a_subset_that_its_rule_cannot_score_is_named_and_the_others_are_scored(model, tmp_path):
    hopeless = question(7, responses=[{"message": text, "label": 0} for text in ("on", "in")])
    rows = [question(1), question(2), hopeless | {"subset": "hopeless"}]
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", rows)), tmp_path, how=QUICK)
    assert [subset["name"] for subset in found["subsets"]] == ["Focus"]
    assert "'q7'" in found["refused_subsets"]["hopeless"]
    other = write(tmp_path / "c.jsonl", [hopeless])
    with pytest.raises(DataError, match="no subset can be scored by its rule; the first: Focus"):
        evaluate(model, read_benchmark(other), tmp_path / "other")
    assert not (tmp_path / "other" / "eval.json").exists()


def test_questions_of_which_nothing_can_be_read_are_refused(model, tmp_path):
    path = write(tmp_path / "b.jsonl", [question(1, responses=_labelled("on", "in " * 3000))])
    with pytest.raises(DataError, match="no question of 'b' could be read"):
        evaluate(model, read_benchmark(path), tmp_path / "out")


def test_one_group_leaves_the_spread_unknown(model, tmp_path):
    rows = [question(number, group="one") for number in range(4)]
    found = evaluate(model, read_benchmark(write(tmp_path / "b.jsonl", rows)), tmp_path, how=QUICK)
    gate = found["subsets"][0]["score"]["gate"]
    assert (gate["low"], gate["high"], gate["count"], gate["groups"]) == (None, None, 4, 1)


def test_a_second_run_says_the_same_and_a_steering_stands_beside(model, source, out, figures):
    before = {name: (out / name).read_bytes() for name in ("eval.json", "misjudged.jsonl")}
    shards = {path: path.stat().st_mtime_ns for path in (out / "features").glob("*.arrow")}
    evaluate(model, read_benchmark(source), out, how=QUICK)
    assert {name: (out / name).read_bytes() for name in before} == before
    steered = evaluate(
        model.with_steering(Steering(name="safe only", fixed={"safe": 1})),
        read_benchmark(source),
        out,
        how=QUICK,
    )
    assert {path: path.stat().st_mtime_ns for path in shards} == shards
    assert json.loads((out / "eval.safe-only-v1.json").read_text()) == steered
    for before_it, after in zip(figures["subsets"], steered["subsets"], strict=True):
        assert after["score"]["gate"]["estimate"] == pytest.approx(after["alone"]["safe"])
        # What does not depend on the gate stays as it is, its interval too.
        for end in ("estimate", "low", "high"):
            assert after["score"]["uniform"][end] == pytest.approx(
                before_it["score"]["uniform"][end]
            )


def test_the_order_of_the_rows_changes_no_score(model, source, figures, tmp_path):
    backwards = write(tmp_path / "b.jsonl", list(reversed(questions())))
    found = evaluate(model, read_benchmark(backwards), tmp_path / "out", how=QUICK)
    ours = {s["name"]: s["score"]["uniform"]["estimate"] for s in found["subsets"]}
    theirs = {s["name"]: s["score"]["uniform"]["estimate"] for s in figures["subsets"]}
    assert ours == pytest.approx(theirs, abs=1e-3)


def test_a_model_without_fixed_weights_stands_beside_uniform_ones_alone(tiny, source, out):
    found = evaluate(model_on(tiny, None), read_benchmark(source), out, how=QUICK)
    assert set(found["subsets"][0]["score"]) == {"gate", "uniform"}
    assert set(found["totals"][0]["gate_minus"]) == {"uniform"}
