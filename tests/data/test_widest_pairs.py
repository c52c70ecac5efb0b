"""The widest pairs, against all pairs of a prompt looked at one by one."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armo.data.alike import bare_text
from armo.data.widest import Pair, Valued, Widest

_VALUES = st.sampled_from([0.0, 0.25, 0.5, 0.7, 0.1 + 0.2, 0.3, 1.0])
_RESPONSES = st.lists(st.tuples(_VALUES, st.sampled_from(["a", "b", None])), max_size=9).map(
    lambda drawn: [Valued(value, f"k{n}", bare) for n, (value, bare) in enumerate(drawn)]
)


def one_by_one(responses, gap):
    """All pairs that fit, in their order, and how many were kept out for what."""
    counts, fitting = Counter(), []
    for one, other in combinations(range(len(responses)), 2):
        high, low = sorted((one, other), key=lambda place: -responses[place].value)
        margin = responses[high].value - responses[low].value
        if responses[one].bare is not None and responses[one].bare == responses[other].bare:
            counts["equal"] += 1
        elif margin <= 1e-9:
            counts["ties"] += 1
        elif margin < gap - 1e-9:
            counts["below"] += 1
        else:
            fitting.append((-round(margin, 6), responses[high].key, responses[low].key))
    return sorted(fitting), counts


def fewest_uses_first(fitting, most):
    kept, uses, left = [], Counter(), list(fitting)
    while left and len(kept) < most:
        best = min(left, key=lambda pair: (uses[pair[1]] + uses[pair[2]], pair))
        left.remove(best)
        kept.append(best)
        uses.update(best[1:])
    return kept


def told(pairs: list[Pair]) -> list[tuple[str, ...]]:
    return [pair.keys for pair in pairs]


@given(responses=_RESPONSES, gap=st.sampled_from([0.0, 0.25, 0.4]), most=st.integers(1, 12))
def test_pairs_and_counts_are_those_of_looking_at_all(responses, gap, most):
    fitting, counts = one_by_one(responses, gap)
    widest = Widest(responses, gap)
    assert told(list(widest.all())) == [pair[1:] for pair in fitting]
    assert widest.counts == (counts["ties"], counts["below"], len(fitting))
    assert widest.equal == counts["equal"]
    assert told(widest.spread(most)) == [pair[1:] for pair in fewest_uses_first(fitting, most)]


@pytest.mark.parametrize("most", [1, 5])
def test_few_pairs_of_many_responses_are_found_without_making_all(most, monkeypatch):
    made = 0

    def counted(*fields):
        nonlocal made
        made += 1
        return Pair(*fields)

    monkeypatch.setattr("armo.data.widest.Pair", counted)
    responses = [Valued(number / 2000, f"k{number:04}", f"t{number}") for number in range(2000)]
    assert len(Widest(responses, 0.0).spread(most)) == most
    # One of each response to begin with, and then those of the few that are in a pair already.
    assert made <= (2 * most + 1) * 2000


def test_a_response_that_calls_a_tool_is_like_no_other():
    assert bare_text({"role": "assistant", "content": " a\n b"}) == "ab"
    assert bare_text({"role": "assistant", "content": "ab", "tool_calls": [{"name": "x"}]}) is None
