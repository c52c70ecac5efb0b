from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.data import LimitSettings, RatingRow, SampleSettings, load_dataset
from armo.data.limits import limit_rows
from armo.errors import DataError
from tests.data.test_files import preference, rating, write
from tests.tiny import chat


def rows(count: int, source: str = "a") -> list[RatingRow]:
    return [
        RatingRow(
            id=f"{source} {number}",
            source=source,
            messages=chat("x", "y"),
            ratings={"good": 1},
            scale={"good": (0, 1)},
        )
        for number in range(count)
    ]


@given(st.integers(0, 30), st.integers(0, 40), st.randoms())
def test_a_limit_keeps_so_many_whatever_the_order(count, limit, random):
    given_rows = [*rows(30, "other"), *rows(count)]
    if not count:
        return
    kept, left_out = limit_rows(given_rows, {"a": limit}, "limits")
    assert sum(row.source == "a" for row in kept) == min(limit, count)
    assert sum(row.source == "other" for row in kept) == 30
    assert len(kept) + len(left_out) == len(given_rows)
    assert {row.id for row in kept}.isdisjoint(reject.id for reject in left_out)
    assert [row for row in given_rows if row in kept] == kept
    shuffled = random.sample(given_rows, len(given_rows))
    assert {row.id for row in limit_rows(shuffled, {"a": limit}, "limits")[0]} == {
        row.id for row in kept
    }


def test_a_higher_limit_only_adds_rows():
    few = {row.id for row in limit_rows(rows(50), {"a": 10}, "limits")[0]}
    more = {row.id for row in limit_rows(rows(80), {"a": 60}, "limits")[0]}
    assert len(few) == 10
    assert len(few & {row.id for row in rows(50)}) == len(few)
    assert len(more) == 60
    assert {row.id for row in limit_rows(rows(50), {"a": 20}, "limits")[0]} > few


def test_a_limit_on_a_source_that_is_not_there_is_a_sentence():
    with pytest.raises(DataError, match=r"limits: no row has the source 'aa' \(did you mean 'a'"):
        limit_rows(rows(2), {"aa": 1}, "limits")


def test_rows_beyond_a_limit_are_named_with_the_reason(tmp_path):
    ratings = write(tmp_path / "r.jsonl", [rating(id=f"{n}", source="s") for n in range(4)])
    pairs = write(tmp_path / "p.jsonl", [preference(source="s")])
    data = load_dataset(
        [str(ratings)], [str(pairs)], SampleSettings(), LimitSettings(ratings={"s": 1})
    )
    assert len(data.ratings) == 1
    assert len(data.left_out) == 3
    assert data.left_out[0].reason == "beyond the 1 rows of 's' in data.limits.ratings"
