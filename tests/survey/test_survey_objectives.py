"""Figures of objectives against scipy and plain Python."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from armo.survey import survey
from armo.survey.objectives import histogram
from tests.survey.survey_rows import rating, write

_ROW = st.fixed_dictionaries(
    {
        "ratings": st.dictionaries(st.sampled_from("abc"), st.integers(0, 4), min_size=1),
        "prompt": st.sampled_from(["one?", "two?", "three?"]),
        "words": st.integers(1, 30),
        "source": st.sampled_from(["x", "y"]),
    }
)


def surveyed(rows):
    with tempfile.TemporaryDirectory() as folder:
        return survey([write(Path(folder) / "rows.jsonl", rows)]).figures


@settings(max_examples=40, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=40))
def test_objectives_and_correlations_are_those_of_plain_python(drawn):
    rows = [
        rating(
            number,
            one["ratings"],
            prompt=one["prompt"],
            response="ab " * one["words"] + "end",
            source=one["source"],
        )
        for number, one in enumerate(drawn)
    ]
    figures = surveyed(rows)
    names = sorted({name for one in drawn for name in one["ratings"]})
    assert [one.name for one in figures.objectives] == names
    for one in figures.objectives:
        rated = [row for row in drawn if one.name in row["ratings"]]
        values = [row["ratings"][one.name] for row in rated]
        lengths = [3 * row["words"] + 3 for row in rated]
        assert one.overall.labels == len(values)
        assert one.overall.prompts == len({row["prompt"] for row in rated})
        assert one.overall.mean == pytest.approx(np.mean(values))
        assert one.overall.sd == pytest.approx(np.std(values))
        assert one.overall.at_low == pytest.approx(values.count(0) / len(values))
        assert one.overall.at_high == pytest.approx(values.count(4) / len(values))
        assert one.overall.commonest_share == max(Counter(values).values()) / len(values)
        assert {bar.low: bar.count for bar in one.overall.bars} == Counter(values)
        assert {part.source: part.labels for part in one.by_source} == Counter(
            row["source"] for row in rated
        )
        _assert_same_correlation(one.length, values, lengths)
        within, kept = _centred(rated, one.name)
        assert one.rows_within == len(kept)
        if one.length_within is not None:
            # Ties that centring broke in the last bits are put together, as in the program.
            expected = spearmanr(np.round(within, 9), np.round(kept, 9)).statistic
            assert one.length_within == pytest.approx(0 if np.isnan(expected) else expected)
    _assert_together(figures.together, drawn, names)


def _assert_same_correlation(found, x, y):
    if len(x) < 10 or len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(x, y).statistic)


def _centred(rows, name):
    groups = defaultdict(list)
    for row in rows:
        groups[row["prompt"]].append((row["ratings"][name], np.log1p(3 * row["words"] + 3)))
    values, lengths = [], []
    for members in groups.values():
        if len(members) > 1:
            centred = np.array(members) - np.mean(members, axis=0)
            values.extend(centred[:, 0])
            lengths.extend(centred[:, 1])
    return values, lengths


def _assert_together(together, drawn, names):
    patterns = Counter(tuple(sorted(row["ratings"])) for row in drawn)
    assert {tuple(one.objectives): one.rows for one in together.patterns} == patterns
    for pattern in together.patterns:
        sources = {row["source"] for row in drawn if sorted(row["ratings"]) == pattern.objectives}
        assert pattern.sources == sorted(sources)
    for i, first in enumerate(names):
        for j, second in enumerate(names):
            both = [row["ratings"] for row in drawn if {first, second} <= row["ratings"].keys()]
            assert together.rows[i][j] == len(both)
            _assert_same_correlation(
                together.correlations[i][j],
                [one[first] for one in both],
                [one[second] for one in both],
            )
    for i, name in enumerate(names):
        counts = Counter(row["source"] for row in drawn if name in row["ratings"])
        assert dict(zip(together.sources, together.by_source[i], strict=True)) == {
            source: counts[source] for source in together.sources
        }


def test_blocks_are_objectives_that_rows_link():
    rows = [
        rating(0, {"a": 1, "b": 2}),
        rating(1, {"b": 1, "c": 2}),
        rating(2, {"d": 1}),
        rating(3, {"e": 1, "f": 2}),
    ]
    together = surveyed(rows).together
    assert together.blocks == [[0, 1, 2], [4, 5], [3]]
    assert together.rows[0][2] == 0


def test_many_values_are_binned_over_the_whole_scale():
    values = np.linspace(2.0, 3.0, 400)
    bars = histogram(values, (0.0, 4.0))
    assert len(bars) == 20
    assert (bars[0].low, bars[-1].high) == (0.0, 4.0)
    assert sum(bar.count for bar in bars) == 400
    assert all(bar.count == 0 for bar in bars if bar.high <= 2 or bar.low > 3)


def test_rows_that_differ_in_scale_are_compared_in_unit_scale():
    rows = [rating(0, {"a": 2}, scale=(0, 4)), rating(1, {"a": 5}, scale=(1, 5))]
    (one,) = surveyed(rows).objectives
    assert one.scales == [(0, 4), (1, 5)]
    assert (one.low, one.high) == (0, 1)
    assert one.overall.mean == 0.75


def test_within_prompts_means_prompts_whatever_groups_rows_name():
    # The length of all responses to a prompt decides their rating; within a prompt nothing does.
    rng = np.random.default_rng(0)
    rows = []
    for number in range(180):
        prompt = number // 3
        level = prompt % 5
        response = "x" * (100 * level + int(rng.integers(1, 90)))
        rows.append(rating(number, {"a": level}, prompt=f"{prompt}?", response=response))
    alone = surveyed(rows)
    grouped = surveyed([row | {"group": f"g{n // 3 % 6}"} for n, row in enumerate(rows)])
    assert grouped.objectives == alone.objectives
    assert grouped.objectives[0].length_within is None
    assert grouped.objectives[0].overall.prompts == 60
    assert (grouped.prompts, grouped.parts) == (alone.prompts, alone.parts)
