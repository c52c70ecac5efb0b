"""Figures of pairs and labelled responses against brute force."""

from __future__ import annotations

from collections import defaultdict

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from armo.survey import survey
from tests.survey.survey_rows import labelled, pair, write
from tests.survey.test_survey_objectives import surveyed

_TEXTS = ["a", "bb", "ccc", "dddd", "ff"]
_PAIR = st.tuples(
    st.sampled_from(_TEXTS), st.sampled_from(_TEXTS), st.sampled_from(["one?", "two?"])
).filter(lambda drawn: drawn[0] != drawn[1])


@settings(max_examples=100, deadline=None)
@given(st.lists(_PAIR, min_size=1, max_size=25))
def test_pairs_and_conflicts_are_those_of_a_graph(drawn):
    figures = surveyed([pair(n, a, b, prompt=p) for n, (a, b, p) in enumerate(drawn)])
    (found,) = figures.pairs
    assert found.pairs == len(drawn)
    assert found.prompts == len({prompt for *_, prompt in drawn})
    unequal = [(a, b) for a, b, _ in drawn if len(a) != len(b)]
    assert found.same_length == len(drawn) - len(unequal)
    if unequal:
        share = sum(len(a) > len(b) for a, b in unequal) / len(unequal)
        assert found.longer.estimate == pytest.approx(share)
    else:
        assert found.longer is None
    _assert_conflicts(figures.conflicts, drawn)
    each = defaultdict(set)
    for a, b, prompt in drawn:
        each[prompt] |= {a, b}
    assert sum(one.prompts for one in figures.responses_each) == len(each)
    assert sum(one.responses * one.prompts for one in figures.responses_each) == sum(
        map(len, each.values())
    )


def _assert_conflicts(conflicts, drawn):
    edges = {((p, a), (p, b)) for a, b, p in drawn}
    ends = [frozenset(edge) for edge in edges]
    both = {end for end in ends if ends.count(end) == 2}
    assert conflicts.distinct == len(set(ends))
    assert conflicts.both_orders == len(both)
    assert conflicts.prompts == len({prompt for end in both for prompt, _ in end})
    graph = networkx.DiGraph([edge for edge in edges if frozenset(edge) not in both])
    cyclic = {
        node
        for part in networkx.strongly_connected_components(graph)
        if len(part) > 1
        for node in part
    }
    assert conflicts.in_cycles == len(cyclic)
    assert conflicts.prompts_in_cycles == len({prompt for prompt, _ in cyclic})
    rows = [frozenset([(p, a), (p, b)]) for a, b, p in drawn]
    assert conflicts.repeated == sum(rows.count(end) > 1 for end in set(rows))


def test_margins_are_counted_and_other_values_are_not():
    margins = [0, 1.5, -2, 3, True, "4", None, 10**400]
    rows = [
        pair(n, "long one", "short", prompt=f"{n}?", meta={"margin": margin})
        for n, margin in enumerate(margins)
    ]
    (found,) = surveyed(rows).pairs
    assert (found.margins.pairs, found.margins.zero, found.margins.negative) == (4, 1, 1)
    assert (found.margins.spread.lowest, found.margins.spread.highest) == (-2, 3)
    assert sum(bar.count for bar in found.margins.bars) == 4


def test_sources_come_after_all_of_their_kind():
    rows = [pair(n, "ab", "a", source="xy"[n % 2], prompt=f"{n}?") for n in range(5)]
    found = surveyed(rows).pairs
    assert [(one.source, one.pairs) for one in found] == [("all", 5), ("x", 3), ("y", 2)]
    assert found[0].longer.estimate == 1
    assert found[0].ratio == 2


def test_equal_responses_of_a_benchmark_are_counted(tmp_path):
    rows = [pair(n, "same", "same", prompt=f"{n}?") | {"subset": "s"} for n in range(3)]
    found = survey([write(tmp_path / "pairs.jsonl", rows)])
    (one,) = found.figures.pairs
    assert (one.kind, one.equal, one.longer) == ("benchmark", 3, None)
    assert "Pairs of equal responses" in {finding.head for finding in found.findings}


def test_labelled_responses(tmp_path):
    labels = [[1, 0, 0, 1], [0, 0, 0], [1, 0, 1]]
    rows = [labelled(n, row, prompt=f"{n}?") for n, row in enumerate(labels)]
    (found,) = surveyed(rows).sets
    assert (found.rows, found.responses, found.fewest, found.most) == (3, 10, 3, 4)
    assert found.undecided == 1
    assert found.length_within is not None
    rising = [labelled(n, [0, 1, 2, 3], prompt=f"{n}?") for n in range(5)]
    (found,) = surveyed(rising).sets
    assert found.length_within == pytest.approx(spearmanr(range(4), range(4)).statistic)


def test_pairs_of_a_group_are_of_their_own_prompts_and_drawn_together():
    drawn = [("a", "bb", f"{n}?") for n in range(30)] + [("bb", "a", f"{n}?") for n in range(30)]
    rows = [pair(n, a, b, prompt=p) for n, (a, b, p) in enumerate(drawn)]
    alone = surveyed(rows)
    grouped = surveyed([row | {"group": f"g{n // 30}"} for n, row in enumerate(rows)])
    assert grouped.pairs[0].prompts == 30
    assert grouped.conflicts == alone.conflicts
    assert grouped.responses_each == alone.responses_each
    # Each prompt has one pair of either order, so that drawing prompts draws no difference.
    assert (alone.pairs[0].longer.low, alone.pairs[0].longer.high) == (0.5, 0.5)
    assert (grouped.pairs[0].longer.low, grouped.pairs[0].longer.high) == (0, 1)
