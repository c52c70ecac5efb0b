"""How long responses are, and how ratings go with it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from armo.survey.objectives import FEWEST
from armo.survey.tables import Ints, Part, Ratings, Responses, kind_order

# About 4,000 tokens of English.
LONG_CONVERSATION = 16_000
_STEPS = 8


class Spread(msgspec.Struct, frozen=True):
    """Quantiles of some lengths: at 0, 5, 25, 50, 75, 95 and 100%."""

    lowest: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    highest: float


class PartLengths(msgspec.Struct, frozen=True):
    """Responses of one source in files of one kind.

    Attributes:
        kind: Kind of the rows.
        source: Their source.
        responses: How many; a pair has two.
        characters: Of a response.
        words: Of a response, as white space parts them.
        conversation: Characters of the conversation, response included.
        long: Conversations of more than 16,000 characters.
    """

    kind: str
    source: str
    responses: int
    characters: Spread
    words: Spread
    conversation: Spread
    long: int


class Step(msgspec.Struct, frozen=True):
    """Responses of about one length.

    Attributes:
        characters: Their median length.
        rating: Their mean rating, in the units in which the objective is shown.
        ratings: How many.
    """

    characters: float
    rating: float
    ratings: int


class Trend(msgspec.Struct, frozen=True):
    """Mean rating of an objective, from its shortest to its longest responses, in at most 8 steps."""

    name: str
    steps: list[Step]


def part_lengths(responses: Responses) -> list[PartLengths]:
    """Return the lengths of every kind and source, in order."""
    order = np.argsort(responses.part, kind="stable")
    bounds = np.searchsorted(responses.part[order], np.arange(len(responses.parts) + 1))
    found = [
        _part(part, order[start:stop], responses)
        for part, start, stop in zip(responses.parts, bounds[:-1], bounds[1:], strict=True)
    ]
    return sorted(found, key=lambda figures: (kind_order(figures.kind), figures.source))


def trends(ratings: Sequence[Ratings], responses: Responses) -> list[Trend]:
    """Return mean ratings by length of the response, for every objective in order."""
    return [
        Trend(objective.name, _steps(objective, responses.characters[objective.rows]))
        for objective in ratings
    ]


def _part(part: Part, rows: Ints, responses: Responses) -> PartLengths:
    conversations = responses.conversation[rows]
    return PartLengths(
        kind=part[0],
        source=part[1],
        responses=len(rows),
        characters=_spread(responses.characters[rows]),
        words=_spread(responses.words[rows]),
        conversation=_spread(conversations),
        long=int((conversations > LONG_CONVERSATION).sum()),
    )


def _spread(lengths: Ints) -> Spread:
    return Spread(*np.quantile(lengths, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]).tolist())


def _steps(objective: Ratings, characters: Ints) -> list[Step]:
    steps = min(_STEPS, len(characters) // FEWEST)
    if steps < 2:
        return []
    values = objective.shown
    # Equal lengths stay in one step: a bound is a length, not a place in the order.
    bounds = np.unique(np.quantile(characters, np.arange(1, steps) / steps))
    step = np.searchsorted(bounds, characters, side="left")
    return [
        Step(
            float(np.median(characters[step == number])),
            float(values[step == number].mean()),
            int((step == number).sum()),
        )
        for number in np.unique(step)
    ]
