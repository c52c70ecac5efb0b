"""What is kept of every row while it is read: a few numbers, in columns that grow."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from armo.survey.tables import Pairs, Part, Ratings, Responses, Scale, Sets


class Labels:
    """Small numbers for labels, in the order in which they are first seen."""

    def __init__(self) -> None:
        self.known: dict[Part, int] = {}

    def code(self, label: Part) -> int:
        """Return the label's number."""
        return self.known.setdefault(label, len(self.known))


class ResponseColumns:
    """One entry a response that was read: where it is from, what it is a copy of, how long it is."""

    def __init__(self) -> None:
        self.part = array("i")
        self.prompt = array("Q")
        self.group = array("Q")
        self.key = array("Q")
        self.characters = array("q")
        self.words = array("q")
        self.conversation = array("q")

    def __len__(self) -> int:
        return len(self.part)


class RatingColumns:
    """The ratings of one objective: the response, the native value, the scale that the row states."""

    def __init__(self) -> None:
        self.rows = array("q")
        self.native = array("d")
        self.scale = array("i")
        self.scales: dict[Scale, int] = {}

    def add(self, row: int, native: float, scale: Scale) -> None:
        """Add one rating of the response `row`."""
        self.rows.append(row)
        self.native.append(native)
        self.scale.append(self.scales.setdefault(scale, len(self.scales)))


@dataclass
class Columns:
    """Everything kept of the rows while they are read."""

    parts: Labels = field(default_factory=Labels)
    responses: ResponseColumns = field(default_factory=ResponseColumns)
    ratings: dict[str, RatingColumns] = field(default_factory=dict)
    chosen: array[int] = field(default_factory=lambda: array("q"))
    margin_pairs: array[int] = field(default_factory=lambda: array("q"))
    margins: array[float] = field(default_factory=lambda: array("d"))
    set_rows: array[int] = field(default_factory=lambda: array("q"))
    set_of: array[int] = field(default_factory=lambda: array("q"))
    labels: array[float] = field(default_factory=lambda: array("d"))

    def of_objective(self, name: str) -> RatingColumns:
        """Return the columns of an objective."""
        if name not in self.ratings:
            self.ratings[name] = RatingColumns()
        return self.ratings[name]

    def frozen_responses(self) -> Responses:
        """Return the responses as arrays, without a copy."""
        columns = self.responses
        return Responses(
            part=_view(columns.part, np.int32),
            prompt=_view(columns.prompt, np.uint64),
            group=_view(columns.group, np.uint64),
            key=_view(columns.key, np.uint64),
            characters=_view(columns.characters, np.int64),
            words=_view(columns.words, np.int64),
            conversation=_view(columns.conversation, np.int64),
            parts=list(self.parts.known),
        )

    def frozen_ratings(self) -> list[Ratings]:
        """Return the ratings by objective, in the order of their names."""
        return [
            Ratings(
                name=name,
                rows=_view(columns.rows, np.int64),
                native=_view(columns.native, np.float64),
                scale=_view(columns.scale, np.int32),
                scales=list(columns.scales),
            )
            for name, columns in sorted(self.ratings.items())
        ]

    def frozen_pairs(self) -> Pairs:
        """Return the pairs as arrays, without a copy."""
        return Pairs(
            chosen=_view(self.chosen, np.int64),
            margin_pairs=_view(self.margin_pairs, np.int64),
            margins=_view(self.margins, np.float64),
        )

    def frozen_sets(self) -> Sets:
        """Return the labelled responses as arrays, without a copy."""
        return Sets(
            rows=_view(self.set_rows, np.int64),
            row_of=_view(self.set_of, np.int64),
            labels=_view(self.labels, np.float64),
        )


def _view(column: array[Any], kind: Any) -> Any:
    # NumPy refuses a buffer of no bytes.
    return np.frombuffer(column, kind) if column else np.empty(0, kind)
