"""Pairs from ratings, against a slow and plain reading of the same rule."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.data import RatingRow
from armo.data.criterion import parse_by
from armo.data.pairing import pairs_from_ratings
from armo.errors import DataError, InputError

SCALES = {"wit": (0.0, 4.0), "care": (1.0, 5.0), "safe": (0.0, 1.0)}


def rating(number: int, prompt: str, answer: str, **ratings: float) -> RatingRow:
    return RatingRow(
        id=f"r{number}",
        source="hand",
        messages=[
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": answer},
        ],
        ratings=ratings,
        scale={name: SCALES[name] for name in ratings},
    )


def unit(name: str, value: float) -> float:
    low, high = SCALES[name]
    return (value - low) / (high - low)


def plain_values(rows: list[RatingRow], by: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Value of each response that has all ratings, by prompt."""
    gathered: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        place = (row.messages[0]["content"], row.messages[1]["content"])
        for name, value in row.rated():
            gathered[place][name].append(unit(name, value))
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for (prompt, answer), found in gathered.items():
        if set(by) <= set(found):
            means = {name: sum(found[name]) / len(found[name]) for name in by}
            total = sum(abs(weight) for weight in by.values())
            values[prompt][answer] = sum(by[name] * means[name] for name in by) / total
    return values


def plain_pairs(rows: list[RatingRow], by: Mapping[str, float], gap: float) -> set[tuple[str, ...]]:
    found = set()
    for prompt, answers in plain_values(rows, by).items():
        for one, other in combinations(answers, 2):
            high, low = sorted((one, other), key=lambda answer: -answers[answer])
            margin = answers[high] - answers[low]
            if one.split() != other.split() and margin > 1e-9 and margin >= gap - 1e-9:
                found.add((prompt, high, low))
    return found


def told(pairs: list[Any]) -> list[tuple[str, str, str]]:
    return [
        (pair.prompt[0]["content"], pair.chosen[0]["content"], pair.rejected[0]["content"])
        for pair in pairs
    ]


ROWS = st.lists(
    st.builds(
        lambda number, prompt, answer, wit, care: rating(
            number,
            prompt,
            answer,
            **{k: v for k, v in (("wit", wit), ("care", care)) if v is not None},
            **({"safe": 1} if wit is None and care is None else {}),
        ),
        st.integers(0, 999),
        st.sampled_from(["p", "q"]),
        st.sampled_from(["a", "a ", "b", "c", "d", "e"]),
        st.none() | st.integers(0, 4),
        st.none() | st.sampled_from([1, 2.5, 3, 4, 5]),
    ),
    max_size=25,
)
ANCHOR = rating(-1, "other", "x", wit=1, care=1)


@given(
    rows=ROWS,
    by=st.sampled_from(
        [{"wit": 1.0}, {"care": -2.0}, {"wit": 0.7, "care": 0.3}, {"wit": 1.0, "care": -1.0}]
    ),
    gap=st.sampled_from([0.0, 0.25, 0.3, 0.7]),
    cap=st.none() | st.integers(1, 4),
)
def test_pairs_are_those_of_a_plain_reading(rows, by, gap, cap):
    rows = [ANCHOR, *rows]
    made, report = pairs_from_ratings(rows, by, gap, cap)
    possible = plain_pairs(rows, by, gap)
    found = told(made)
    assert len(set(found)) == len(found)
    assert set(found) <= possible
    for prompt in ("p", "q"):
        count = sum(1 for pair in possible if pair[0] == prompt)
        kept = sum(1 for pair in found if pair[0] == prompt)
        assert kept == (count if cap is None else min(count, cap))
    values = plain_values(rows, by)
    for pair, (prompt, high, low) in zip(made, found, strict=True):
        pair.check()
        assert pair.meta["chosen_rating"] == pytest.approx(values[prompt][high])
        assert pair.meta["rejected_rating"] == pytest.approx(values[prompt][low])
        assert pair.meta["margin"] == pytest.approx(values[prompt][high] - values[prompt][low])
    everything = sum(math.comb(len(answers), 2) for answers in values.values())
    parts = report.ties + report.below_gap + report.equal + report.beyond_cap
    assert report.pairs + parts == everything
    assert report.pairs == len(made) == sum(report.sources.values())
    assert report.beyond_cap == len(possible) - len(made)
    assert report.rated_prompts == sum(len(answers) > 1 for answers in values.values())
    assert report.responses - report.incomplete == sum(map(len, values.values()))
    assert report.rows - report.repeated == report.responses


