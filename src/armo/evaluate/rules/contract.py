"""What a benchmark's scoring rule takes and gives: questions and scores in, means out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

from armo.errors import InputError


@dataclass(frozen=True)
class Question:
    """One prompt with its responses, as numbers.

    Attributes:
        id: Names it in messages.
        group: What a bootstrap draws together.
        subset: Part of the benchmark.
        category: What several subsets have in common; may be empty.
        labels: What is known of each response, shape `[responses]`: 1 for right and 0 for wrong.
        metas: The meta of each response, in the same order.
    """

    id: str
    group: str
    subset: str
    category: str
    labels: Float64[np.ndarray, " responses"]
    metas: tuple[Mapping[str, Any], ...]

    def right(self) -> NDArray[np.bool_]:
        """Return which responses are right, shape `[responses]`."""
        found: NDArray[np.bool_] = self.labels > 0
        return found


@dataclass(frozen=True)
class Measure:
    """A mean that enters a subset's score, or is shown beside it.

    Attributes:
        name: What is averaged, in a word or two.
        weight: What the mean counts in the subset's score; 0 if it is only shown.
        values: Finite numbers, at least one, shape `[m]`.
        groups: The group of each value.
    """

    name: str
    weight: float
    values: Float64[np.ndarray, " m"]
    groups: tuple[str, ...]


Scores: TypeAlias = Sequence[NDArray[np.float64]]
"""One array a question, `[responses]`: the score of each response. Their lengths may differ."""


class Lost(NamedTuple):
    """Two responses to one question of which the wrong one has no lower score.

    Attributes:
        question: Place of the question.
        right: Place of the right response among the question's own.
        wrong: Place of the wrong one.
    """

    question: int
    right: int
    wrong: int


@dataclass(frozen=True)
class Rule:
    """How a benchmark turns the scores of responses into figures.

    Attributes:
        name: What rows call it.
        measure: Takes the questions of one subset, and the scores of their responses. Raises
            InputError, with a sentence, where the rule can't be applied to them.
        lost: Takes the same, and names what was lost or tied: the pairs of a right and a wrong response
            that keep a question from its full accuracy. Raises InputError where it can't tell them.
        overall: Takes `{subset: (category, score)}` of everything that was scored, whatever the
            rule, and gives the benchmark's own total; None if it has none, or a part is missing.
        describe: The rule in a sentence, with its source.
    """

    name: str
    measure: Callable[[Sequence[Question], Scores], list[Measure]]
    lost: Callable[[Sequence[Question], Scores], list[Lost]]
    overall: Callable[[Mapping[str, tuple[str, float]]], float | None]
    describe: str


def subset_score(measures: Sequence[Measure]) -> float:
    """Return a subset's score: `Σ weight · mean(values)`."""
    return float(sum(measure.weight * measure.values.mean() for measure in measures))


def hardest(
    question: Question, scores: NDArray[np.float64], weakest: bool = False
) -> tuple[int, int] | None:
    """Return a right response and the best-scored wrong one; None if there is no right or no wrong one.

    Args:
        question: The question.
        scores: Of its responses.
        weakest: Whether the right response is the worst-scored of all right ones, else the best.
    """
    right, wrong = np.flatnonzero(question.right()), np.flatnonzero(~question.right())
    if not (len(right) and len(wrong)):
        return None
    one = np.argmin(scores[right]) if weakest else np.argmax(scores[right])
    return int(right[one]), int(wrong[np.argmax(scores[wrong])])


def lost_of(scores: Scores, pairs: Sequence[Sequence[tuple[int, int]]]) -> list[Lost]:
    """Return those pairs, some to each question, whose wrong response scores no lower than the right."""
    return [
        Lost(place, right, wrong)
        for place, (own, found) in enumerate(zip(scores, pairs, strict=True))
        for right, wrong in found
        if not own[right] > own[wrong]
    ]


def plain_mean(found: Mapping[str, tuple[str, float]], subsets: Sequence[str]) -> float | None:
    """Return the plain mean of some subsets' scores; None unless all of them are there."""
    if not all(subset in found for subset in subsets):
        return None
    return float(np.mean([found[subset][1] for subset in subsets]))


def check_scores(questions: Sequence[Question], scores: Scores) -> None:
    """Raise InputError unless there are questions, each with one finite score a response."""
    if not questions:
        raise InputError("there are no questions to score")
    if len(scores) != len(questions):
        raise InputError(
            f"scores has {len(scores)} arrays, but there are {len(questions)} questions; give one each"
        )
    for question, own in zip(questions, scores, strict=True):
        if own.shape != question.labels.shape or len(own) != len(question.metas):
            raise InputError(
                f"question '{question.id}' has {len(question.labels)} labels, "
                f"{len(question.metas)} metas and scores of shape {list(own.shape)}; "
                "give one of each a response"
            )
        if not (np.isfinite(own).all() and np.isfinite(question.labels).all()):
            raise InputError(
                f"question '{question.id}': a score or label is not finite; leave questions with "
                "an unscored response out before calling"
            )
