"""Results of a system: blind pairs, kept until something changes, and never lost with a process."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.benchmark.small import QUICK, model_on
from tests.leaderboard.small_systems import LikesLong, LikesTheFirst, benchmark, rows_of

from armo.backbone import Backbone
from armo.benchmark import Benchmark, evaluate
from armo.leaderboard import judging
from armo.leaderboard.entry import entry
from armo.leaderboard.judged import blind, labelled
from armo.leaderboard.judging import Reading
from armo.leaderboard.running import limited, run_system
from armo.leaderboard.share import same_share
from armo.leaderboard.standing import pairs_of
from armo.progress import silent
from armo.rivals.scored import ScoredSystem
from armo.rivals.system import from_margin


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    return benchmark(tmp_path_factory.mktemp("pairs"))


def run(system, rows, folder: Path, cost: int = 0):
    reading = Reading(folder / "features")
    return run_system(system, rows, rows[:cost], folder / "own", reading, silent)


def test_a_liking_for_a_place_gains_nothing(small, tmp_path):
    found = run(LikesTheFirst(), rows_of(small), tmp_path).judged
    won = sum(one.credit for one in found)
    assert 0.3 * len(found) < won < 0.7 * len(found)


def test_the_label_is_put_back_whichever_response_stands_first(small):
    seen = set()
    for row_id, row in rows_of(small):
        pair = blind(row_id, row)
        chosen = row.conversations()[0][-1]
        first = pair.a == chosen
        seen.add(first)
        if pair.a == pair.b:
            continue
        margin = 2.0 if first else -2.0
        scores = (3.0, 1.0) if first else (1.0, 3.0)
        found = labelled(row_id, from_margin(margin, scores), "model")
        assert (found.credit, found.margin, found.scores) == (1.0, 2.0, (3.0, 1.0))
    assert seen == {True, False}


def test_an_open_pair_is_half_won_by_a_judge_and_lost_by_scores(small):
    (row_id, _), *_ = rows_of(small)
    assert labelled(row_id, from_margin(0.0), "judge").credit == 0.5
    assert labelled(row_id, from_margin(0.0), "preference-model").credit == 0.0


def test_scores_are_those_of_armo_eval(tiny: Backbone, small, tmp_path):
    model, rows = model_on(tiny), rows_of(small)
    theirs = evaluate(model, small, tmp_path / "eval", how=QUICK)
    results = run(ScoredSystem(model), rows, tmp_path, cost=2)
    lengths = {one.id: one.lengths for one in results.judged}
    ours = entry("gate", "gate", results, pairs_of(rows, lengths, QUICK), None)
    for section, other in zip(ours["sections"], theirs["rewardbench"]["sections"], strict=True):
        expected = other["accuracy"]["gate"] if "accuracy" in other else None
        assert section["accuracy"] == expected
    for subset, other in zip(ours["subsets"], theirs["subsets"], strict=True):
        assert (subset["name"], subset["accuracy"]) == (other["name"], other["accuracy"]["gate"])
    for name in ("marginal", "within_prompts"):
        assert ours["length"][name] == pytest.approx(theirs["length"][name]["gate"])
    assert ours["all_pairs"]["accuracy"]["ties"] == 1
    assert ours["cost"]["pairs"] == 2
    assert ours["cost"]["tokens"] > 0
    assert ours["cost"]["seconds_per_1k_pairs"] > 0
    assert ours["cost"]["device"] == "cpu"


def test_a_reward_model_prefers_pairs_as_it_scores_them(tiny: Backbone, small):
    model, (row_id, row) = model_on(tiny), rows_of(small)[3]
    pair = blind(row_id, row)
    (found,) = ScoredSystem(model).prefer([pair], silent)
    assert found.scores == pytest.approx(model.score(list(pair.conversations())))
    assert found.margin == pytest.approx(found.scores[0] - found.scores[1])
    assert found.tokens == sum(one.tokens for one in model.decide(list(pair.conversations())))


def test_finished_results_are_kept_until_system_or_rows_change(small, tmp_path):
    rows = rows_of(small)
    first = run(LikesLong(), rows, tmp_path)
    again = LikesLong()
    assert run(again, rows, tmp_path) == first
    assert again.asked == []
    other = LikesLong(kind="other")
    run(other, rows, tmp_path)
    assert len(other.asked) == len(rows)
    back = LikesLong()
    run(back, rows[:-1], tmp_path)
    assert len(back.asked) == len(rows) - 1


@pytest.mark.parametrize("file", ["scores.jsonl", "judged.json"])
def test_damaged_results_are_made_anew(small, tmp_path, file):
    rows = rows_of(small)
    first = run(LikesLong(), rows, tmp_path)
    path = tmp_path / "own" / file
    path.write_bytes(path.read_bytes().replace(b"1", b"0", 1))
    again = LikesLong()
    assert run(again, rows, tmp_path) == first
    assert len(again.asked) == len(rows)


def test_a_stopped_run_goes_on_where_it_was(small, tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "_PIECE", 10)
    rows = rows_of(small)
    with pytest.raises(KeyboardInterrupt):
        run(LikesLong(die_at=35), rows, tmp_path)
    (part,) = (tmp_path / "own").glob("*.part")
    with part.open("ab") as stream:
        stream.write(b'00000000 {"id":"b3')
    again = LikesLong()
    found = run(again, rows, tmp_path)
    assert again.asked == [row_id for row_id, _ in rows[30:]]
    assert found.judged == run(LikesLong(), rows, tmp_path / "whole").judged
    assert not list((tmp_path / "own").glob("*.part"))


class Accounts(LikesLong):
    """Says what it judged, as a judge does that keeps its answers itself."""

    def report(self) -> dict:
        judged = len(set(self.asked))
        return {
            "endpoint": "here",
            "pairs": {"judged": judged},
            "requests": {"answered": judged},
            "run": {"asked": judged, "seconds": 1.0},
            "tokens": {"input": 7 * judged, "output": 0},
            "price": None,
        }


def test_the_account_of_a_judge_holds_what_a_killed_run_asked(small, tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "_PIECE", 10)
    rows = rows_of(small)
    with pytest.raises(KeyboardInterrupt):
        run(Accounts(die_at=35), rows, tmp_path)
    found = run(Accounts(), rows, tmp_path)
    assert found.report["pairs"]["judged"] == len(found.judged) == len(rows)
    assert (found.cost["pairs"], found.cost["tokens"]) == (len(rows), 7 * len(rows))


def test_a_cost_that_was_left_out_is_measured_later(small, tmp_path):
    rows = rows_of(small)
    assert run(LikesLong(), rows, tmp_path).cost is None
    later = LikesLong()
    found = run(later, rows, tmp_path, cost=3)
    assert found.cost["pairs"] == 3
    # One to warm up, and no row of the benchmark anew.
    assert len(later.asked) == 1 + 3
    assert run(LikesLong(), rows, tmp_path, cost=3) == found


def test_pairs_that_cannot_be_judged_are_listed_and_count_nowhere(small, tmp_path):
    rows = rows_of(small)
    results = run(LikesLong(unreadable=["b4", "b5"]), rows, tmp_path)
    line = entry("judge", "judge", results, pairs_of(rows, None, QUICK), None)
    assert (line["judged"], line["unreadable"]) == (len(rows) - 2, 2)
    assert line["all_pairs"]["accuracy"]["count"] == len(rows) - 2
    rejects = (tmp_path / "own" / "rejects.jsonl").read_text().splitlines()
    assert [json.loads(reject)["id"] for reject in rejects] == ["b4", "b5"]
    assert line["notes"] == {"open": line["all_pairs"]["accuracy"]["ties"]}
    assert line["calibration"] is line["by_margin"] is None


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=60),
    st.integers(1, 60),
)
@settings(max_examples=80, deadline=None)
def test_a_limit_takes_the_same_share_of_every_subset(subsets, limit):
    ids = [f"row {place}" for place in range(len(subsets))]
    taken = same_share(ids, subsets, limit)
    assert len(taken) == min(limit, len(ids))
    assert taken == sorted(set(taken))
    counts, whole = Counter(subsets[place] for place in taken), Counter(subsets)
    for subset, count in whole.items():
        assert abs(counts[subset] - count * len(taken) / len(ids)) < 1


def test_a_limited_system_judges_no_more(small, tmp_path):
    rows = rows_of(small)
    assert limited(rows, None) == rows
    some = limited(rows, 21)
    system = LikesLong()
    run(system, some, tmp_path)
    assert len(system.asked) == 21
    assert Counter(row.subset for _, row in some) == Counter(
        dict.fromkeys({row.subset for _, row in rows}, 3)
    )


def test_models_on_one_backbone_read_the_benchmark_once(tiny: Backbone, small, tmp_path):
    reading, rows = Reading(tmp_path / "features"), rows_of(small)
    first = reading.extraction(tiny, rows, silent)
    assert reading.extraction(tiny, rows, silent) is first
    other = model_on(tiny).backbone
    assert reading.extraction(other, rows, silent) is first
    assert len(list((tmp_path / "features").iterdir())) == 1
    assert dataclasses.asdict(tiny.identity)["name"]
