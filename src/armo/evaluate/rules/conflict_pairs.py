"""PPE's correctness sets: pairs of a right and a wrong response among many to one prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    lost_of,
    plain_mean,
)

# Where a right response's meta holds the places, from 0, of the wrong ones that it is paired with.
BEATS = "beats"
PPE_CORRECTNESS = ("MMLU-Pro", "MATH", "GPQA", "MBPP-Plus", "IFEval")


def measure(questions: Sequence[Question], scores: Scores) -> list[Measure]:
    """Return the share of pairs won, and beside it how often the highest score is right.

    A tie is lost. All pairs count alike, so a prompt counts by its pairs. The second figure is the
    last point of the benchmark's best-of-K curve, K being all responses; responses that are tied at the
    highest score share it. It takes in prompts that have no pairs, since all their responses agree.

    Args:
        questions: Of one subset.
        scores: Of their responses, one array a question.

    Raises:
        InputError: If there are none, a score is missing or not finite, a pair is not one of a right
            and a wrong response, or no question has a pair.
    """
    check_scores(questions, scores)
    won: list[float] = []
    groups: list[str] = []
    best: list[float] = []
    for question, own in zip(questions, scores, strict=True):
        right = question.right()
        pairs = _pairs(question, right)
        won.extend(float(own[first] > own[second]) for first, second in pairs)
        groups.extend([question.group] * len(pairs))
        best.append(float(right[own == own.max()].mean()))
    if not won:
        raise InputError(
            f"none of {len(questions)} questions has a pair; a right response names the wrong ones "
            f"that it is paired with as '{BEATS}' in its meta"
        )
    return [
        Measure("accuracy", 1.0, np.array(won), tuple(groups)),
        Measure("best of all", 0.0, np.array(best), tuple(one.group for one in questions)),
    ]


def lost(questions: Sequence[Question], scores: Scores) -> list[Lost]:
    """Return each pair that was lost or tied."""
    check_scores(questions, scores)
    return lost_of(scores, [_pairs(question, question.right()) for question in questions])


def overall(found: Mapping[str, tuple[str, float]]) -> float | None:
    """Return the plain mean of the five correctness sets; None if one is missing."""
    return plain_mean(found, PPE_CORRECTNESS)


def _pairs(question: Question, right: NDArray[np.bool_]) -> list[tuple[int, int]]:
    pairs = [
        (first, second)
        for first, meta in enumerate(question.metas)
        for second in _beaten(question, meta)
    ]
    for first, second in pairs:
        if isinstance(second, bool) or not (isinstance(second, int) and 0 <= second < len(right)):
            raise InputError(
                f"question '{question.id}': response {first} is paired with {second!r}, but the "
                f"responses are 0 to {len(right) - 1}"
            )
        if not right[first] or right[second]:
            raise InputError(
                f"question '{question.id}': responses {first} and {second} are no pair of a right "
                "and a wrong one"
            )
    return pairs


def _beaten(question: Question, meta: Mapping[str, Any]) -> list[Any]:
    # A table has the field for every response or for none, so it may be null.
    beaten = meta.get(BEATS)
    if not isinstance(beaten, list | tuple | None):
        raise InputError(
            f"question '{question.id}': '{BEATS}' is {beaten!r}; give a list of the places, from 0, of "
            "the wrong responses"
        )
    return list(beaten or ())


CONFLICT_PAIRS = Rule(
    name="conflict-pairs",
    measure=measure,
    lost=lost,
    overall=overall,
    describe="Share of the benchmark's pairs of a right and a wrong response that are ordered right; "
    "the total is the plain mean of the five sets (PPE, arXiv 2410.14872)",
)
