from __future__ import annotations

import json
import tomllib

import msgspec
import pytest
from tests.data.test_files import write
from tests.overlap.overlap_rows import ANSWER, LONG, SHORT, benchmark, preference, rating

from armo.errors import DataError, InputError
from armo.overlap import OverlapSettings, contaminated_rows

EDITED = LONG.replace("red book", "blue book")
RATINGS = [rating("r0", "What?"), rating("r1", SHORT.upper()), rating("r1", "Why?", ANSWER)]
PREFERENCES = [preference("p0", EDITED), preference("p1", "How?", "No.", ANSWER)]


@pytest.fixture
def source(tmp_path):
    rows = [
        benchmark("b0", LONG),
        benchmark("b1", SHORT, chosen=ANSWER),
        benchmark("b2", "Untouched?"),
    ]
    lines = [json.dumps(msgspec.to_builtins(row)) for row in rows]
    return write(tmp_path / "benchmark.jsonl", [*lines, "{"])


def test_rows_are_told_by_place_and_taken_out(source):
    found = contaminated_rows(RATINGS, PREFERENCES, [source], OverlapSettings())
    assert found
    assert {place: match.kind for place, match in found.ratings.items()} == {1: "exact prompt"}
    assert {place: match.kind for place, match in found.preferences.items()} == {0: "near prompt"}
    # Two rows are called r1; only the one that repeats something goes.
    assert found.clean_ratings(RATINGS) == [RATINGS[0], RATINGS[2]]
    assert found.clean_preferences(PREFERENCES) == [PREFERENCES[1]]
    assert [(reject.id, reject.reason, reject.where) for reject in found.rejects()] == [
        ("r1", f"repeats row 'b1' of {source}: exact prompt", "data.contamination"),
        ("p0", f"repeats row 'b0' of {source}: near prompt, Jaccard 0.83", "data.contamination"),
    ]
    assert found.record() == {
        "ratings": {"exact prompt": 1},
        "preferences": {"near prompt": 1},
        "benchmark_rows": 3,
        "touched": 2,
        "unreadable": 1,
    }
    assert [reject.where for reject in found.unreadable] == [f"{source}:4"]


def test_the_refusal_says_what_where_and_what_to_do(source):
    told = contaminated_rows(RATINGS, PREFERENCES, [source], OverlapSettings()).complaint()
    for words in (
        "data.contamination: 1 rating rows and 1 preference rows repeat 2 of 3 benchmark rows",
        "1 exact prompt, 1 near prompt",
        f"row 'r1' repeats row 'b1' of {source} (exact prompt)",
        'action = "remove"',
    ):
        assert words in told


@pytest.mark.parametrize(
    ("rule", "ratings", "preferences"),
    [
        ("prompt", {1}, {0}),
        ("response", {2}, {1}),
        ("either", {1, 2}, {0, 1}),
        ("both", set(), set()),
    ],
)
def test_what_counts_is_a_setting(source, rule, ratings, preferences):
    found = contaminated_rows(RATINGS, PREFERENCES, [source], OverlapSettings(match=rule))
    assert (found.ratings.keys(), found.preferences.keys()) == (ratings, preferences)
    assert bool(found) == bool(ratings)


def test_equal_texts_only(source):
    found = contaminated_rows(RATINGS, PREFERENCES, [source], OverlapSettings(threshold=1))
    assert found.ratings.keys() == {1}
    assert not found.preferences


def test_clean_data_is_left_as_it_is(source):
    found = contaminated_rows(RATINGS[:1], [], [source], OverlapSettings())
    assert not found
    assert found.clean_ratings(RATINGS[:1]) == RATINGS[:1]
    assert found.rejects() == []
    assert found.record()["touched"] == 0


def test_several_benchmarks_are_one(source, tmp_path):
    other = write(
        tmp_path / "other.jsonl", [json.dumps(msgspec.to_builtins(benchmark("o", "What?")))]
    )
    found = contaminated_rows(RATINGS, [], [source, other], OverlapSettings())
    assert found.ratings.keys() == {0, 1}
    assert found.benchmark_rows == 4


def test_mistakes_are_refused(source, tmp_path):
    with pytest.raises(InputError, match="threshold"):
        contaminated_rows([], [], [source], OverlapSettings(threshold=2))
    with pytest.raises(DataError, match="no such file"):
        contaminated_rows([], [], [tmp_path / "none.jsonl"], OverlapSettings())


def test_settings_come_from_toml():
    table = tomllib.loads('benchmarks = ["b.jsonl"]\naction = "remove"\nthreshold = 1\n')
    settings = msgspec.convert(table, OverlapSettings)
    assert settings == OverlapSettings(["b.jsonl"], "remove", 1.0, "prompt")
    with pytest.raises(msgspec.ValidationError, match="action"):
        msgspec.convert({"action": "ignore"}, OverlapSettings)
