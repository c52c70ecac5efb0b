"""Pairs of a prompt's responses by how far apart their values are, without making all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush, merge
from typing import NamedTuple

# Values are compared in steps of this size: weighted means that are equal on paper differ in their
# last bits, and so by a step at most.
_STEP = 1e-9


class Valued(NamedTuple):
    """A response that can be one of a pair.

    Attributes:
        value: How good it is.
        key: Tells it from the others of its prompt.
        bare: Responses with the same of this are alike; None is like no other. See `bare_text`.
    """

    value: float
    key: str
    bare: str | None


class Pair(NamedTuple):
    """Two responses, as places among those of their prompt; pairs sort as they are preferred.

    Attributes:
        narrow: Minus the difference of their values, in steps.
        keys: Keys of both, so that the order of rows decides nothing.
        chosen: Place of the better one.
        rejected: Place of the other.
    """

    narrow: int
    keys: tuple[str, str]
    chosen: int
    rejected: int


class Counts(NamedTuple):
    """How many pairs some responses make: of equal value, of values too close, and all others."""

    ties: int
    below_gap: int
    fitting: int


class Widest:
    """The pairs of a prompt's responses that differ enough in value.

    Args:
        responses: The responses.
        min_gap: Least difference of two values; those of equal value never make a pair.

    Attributes:
        counts: Pairs by what keeps them out, alike ones left out.
        equal: Pairs that are alike.
    """

    def __init__(self, responses: Sequence[Valued], min_gap: float) -> None:
        self._responses = responses
        steps = [round(response.value / _STEP) for response in responses]
        self._order = sorted(range(len(responses)), key=lambda i: (steps[i], responses[i].key))
        self._steps = [steps[place] for place in self._order]
        self._gap = round(min_gap / _STEP) - 1
        alike = [_counts(same, self._gap) for same in self._alike()]
        every = _counts(self._steps, self._gap)
        self.equal = sum(map(sum, alike))
        self.counts = Counts(
            *(total - sum(part) for total, *part in zip(every, *alike, strict=True))
        )

    def all(self) -> Iterator[Pair]:
        """Yield all pairs that fit, the widest first; as many are made as are asked for."""
        return merge(*(self._with_chosen(rank) for rank in range(len(self._order))))

    def spread(self, most: int) -> list[Pair]:
        """Return at most so many pairs: first those of responses with the fewest so far, then wide ones.

        A pair that is looked at in vain has a response of one that was kept, so `most` pairs of n
        responses need a look at 2 `most` n at most.
        """
        uses: Counter[int] = Counter()
        kept: list[Pair] = []
        waiting: list[tuple[int, Pair]] = []
        for pair in self.all():
            if len(kept) == most:
                return kept
            if used := uses[pair.chosen] + uses[pair.rejected]:
                waiting.append((used, pair))
                continue
            kept.append(pair)
            uses.update((pair.chosen, pair.rejected))
        return kept + _least_used(waiting, uses, most - len(kept))

    def _with_chosen(self, rank: int) -> Iterator[Pair]:
        chosen, step = self._order[rank], self._steps[rank]
        better = self._responses[chosen]
        for below in range(bisect_right(self._steps, step - _fewest_steps(self._gap))):
            rejected = self._order[below]
            worse = self._responses[rejected]
            if better.bare is None or better.bare != worse.bare:
                keys = (better.key, worse.key)
                yield Pair(self._steps[below] - step, keys, chosen, rejected)

    def _alike(self) -> list[list[int]]:
        """Return the values, ascending, of each group of responses that are alike."""
        groups: dict[str, list[int]] = {}
        for place, step in zip(self._order, self._steps, strict=True):
            if (bare := self._responses[place].bare) is not None:
                groups.setdefault(bare, []).append(step)
        return [steps for steps in groups.values() if len(steps) > 1]


def _least_used(waiting: list[tuple[int, Pair]], uses: Counter[int], most: int) -> list[Pair]:
    # Uses only grow, so a pair whose count is out of date stands too early, never too late.
    waiting.sort()
    kept: list[Pair] = []
    while waiting and len(kept) < most:
        used, pair = heappop(waiting)
        now = uses[pair.chosen] + uses[pair.rejected]
        if now > used:
            heappush(waiting, (now, pair))
            continue
        kept.append(pair)
        uses.update((pair.chosen, pair.rejected))
    return kept


def _counts(steps: Sequence[int], gap: int) -> Counts:
    """Return how many pairs ascending values make."""
    ties = below = fitting = 0
    for rank, step in enumerate(steps):
        fits = bisect_right(steps, step - _fewest_steps(gap), hi=rank)
        differ = bisect_right(steps, step - _fewest_steps(0), hi=rank)
        fitting += fits
        below += differ - fits
        ties += rank - differ
    return Counts(ties, below, fitting)


def _fewest_steps(gap: int) -> int:
    # Values a step apart are equal on paper.
    return max(2, gap)
