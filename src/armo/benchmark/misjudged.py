"""The pairs that a model gets wrong, worst first, with the objectives that decided them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from jaxtyping import Float64

from armo.benchmark.judging import Judged
from armo.conversation import Message
from armo.decision import MarginPart
from armo.gating.result import GATE


class Misjudged(msgspec.Struct, frozen=True, kw_only=True):
    """A pair that was lost. `armo explain --file` takes it as it is.

    Attributes:
        id: Of the row.
        subset: Of the row.
        category: Of the row.
        margin: Score of the chosen response minus that of the rejected; 0 is a tie, which is lost.
        decided_by: The fewest objectives, worst first, without which the margin would be above 0; all
            that speak against the chosen response where none speaks for it.
        prompt: Text, or messages if there are several.
        chosen: Text, or one message if it is more than text.
        rejected: Likewise.
    """

    id: str
    subset: str
    category: str
    margin: float
    decided_by: list[MarginPart]
    prompt: Any
    chosen: Any
    rejected: Any


def misjudged(judged: Judged, objectives: Sequence[str]) -> Iterator[Misjudged]:
    """Yield the pairs that are lost or tied, lowest margin first; equal ones in the file's order."""
    margins = judged.margins(GATE)
    for pair in np.argsort(margins, kind="stable"):
        if margins[pair] > 0:
            return
        row = judged.rows[pair]
        chosen, rejected = row.conversations()
        yield Misjudged(
            id=judged.ids[pair],
            subset=row.subset,
            category=row.category,
            margin=float(margins[pair]),
            decided_by=_decided_by(judged, int(pair), objectives),
            prompt=_readable(chosen[:-1]),
            chosen=_readable_response(chosen[-1]),
            rejected=_readable_response(rejected[-1]),
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


def _decided_by(judged: Judged, pair: int, objectives: Sequence[str]) -> list[MarginPart]:
    chosen, rejected = judged.chosen[pair], judged.rejected[pair]
    parts = judged.contributions[chosen] - judged.contributions[rejected]
    differences = judged.debiased[chosen] - judged.debiased[rejected]
    return [
        MarginPart(
            name=objectives[index],
            weight=float(judged.weights[judged.prompt[pair], index]),
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
