"""The numbers of all rows as arrays, from which every figure is made."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from armo.data.kinds import ROW_TYPES

Scale: TypeAlias = tuple[float, float]
# Kind of the file and source of the row: what is told apart wherever a figure is given by source.
Part: TypeAlias = tuple[str, str]

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Responses:
    """The numbers of all responses, in the order read; every array has shape `[n]`.

    Attributes:
        part: Index into `parts`.
        prompt: Hash of the first user message, without regard to case and white space.
        group: Hash of the group, which rows may name and which else is the prompt: what one draws,
            since rows of a group do not err independently.
        key: Hash of the exact conversation.
        characters: Characters of the response.
        words: Words of the response, as white space parts them.
        conversation: Characters of the conversation, response included.
        parts: Kind and source, by code.
    """

    part: NDArray[np.int32]
    prompt: NDArray[np.uint64]
    group: NDArray[np.uint64]
    key: NDArray[np.uint64]
    characters: Ints
    words: Ints
    conversation: Ints
    parts: list[Part]

    def of_kind(self, *kinds: str) -> NDArray[np.bool_]:
        """Return which responses come from rows of these kinds, shape `[n]`."""
        of_part = np.array([kind in kinds for kind, _ in self.parts], dtype=np.bool_)
        chosen: NDArray[np.bool_] = of_part[self.part]
        return chosen


@dataclass(frozen=True)
class Ratings:
    """All ratings of one objective.

    Attributes:
        name: The objective.
        rows: Indices into the responses, ascending, shape `[n]`.
        native: Ratings on the scale of their row, shape `[n]`.
        scale: Index into `scales`, shape `[n]`.
        scales: The scales that rows state; more than one is a fault of the data.
    """

    name: str
    rows: Ints
    native: Floats
    scale: NDArray[np.int32]
    scales: list[Scale]

    @property
    def unit(self) -> Floats:
        """Return the ratings with their own scale mapped to [0, 1], shape `[n]`."""
        low, high = np.array(self.scales).T
        unit: Floats = (self.native - low[self.scale]) / (high - low)[self.scale]
        return unit

    @property
    def shown(self) -> Floats:
        """Return native ratings, or unit ones where rows differ in their scales."""
        return self.native if len(self.scales) == 1 else self.unit

    @property
    def shown_scale(self) -> Scale:
        """Return the ends of the scale that `shown` is on."""
        return self.scales[0] if len(self.scales) == 1 else (0.0, 1.0)


@dataclass(frozen=True)
class Pairs:
    """Chosen and rejected responses.

    Attributes:
        chosen: Index of the chosen response, shape `[n]`; the rejected one is the next.
        margin_pairs: The pairs that state a margin, as indices into `chosen`.
        margins: Their margins.
    """

    chosen: Ints
    margin_pairs: Ints
    margins: Floats

    @property
    def rejected(self) -> Ints:
        """Return the indices of the rejected responses, shape `[n]`."""
        return self.chosen + 1


@dataclass(frozen=True)
class Sets:
    """Prompts with several labelled responses.

    Attributes:
        rows: Indices of the responses, shape `[n]`.
        row_of: The row that each belongs to, shape `[n]`.
        labels: Their labels, shape `[n]`.
    """

    rows: Ints
    row_of: Ints
    labels: Floats


def kind_order(kind: str) -> int:
    """Return the place of a kind of rows wherever kinds are listed."""
    return list(ROW_TYPES).index(kind)


def hashed(label: str) -> int:
    """Return a stable 64-bit hash of a label.

    Among a million labels, two share a hash with a chance of about 3 in 100 million.
    """
    digest = blake2b(label.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
