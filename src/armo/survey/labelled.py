"""What prompts with several labelled responses look like."""

from __future__ import annotations

import msgspec
import numpy as np

from armo.evaluate.correlation import spearman_within
from armo.survey.objectives import FEWEST
from armo.survey.tables import Responses, Sets


class SetFigures(msgspec.Struct, frozen=True):
    """Rows with several labelled responses, of one source.

    Attributes:
        source: The source.
        rows: How many.
        responses: Their responses.
        fewest: Fewest responses of a row.
        most: Most responses of a row.
        undecided: Rows whose labels are all equal, so that no response is better than another.
        length_within: Spearman's correlation of label and log length within rows; None with fewer
            than 10 responses, or if no row's labels or lengths differ.
    """

    source: str
    rows: int
    responses: int
    fewest: int
    most: int
    undecided: int
    length_within: float | None


def set_figures(sets: Sets, responses: Responses) -> list[SetFigures]:
    """Return the figures of every source, in the order of their names."""
    part = responses.part[sets.rows]
    found = [
        _figures(responses.parts[code][1], sets, responses, part == code)
        for code in np.unique(part)
    ]
    return sorted(found, key=lambda figures: figures.source)


def _figures(source: str, sets: Sets, responses: Responses, chosen: np.ndarray) -> SetFigures:
    labels, rows = sets.labels[chosen], sets.row_of[chosen]
    lengths = np.log1p(responses.characters[sets.rows[chosen]])
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    sizes = np.diff(np.append(starts, len(rows)))
    label_range = np.maximum.reduceat(labels, starts) - np.minimum.reduceat(labels, starts)
    length_range = np.maximum.reduceat(lengths, starts) - np.minimum.reduceat(lengths, starts)
    told = len(labels) >= FEWEST and label_range.any() and length_range.any()
    return SetFigures(
        source=source,
        rows=len(starts),
        responses=len(labels),
        fewest=int(sizes.min()),
        most=int(sizes.max()),
        undecided=int((label_range == 0).sum()),
        length_within=spearman_within(labels, lengths, rows) if told else None,
    )
