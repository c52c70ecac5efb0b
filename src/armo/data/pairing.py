"""Pairs from ratings: of two rated responses to one prompt, the one that is rated higher is chosen.

The reverse is impossible: a pair tells which response is better, not how good either is, nor on what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from armo.conversation import Message, conversation_key
from armo.data.alike import bare_text
from armo.data.criterion import Criterion
from armo.data.rows import PreferenceRow, RatingRow
from armo.data.widest import Valued, Widest


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

    def __init__(self, row: RatingRow, key: str) -> None:
        self.key = key
        self.message: Message = row.messages[-1]
        self.source = row.source
        self.group = row.group
        self._ratings: dict[str, list[float]] = {}

    def add(self, unit: Mapping[str, float]) -> None:
        for name, value in unit.items():
            self._ratings.setdefault(name, []).append(value)

    def means(self) -> dict[str, float]:
        return {name: sum(values) / len(values) for name, values in self._ratings.items()}


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
        responses.setdefault(key, _Rated(row, key)).add(criterion.unit_ratings(row))
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
    widest = Widest(
        [Valued(value, response.key, bare_text(response.message)) for response, value in valued],
        criterion.min_gap,
    )
    most = criterion.per_prompt
    kept = widest.spread(most) if most is not None else list(widest.all())
    report.ties += widest.counts.ties
    report.below_gap += widest.counts.below_gap
    report.equal += widest.equal
    report.beyond_cap += widest.counts.fitting - len(kept)
    for pair in kept:
        yield _row(prompt, valued[pair.chosen], valued[pair.rejected], criterion)


def _row(
    prompt: list[Message],
    better: tuple[_Rated, float],
    worse: tuple[_Rated, float],
    criterion: Criterion,
) -> PreferenceRow:
    (chosen, high), (rejected, low) = better, worse
    meta: dict[str, Any] = {
        "derived": True,
        "by": criterion.label,
        "margin": high - low,
        "chosen_rating": high,
        "rejected_rating": low,
    }
    return PreferenceRow(
        id=f"pair-{conversation_key([*prompt, chosen.message, rejected.message])}",
        source=" + ".join(sorted({chosen.source, rejected.source} - {""})),
        prompt=[dict(message) for message in prompt],
        chosen=[dict(chosen.message)],
        rejected=[dict(rejected.message)],
        group=chosen.group if chosen.group is not None else rejected.group,
        meta=meta,
    )