@given(rows=ROWS, cap=st.integers(1, 3), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_pair(rows, cap, random):
    rows = [ANCHOR, *rows]
    shuffled = rows.copy()
    random.shuffle(shuffled)
    first, second = (
        pairs_from_ratings(some, {"wit": 1.0}, 0.0, cap)[0] for some in (rows, shuffled)
    )
    assert sorted(pair.id for pair in first) == sorted(pair.id for pair in second)
    assert sorted(told(first)) == sorted(told(second))


def test_few_pairs_are_wide_and_spread_over_the_responses():
    rows = [rating(wit, "p", f"answer {wit}", wit=wit) for wit in range(5)]
    made, report = pairs_from_ratings(rows, {"wit": 1}, 0.0, 2)
    assert told(made) == [("p", "answer 4", "answer 0"), ("p", "answer 3", "answer 1")]
    assert report.beyond_cap == 8
    made, _ = pairs_from_ratings(rows, {"wit": 1}, 0.0, 1)
    assert [pair.meta["margin"] for pair in made] == [1.0]


def test_a_pair_says_where_it_comes_from():
    rows = [rating(0, "p", "good", wit=4), rating(1, "p", "bad", wit=1)]
    rows[1].source, rows[1].group = "field", "g"
    ((pair,), report) = pairs_from_ratings(rows, {"wit": 1}, 0.0, None)
    assert pair.source == "field + hand"
    assert pair.group == "g"
    assert pair.meta == {
        "derived": True,
        "by": "wit",
        "margin": 0.75,
        "chosen_rating": 1.0,
        "rejected_rating": 0.25,
    }
    assert report.sources == {"field + hand": 1}
    assert pairs_from_ratings(rows, {"wit": -3}, 0.0, None)[0][0].meta["by"] == "wit (low)"


def test_several_raters_are_averaged_and_complete_each_other():
    rows = [
        rating(0, "p", "one", wit=4),
        rating(1, "p", "one", wit=0),
        rating(2, "p", "one", care=5),
        rating(3, "p", "two", wit=1, care=1),
        rating(4, "p", "three", wit=4),
    ]
    ((pair,), report) = pairs_from_ratings(rows, {"wit": 1, "care": 1}, 0.0, None)
    assert told([pair]) == [("p", "one", "two")]
    assert pair.meta["chosen_rating"] == pytest.approx(0.75)
    assert (report.repeated, report.incomplete) == (2, 1)


def test_a_gap_that_is_met_exactly_counts():
    rows = [rating(0, "p", "a", wit=2.8), rating(1, "p", "b", wit=1.8)]
    made, _ = pairs_from_ratings(rows, {"wit": 1}, 0.25, None)
    assert len(made) == 1


@pytest.mark.parametrize(
    ("by", "gap", "cap", "match"),
    [
        ({}, 0.0, None, "at least one objective"),
        ({"wit": 0.0}, 0.0, None, "other than 0"),
        ({"wit": math.nan}, 0.0, None, "other than 0"),
        ({"wit": 1.0}, 1.5, None, "must be 0 to 1"),
        ({"wit": 1.0}, math.nan, None, "must be 0 to 1"),
        ({"wit": 1.0}, 0.0, 0, "at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(by, gap, cap, match):
    with pytest.raises(InputError, match=match):
        pairs_from_ratings([ANCHOR], by, gap, cap)


def test_unknown_objectives_and_two_scales_are_refused():
    with pytest.raises(DataError, match=r"no row rates 'wot' \(did you mean 'wit'\?\)"):
        pairs_from_ratings([ANCHOR], {"wot": 1}, 0.0, None)
    other = rating(1, "p", "a", wit=1)
    other.scale = {"wit": (0.0, 10.0)}
    with pytest.raises(DataError, match=r"row 'r1': objective 'wit' has the scale \[0, 10\]"):
        pairs_from_ratings([ANCHOR, other], {"wit": 1}, 0.0, None)


def test_weights_as_people_write_them():
    assert parse_by("wit") == {"wit": 1.0}
    assert parse_by("wit=0.7, care = -.3") == {"wit": 0.7, "care": -0.3}
    for text, match in (
        ("", "expected"),
        ("wit,,care", "expected"),
        ("wit=x", "no number"),
        ("wit=1,wit=2", "given twice"),
    ):
        with pytest.raises(InputError, match=match):
            parse_by(text)
