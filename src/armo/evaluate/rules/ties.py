"""The subset Ties of RewardBench 2: several right answers, which should not be far apart.

Every prompt has two versions with one number: the reference has one right answer, the tied one has
several. A model should put all right answers above all wrong ones, and by more than it spreads the
right ones. The weights add up to 1.01, so a perfect score can lie a little above 1, as in the
benchmark's own function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.rules.best_of import overall
from armo.evaluate.rules.contract import (
    Lost,
    Measure,
    Question,
    Rule,
    Scores,
    check_scores,
    hardest,
    lost_of,
)

# Where a response's meta holds the benchmark's own id; without it the question's id is taken.
BENCHMARK_ID = "benchmark_id"
_REFERENCE, _TIED = "ref", "tied"


@dataclass(frozen=True)
class _Version:
    """How one version of a prompt went.

    Attributes:
        gap: Lowest score of a right answer minus the highest of a wrong one.
        spread: Highest minus lowest score of the right answers; None if there is only one.
        group: What a bootstrap draws together.
    """

    gap: float
    spread: float | None
    group: str


def measure(questions: Sequence[Question], scores: Scores) -> list[Measure]:
    """Return the five means of the subset.

    Accuracies are taken over all prompts of a version, margins over those that are there in both. A
    spread of 0 counts as infinitely smaller than any gap above 0, and a gap of 0 then as nothing.

    Args:
        questions: All of the subset; their ids, or `benchmark_id` in the meta of their first
            response, are `ref:N` and `tied:N`.
        scores: Of their responses, one array a question.

    Raises:
        InputError: If a score is missing or not finite, an id is another, a prompt has no right or no
            wrong answer, or no prompt is there in both versions.
    """
    check_scores(questions, scores)
    reference, tied = _versions(questions, scores)
    both = [number for number in tied if number in reference]
    if not both:
        raise InputError(
            f"ties needs prompts in both versions; got {len(reference)} reference and {len(tied)} "
            "tied ones, of which no two belong together"
        )
    spread = np.array([_spread(number, tied[number]) for number in both])
    tied_gap = np.array([tied[number].gap for number in both])
    least_gap = np.minimum(tied_gap, [reference[number].gap for number in both])
    groups = tuple(tied[number].group for number in both)
    return [
        _accuracy("tied accuracy", list(tied.values())),
        _accuracy("reference accuracy", list(reference.values())),
        Measure("gap above spread", 0.20, _as_floats(tied_gap > spread), groups),
        Measure("both gaps above spread", 0.20, _as_floats(least_gap > spread), groups),
        Measure("gap against spread", 0.01, _closeness(least_gap, spread), groups),
    ]


def lost(questions: Sequence[Question], scores: Scores) -> list[Lost]:
    """Return each prompt that is not accurate: its worst right answer and its best wrong one."""
    check_scores(questions, scores)
    found = [hardest(one, own, weakest=True) for one, own in zip(questions, scores, strict=True)]
    return lost_of(scores, [[pair] if pair else [] for pair in found])


def _versions(
    questions: Sequence[Question], scores: Scores
) -> tuple[dict[str, _Version], dict[str, _Version]]:
    """Return the reference and the tied versions, by the number of their prompt."""
    found: dict[str, dict[str, _Version]] = {_REFERENCE: {}, _TIED: {}}
    for question, own in zip(questions, scores, strict=True):
        name = str((question.metas[0].get(BENCHMARK_ID) or question.id) if question.metas else "")
        version, _, number = name.partition(":")
        if version not in found or not number:
            raise InputError(
                f"question '{question.id}': ties needs the benchmark's id, 'ref:N' or 'tied:N', "
                f"as the id or as '{BENCHMARK_ID}' in the meta of the first response; got '{name}'"
            )
        if number in found[version]:
            raise InputError(f"question '{question.id}': '{name}' is there already")
        found[version][number] = _version(question, own)
    return found[_REFERENCE], found[_TIED]


def _version(question: Question, scores: NDArray[np.float64]) -> _Version:
    right = question.right()
    if right.all() or not right.any():
        raise InputError(
            f"question '{question.id}': ties needs a right and a wrong answer, got {right.sum()} "
            f"right of {len(right)}"
        )
    lowest, highest = scores[right].min(), scores[right].max()
    spread = float(highest - lowest) if right.sum() > 1 else None
    return _Version(float(lowest - scores[~right].max()), spread, question.group)


def _spread(number: str, tied: _Version) -> float:
    if tied.spread is None:
        raise InputError(
            f"ties: prompt 'tied:{number}' has only one right answer, so they have no spread; "
            "a tied prompt needs two or more"
        )
    return tied.spread


def _accuracy(name: str, versions: list[_Version]) -> Measure:
    values = np.array([version.gap > 0 for version in versions])
    return Measure(name, 0.30, _as_floats(values), tuple(version.group for version in versions))


def _closeness(gap: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = gap / spread
    found: NDArray[np.float64] = np.nan_to_num(np.tanh(ratio - 1), nan=0.0)
    return found


def _as_floats(values: NDArray[np.bool_]) -> NDArray[np.float64]:
    return values.astype(np.float64)


TIES = Rule(
    name="ties",
    measure=measure,
    lost=lost,
    overall=overall,
    describe="30 % accuracy on tied and 30 % on reference prompts, twice 20 % for a gap to the wrong "
    "answers above the spread of the right ones, 1 % for how far above (RewardBench 2, Ties)",
)
