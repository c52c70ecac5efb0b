"""Judged questions as the rules take them: by subset, with labels and scores of all responses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from armo.benchmark.judging import Judged
from armo.data import ResponsesRow
from armo.errors import InputError
from armo.evaluate.rules import RULES, Lost, Question, Rule


@dataclass(frozen=True)
class Part:
    """A subset with the rule that scores it.

    Attributes:
        name: The subset.
        rule: The rule of all its rows.
        categories: Of its rows.
        rows: Where its rows stand among all that were judged.
        questions: The same rows, as numbers.
    """

    name: str
    rule: Rule
    categories: tuple[str, ...]
    rows: Int64[np.ndarray, " questions"]
    questions: list[Question]

    @property
    def category(self) -> str:
        """The category of the subset; empty if its rows do not agree on one."""
        return self.categories[0] if len(self.categories) == 1 else ""


def parts_of(judged: Judged[ResponsesRow]) -> list[Part]:
    """Return the subsets in the order in which they first appear; each has one rule."""
    rows_of: dict[str, list[int]] = {}
    for place, row in enumerate(judged.rows):
        rows_of.setdefault(row.subset, []).append(place)
    return [
        Part(
            name=subset,
            rule=RULES[judged.rows[rows[0]].rule],
            categories=tuple(sorted(Counter(judged.rows[row].category for row in rows))),
            rows=np.array(rows, dtype=np.int64),
            questions=[question_of(judged, row) for row in rows],
        )
        for subset, rows in rows_of.items()
    ]


def scores_of(
    judged: Judged[ResponsesRow], part: Part, by_response: Float64[np.ndarray, " responses"]
) -> list[Float64[np.ndarray, " _"]]:
    """Return a number for each response of each question, from one for each distinct response."""
    return [by_response[judged.places[row]] for row in part.rows]


def lost_of_part(
    judged: Judged[ResponsesRow], part: Part, by_response: Float64[np.ndarray, " responses"]
) -> list[Lost]:
    """Return what was lost or tied in a subset, as its rule sees it; nothing if it can't tell."""
    try:
        return part.rule.lost(part.questions, scores_of(judged, part, by_response))
    except InputError:
        return []


def question_of(judged: Judged[ResponsesRow], place: int) -> Question:
    """Return a row as the rules take it."""
    row = judged.rows[place]
    return Question(
        id=judged.ids[place],
        group=judged.groups[place],
        subset=row.subset,
        category=row.category,
        labels=np.array([response.label for response in row.responses], dtype=np.float64),
        metas=tuple(response.meta for response in row.responses),
    )
