"""Best of several, as RewardBench 2 scores it: the highest score should fall on a right response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.rules.contract import (
    Lost,
    Measure,
    Question,
    Rule,
    Scores,
    check_scores,
    hardest,
    lost_of,
    plain_mean,
)

# The benchmark's own names of its six subsets; its total is their plain mean.
REWARDBENCH_2 = ("Factuality", "Precise IF", "Math", "Safety", "Focus", "Ties")


def picked_right(question: Question, scores: NDArray[np.float64]) -> float:
    """Return how much of the highest score falls on right responses, 0 … 1.

    Among responses that are tied at the highest score, each is as likely to be picked as another.
    With one right response that is 1 if it is the only highest, 1/n if it is one of n, else 0.

    Raises:
        InputError: If no response is right, so that the question can't be won.
    """
    right = question.right()
    if not right.any():
        raise InputError(
            f"question '{question.id}': no response is labelled right, so none could win; "
            "give one a label above 0, or leave the question out"
        )
    highest = scores == scores.max()
    return float(right[highest].mean())


def measure(questions: Sequence[Question], scores: Scores) -> list[Measure]:
    """Return the accuracy: one value a question, 0 … 1.

    Args:
        questions: Of one subset, each with at least one right response.
        scores: Of their responses, one array a question.

    Raises:
        InputError: If there are none, a score is missing or not finite, or nothing is right.
    """
    check_scores(questions, scores)
    values = [picked_right(question, own) for question, own in zip(questions, scores, strict=True)]
    groups = tuple(question.group for question in questions)
    return [Measure("accuracy", 1.0, np.array(values), groups)]


def lost(questions: Sequence[Question], scores: Scores) -> list[Lost]:
    """Return each question that a wrong response won or tied: its best right and best wrong response."""
    check_scores(questions, scores)
    found = [hardest(question, own) for question, own in zip(questions, scores, strict=True)]
    return lost_of(scores, [[pair] if pair else [] for pair in found])


def overall(found: Mapping[str, tuple[str, float]]) -> float | None:
    """Return RewardBench 2's total: the plain mean of its six subsets, None if one is missing."""
    return plain_mean(found, REWARDBENCH_2)


BEST_OF = Rule(
    name="best-of",
    measure=measure,
    lost=lost,
    overall=overall,
    describe="Share of prompts whose highest score falls on the right response, shared among ties; "
    "the total is the plain mean of the six subsets (RewardBench 2, arXiv 2506.01937)",
)
