"""A few rows to look at: the ends of every objective, and some pairs of every source."""

from __future__ import annotations

from heapq import heappushpop

import msgspec

from armo.conversation import Conversation, first_user_text, text_of
from armo.survey.tables import Part, hashed, kind_order

_PAIRS_EACH = 2
_LONGEST = 700


class Excerpt(msgspec.Struct, frozen=True):
    """The beginning of a text.

    Attributes:
        text: At most 700 characters.
        left_out: Characters that are not shown.
    """

    text: str
    left_out: int


class RatedExample(msgspec.Struct, frozen=True):
    """A response at an end of an objective.

    Attributes:
        id: The row's id.
        source: The row's source.
        rating: Native rating.
        prompt: First user message.
        response: The rated response.
    """

    id: str
    source: str
    rating: float
    prompt: Excerpt
    response: Excerpt


class PairExample(msgspec.Struct, frozen=True):
    """A pair.

    Attributes:
        id: The row's id.
        prompt: First user message.
        chosen: The preferred response.
        rejected: The other.
    """

    id: str
    prompt: Excerpt
    chosen: Excerpt
    rejected: Excerpt


class Examples:
    """Collects examples in bounded memory.

    Of rows that are equally good examples the one whose id has the smallest hash is kept, so that the
    order of the rows changes nothing and no part of a file is favoured.
    """

    def __init__(self) -> None:
        self._lowest: dict[str, tuple[tuple[float, int], RatedExample]] = {}
        self._highest: dict[str, tuple[tuple[float, int], RatedExample]] = {}
        self._pairs: dict[Part, list[tuple[int, str, PairExample]]] = {}

    def rated(
        self,
        row_id: str,
        source: str,
        messages: Conversation,
        units: dict[str, tuple[float, float]],
    ) -> None:
        """Offer a rated response.

        Args:
            row_id: The row's id.
            source: The row's source.
            messages: The conversation.
            units: For every objective rated, the rating in unit scale and as it stands.
        """
        order = hashed(row_id)
        for name, (unit, native) in units.items():
            for kept, sign in ((self._lowest, 1), (self._highest, -1)):
                place = (sign * unit, order)
                if name not in kept or place < kept[name][0]:
                    example = RatedExample(
                        row_id,
                        source,
                        native,
                        excerpt(first_user_text(messages)),
                        excerpt(text_of(messages[-1])),
                    )
                    kept[name] = (place, example)

    def pair(self, row_id: str, part: Part, chosen: Conversation, rejected: Conversation) -> None:
        """Offer a pair."""
        kept = self._pairs.setdefault(part, [])
        order = -hashed(row_id)
        if len(kept) >= _PAIRS_EACH and order <= kept[0][0]:
            return
        example = PairExample(
            row_id,
            excerpt(first_user_text(chosen)),
            excerpt(text_of(chosen[-1])),
            excerpt(text_of(rejected[-1])),
        )
        if len(kept) < _PAIRS_EACH:
            kept.append((order, row_id, example))
            kept.sort(key=lambda entry: entry[:2])
        else:
            heappushpop(kept, (order, row_id, example))

    def ends(self) -> dict[str, tuple[RatedExample, RatedExample]]:
        """Return the lowest- and the highest-rated response of every objective."""
        return {
            name: (lowest, self._highest[name][1])
            for name, (_, lowest) in sorted(self._lowest.items())
        }

    def pairs(self) -> dict[Part, list[PairExample]]:
        """Return some pairs of every source."""
        return {
            part: [example for _, _, example in sorted(kept, key=lambda entry: -entry[0])]
            for part, kept in sorted(self._pairs.items(), key=_order)
        }


def _order(entry: tuple[Part, object]) -> tuple[int, str]:
    kind, source = entry[0]
    return kind_order(kind), source


def excerpt(text: str) -> Excerpt:
    """Return the beginning of a text and how much of it is left out."""
    return Excerpt(text[:_LONGEST], max(0, len(text) - _LONGEST))
