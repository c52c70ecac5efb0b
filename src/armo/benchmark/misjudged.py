"""What a model gets wrong, worst first, with the objectives that decided it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from jaxtyping import Float64

from armo.benchmark.judging import Judged, RowT
from armo.benchmark.pairs import margins
from armo.benchmark.questions import lost_of_part, parts_of
from armo.conversation import Message
from armo.data import BenchmarkRow, ResponsesRow
from armo.decision import MarginPart
from armo.gating.result import GATE


class Misjudged(msgspec.Struct, frozen=True, kw_only=True):
    """A pair that was lost. `armo explain --file` takes it as it is.

    Attributes:
        id: Of the row; of a known set's, with the benchmark's own behind a `#` where it has one.
        subset: Of the row.
        category: Of the row.
        margin: Score of the chosen response minus that of the rejected; 0 is a tie, which is lost.
        decided_by: The fewest objectives, worst first, without which the margin would be above 0; all
            that speak against the chosen response where none speaks for it.
        prompt: Text, or messages if there are several.
        chosen: Text, or one message if it is more than text. Of several responses, a right one that
            the rule compares.
        rejected: Likewise, the wrong one.
        places: Of the two among the responses of the row, from 0; a question may be lost several times.
    """

    id: str
    subset: str
    category: str
    margin: float
    decided_by: list[MarginPart]
    prompt: Any
    chosen: Any
    rejected: Any
    places: tuple[int, int]


class Contest(NamedTuple):
    """Two responses of one row that are set against each other.

    Attributes:
        row: Place of the row.
        chosen: Place in the row of the one that should win.
        rejected: Place in the row of the other.
    """

    row: int
    chosen: int
    rejected: int


def pair_contests(judged: Judged[BenchmarkRow]) -> list[Contest]:
    """Return each pair that was lost or tied."""
    lost = np.flatnonzero(~(margins(judged, GATE) > 0))
    return [Contest(int(pair), 0, 1) for pair in lost]


def question_contests(judged: Judged[ResponsesRow]) -> list[Contest]:
    """Return each pair of a right and a wrong response that was lost or tied under its subset's rule.

    Of a subset whose pairs its rule can't tell there are none.
    """
    return [
        Contest(int(part.rows[one.question]), one.right, one.wrong)
        for part in parts_of(judged)
        for one in lost_of_part(judged, part, judged.scores[GATE])
    ]


def misjudged(
    judged: Judged[RowT], lost: Iterable[Contest], objectives: Sequence[str]
) -> Iterator[Misjudged]:
    """Yield what was lost, lowest margin first; equal ones in the file's order."""
    scores = judged.scores[GATE]

    def margin(one: Contest) -> float:
        places = judged.places[one.row]
        return float(scores[places[one.chosen]] - scores[places[one.rejected]])

    for one in sorted(lost, key=lambda one: (margin(one), one.row)):
        row = judged.rows[one.row]
        conversations = row.conversations()
        yield Misjudged(
            id=judged.ids[one.row],
            subset=row.subset,
            category=row.category,
            margin=margin(one),
            decided_by=_decided_by(judged, one, objectives),
            prompt=_readable(conversations[0][:-1]),
            chosen=_readable_response(conversations[one.chosen][-1]),
            rejected=_readable_response(conversations[one.rejected][-1]),
            places=(one.chosen, one.rejected),
        )


def deciding(parts: Float64[np.ndarray, " objectives"]) -> list[int]:
    """Return the fewest parts, worst first, without which the sum would be above zero.

    Where no part is above zero, all that are below it.

    Args:
        parts: What each objective adds to the margin, shape `[k]`.
    """
    left = float(parts.sum())
    chosen: list[int] = []
    for index in np.argsort(parts, kind="stable"):
        if left > 0 or parts[index] >= 0:
            break
        chosen.append(int(index))
        left -= float(parts[index])
    return chosen


def _decided_by(judged: Judged[RowT], one: Contest, objectives: Sequence[str]) -> list[MarginPart]:
    places = judged.places[one.row]
    chosen, rejected = places[one.chosen], places[one.rejected]
    parts = judged.contributions[chosen] - judged.contributions[rejected]
    differences = judged.debiased[chosen] - judged.debiased[rejected]
    return [
        MarginPart(
            name=objectives[index],
            weight=float(judged.weights[judged.prompt[one.row], index]),
            difference=float(differences[index]),
            contribution=float(parts[index]),
        )
        for index in deciding(parts)
    ]


def _readable(prompt: Sequence[Message]) -> Any:
    only = prompt[0] if len(prompt) == 1 else None
    if only is not None and set(only) == {"role", "content"} and only["role"] == "user":
        return only["content"] if isinstance(only["content"], str) else list(prompt)
    return list(prompt)


def _readable_response(message: Message) -> Any:
    plain = set(message) == {"role", "content"} and isinstance(message["content"], str)
    return message["content"] if plain else [message]
