from __future__ import annotations

import math

import msgspec
import pytest

from armo.decision import Decision, ObjectivePart, compare_decisions, rank_decisions


def decision(name: str, **contributions: float) -> Decision:
    return Decision(
        id=name,
        score=sum(contributions.values()),
        objectives=[
            ObjectivePart(
                name=objective,
                reward=value,
                native=value,
                debiased=value * 2,
                weight=0.5,
                coefficient=0.5,
                contribution=value,
            )
            for objective, value in contributions.items()
        ],
        score_scale=1.0,
        tokens=9,
        response_tokens=4,
        truncated=False,
        split_at_boundary=False,
        steering=None,
        model="m",
        backbone="b",
    )


def test_the_margin_is_the_sum_over_objectives():
    a, b = decision("a", good=0.5, safe=-0.25), decision("b", good=0.25, safe=0.5)
    comparison = compare_decisions(a, b, preference_beta=3.0)
    assert comparison.margin == pytest.approx(-0.5)
    assert sum(part.contribution for part in comparison.objectives) == pytest.approx(-0.5)
    assert comparison.probability == pytest.approx(1 / (1 + math.exp(1.5)))
    assert comparison.winner == "b"
    assert compare_decisions(a, a, 1.0).winner == "tie"


def test_a_huge_margin_does_not_overflow():
    a, b = decision("a", good=1e6), decision("b", good=-1e6)
    assert compare_decisions(a, b, 100.0).probability == 1
    assert compare_decisions(b, a, 100.0).probability == 0


def test_equal_scores_share_a_rank():
    decisions = [
        decision(name, good=value) for name, value in zip("abcd", [1, 3, 3, 0], strict=True)
    ]
    ranked = rank_decisions(decisions)
    assert [(entry.rank, entry.index) for entry in ranked] == [(1, 1), (1, 2), (3, 0), (4, 3)]


def test_the_record_survives_json_and_names_its_schema():
    one = decision("a", good=0.5)
    raw = msgspec.json.encode(one)
    assert msgspec.json.decode(raw, type=Decision) == one
    assert msgspec.json.decode(raw)["schema"] == "armo.decision/1"
    assert one["good"].contribution == 0.5
    with pytest.raises(KeyError):
        one["bad"]
