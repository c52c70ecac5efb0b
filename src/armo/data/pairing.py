"""Pairs from ratings: of two rated responses to one prompt, the one that is rated higher is chosen.

The reverse is impossible: a pair tells which response is better, not how good either is, nor on what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import Any, NamedTuple

from armo.conversation import Message, conversation_key, text_of
from armo.data.criterion import Criterion
from armo.data.rows import PreferenceRow, RatingRow

# Weighted means that are equal on paper differ by as much in floats.
_ROUNDING = 1e-9


@dataclass
class PairingReport:
    """What became of the rows.

    `pairs + ties + below_gap + equal + beyond_cap` is the number of pairs that two completely rated
    responses to one prompt can make.

    Attributes:
        by: The criterion, as text.
        rows: Rating rows.
        repeated: Rows that rate a response that an earlier row has; its ratings are averaged.
        responses: Distinct responses, a response to two prompts counted twice.
        incomplete: Those that lack a rating that the criterion needs.
        prompts: Distinct prompts.
        rated_prompts: Those with at least two completely rated responses.
        pairs: Pairs made.
        ties: Pairs of equal value.
        below_gap: Pairs whose values are closer than asked for.
        equal: Pairs whose texts differ in white space at most.
        beyond_cap: Pairs left out since their prompt has enough others.
        sources: Pairs made, by source, the most frequent first.
    """

    by: str
    rows: int = 0
    repeated: int = 0
    responses: int = 0
    incomplete: int = 0
    prompts: int = 0
    rated_prompts: int = 0
    pairs: int = 0
    ties: int = 0
    below_gap: int = 0
    equal: int = 0
    beyond_cap: int = 0
    sources: dict[str, int] = field(default_factory=dict)


class _Rated:
    """A response and all ratings that it got."""

    def __init__(self, row: RatingRow) -> None:
        self.message: Message = row.messages[-1]
        self.source = row.source
        self.group = row.group
        self._ratings: dict[str, list[float]] = {}

    def add(self, unit: Mapping[str, float]) -> None:
        for name, value in unit.items():
            self._ratings.setdefault(name, []).append(value)

    def means(self) -> dict[str, float]:
        return {name: sum(values) / len(values) for name, values in self._ratings.items()}


class _Pair(NamedTuple):
    """Two responses, as places among those of their prompt, and how far apart they are."""

    margin: float
    key: str
    chosen: int
    rejected: int


def pairs_from_ratings(
    rows: Iterable[RatingRow], by: Mapping[str, float], min_gap: float, per_prompt: int | None
) -> tuple[list[PreferenceRow], PairingReport]:
    """Make preference rows of rating rows.

    A response's value is the mean of its ratings in unit scale, weighted by `by`; where several rows
    rate it, their ratings are averaged first. Prompts are the same if all messages before the response
    are.

    Args:
        rows: Checked rows.
        by: Weight of each objective. A negative one prefers low ratings.
        min_gap: Least difference of two values, in unit scale; pairs of equal value are never made.
        per_prompt: Most pairs of a prompt; None for all. First come those of responses that have the
            fewest pairs so far, among these the widest gap: a wide gap is the least likely to be the
            raters' noise, and pairs that share no response teach more than many of the one best.

    Returns:
        The pairs, prompt by prompt, and what became of the rows.

    Raises:
        InputError: If weights, gap or cap make no sense.
        DataError: If no row rates an objective of `by`, or two rows give it different scales.
    """
    criterion = Criterion(by, min_gap, per_prompt)
    report = PairingReport(by=criterion.label)
    prompts: dict[str, tuple[list[Message], dict[str, _Rated]]] = {}
    for row in rows:
        report.rows += 1
        prompt: list[Message] = list(row.messages[:-1])
        _, responses = prompts.setdefault(conversation_key(prompt), (prompt, {}))
        key = conversation_key(row.messages[-1:])
        report.repeated += key in responses
        responses.setdefault(key, _Rated(row)).add(criterion.unit_ratings(row))
    criterion.check_rated()
    report.prompts = len(prompts)
    made = [
        pair
        for prompt, responses in prompts.values()
        for pair in _pairs_of(prompt, list(responses.values()), criterion, report)
    ]
    report.pairs = len(made)
    report.sources = dict(Counter(pair.source for pair in made).most_common())
    return made, report


def _pairs_of(
    prompt: list[Message], responses: list[_Rated], criterion: Criterion, report: PairingReport
) -> Iterator[PreferenceRow]:
    report.responses += len(responses)
    valued = [
        (response, value)
        for response in responses
        if (value := criterion.value(response.means())) is not None
    ]
    report.incomplete += len(responses) - len(valued)
    report.rated_prompts += len(valued) > 1
    fitting = list(_fitting(prompt, valued, criterion, report))
    kept = _spread(fitting, criterion.per_prompt)
    report.beyond_cap += len(fitting) - len(kept)
    for pair in kept:
        yield _row(pair, prompt, valued, criterion)


def _fitting(
    prompt: list[Message],
    valued: list[tuple[_Rated, float]],
    criterion: Criterion,
    report: PairingReport,
) -> Iterator[_Pair]:
    """Yield the pairs that are wide enough; count the others."""
    bare = ["".join(text_of(response.message).split()) for response, _ in valued]
    for one, other in combinations(range(len(valued)), 2):
        margin = valued[one][1] - valued[other][1]
        chosen, rejected = (one, other) if margin > 0 else (other, one)
        if bare[one] == bare[other] and not _calls_tools(valued[one][0], valued[other][0]):
            report.equal += 1
        elif abs(margin) <= _ROUNDING:
            report.ties += 1
        elif abs(margin) < criterion.min_gap - _ROUNDING:
            report.below_gap += 1
        else:
            messages = [valued[chosen][0].message, valued[rejected][0].message]
            key = conversation_key([*prompt, *messages])
            yield _Pair(abs(margin), key, chosen, rejected)


def _spread(pairs: list[_Pair], most: int | None) -> list[_Pair]:
    """Return at most so many pairs, the widest first, spread over the responses."""
    if most is None:
        return sorted(pairs, key=lambda pair: (-round(pair.margin, 9), pair.key))
    uses: Counter[int] = Counter()
    # Uses only grow, so a pair whose count is out of date stands too early, never too late.
    waiting = [(0, -round(pair.margin, 9), pair.key, pair) for pair in pairs]
    heapify(waiting)
    kept: list[_Pair] = []
    while waiting and len(kept) < most:
        counted, wide, key, pair = heappop(waiting)
        now = uses[pair.chosen] + uses[pair.rejected]
        if now > counted:
            heappush(waiting, (now, wide, key, pair))
            continue
        kept.append(pair)
        uses.update((pair.chosen, pair.rejected))
    return kept


def _row(
    pair: _Pair, prompt: list[Message], valued: list[tuple[_Rated, float]], criterion: Criterion
) -> PreferenceRow:
    (chosen, high), (rejected, low) = valued[pair.chosen], valued[pair.rejected]
    meta: dict[str, Any] = {
        "derived": True,
        "by": criterion.label,
        "margin": pair.margin,
        "chosen_rating": high,
        "rejected_rating": low,
    }
    return PreferenceRow(
        id=f"pair-{pair.key}",
        source=" + ".join(sorted({chosen.source, rejected.source} - {""})),
        prompt=[dict(message) for message in prompt],
        chosen=[dict(chosen.message)],
        rejected=[dict(rejected.message)],
        group=chosen.group if chosen.group is not None else rejected.group,
        meta=meta,
    )


def _calls_tools(*responses: _Rated) -> bool:
    return any(response.message.get("tool_calls") for response in responses)
