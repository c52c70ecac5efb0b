"""RewardBench's score, from whether each pair was judged right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Real
from numpy.typing import NDArray

from armo.errors import InputError
from armo.evaluate.inputs import finite, same_rows
from armo.evaluate.rewardbench_sets import CORE, PRIOR_SETS, SECTIONS, SectionLayout, section_of


@dataclass(frozen=True)
class SubsetScore:
    """How a subset went.

    Attributes:
        accuracy: Share of its pairs that were judged right, 0 … 1.
        pairs: Pairs that entered.
        expected: Pairs that the benchmark has; None if the benchmark has no such subset.
    """

    accuracy: float
    pairs: int
    expected: int | None


@dataclass(frozen=True)
class SectionScore:
    """How a section went.

    Attributes:
        accuracy: Mean of its subsets that are there, by the benchmark's weights, 0 … 1; None if
            none is there.
        weight: What it counts in the score.
        subsets: Those that are there, by name.
        gaps: Why the section is not the benchmark's: a sentence for every subset that is absent or
            has another number of pairs.
    """

    accuracy: float | None
    weight: float
    subsets: Mapping[str, SubsetScore]
    gaps: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True if all subsets are there with all their pairs."""
        return not self.gaps


@dataclass(frozen=True)
class Scores:
    """RewardBench's figures. A score exists only where everything that it needs is complete.

    Attributes:
        sections: Chat, Chat Hard, Safety and Reasoning.
        prior_sets: The four older test sets, which count half a section.
        unknown: Subsets that RewardBench does not have; they enter no section.
    """

    sections: Mapping[str, SectionScore]
    prior_sets: SectionScore
    unknown: Mapping[str, SubsetScore]

    @property
    def partial(self) -> bool:
        """True if anything of the full score is missing."""
        return bool(self.gaps)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Everything that keeps the full score from existing."""
        everything = (*self.sections.values(), self.prior_sets)
        return tuple(gap for section in everything for gap in section.gaps)

    @property
    def score(self) -> float | None:
        """The score of the paper's Table 1, prior sets at half weight; None if partial."""
        accuracies = _complete({**self.sections, PRIOR_SETS: self.prior_sets})
        return None if accuracies is None else weighted_score(accuracies)

    @property
    def without_prior_sets(self) -> float | None:
        """The plain mean of the four sections; None if one of them is partial."""
        accuracies = _complete(self.sections)
        return None if accuracies is None else float(np.mean(list(accuracies.values())))


def rewardbench(
    correct: Bool[np.ndarray, " pairs"] | Real[np.ndarray, " pairs"],
    subset: Sequence[str] | NDArray[np.str_],
) -> Scores:
    """Return RewardBench's section accuracies and score, as the benchmark computes them.

    A section is the mean of its subsets' accuracies, weighted by the benchmark's own counts, not by
    the pairs that are given; the prior sets are a plain mean. Where only some subsets are given, a
    section is the mean of those and is marked partial.

    Args:
        correct: Whether `score(chosen) > score(rejected)`, strictly: a tie of scores is lost. A judge
            that says who wins and leaves a pair open gets half a point for it, so 0.5 may be given
            too. Shape `[n]`.
        subset: The subset of each pair, under the benchmark's name for it.

    Raises:
        InputError: No pairs, lengths differ, or a value is none of true, false and 0.5.
    """
    right = finite(correct, "correct")
    if not np.isin(right, (0, 0.5, 1)).all():
        raise InputError(
            "correct must be true or false for every pair, or 0.5 where a judge leaves it open; a tie "
            "of scores is lost, so give false"
        )
    same_rows(len(right), len(subset), "subset")
    if len(right) == 0:
        raise InputError("there are no pairs to score")
    names = np.array([str(name) for name in subset], dtype=object)
    found = {name: _subset_score(name, right[names == name]) for name in dict.fromkeys(names)}
    return Scores(
        sections={name: _section_score(layout, found) for name, layout in CORE.items()},
        prior_sets=_section_score(SECTIONS[PRIOR_SETS], found),
        unknown={name: score for name, score in found.items() if score.expected is None},
    )


def subset_shares(name: str, section: SectionScore) -> dict[str, float]:
    """Return what each subset that is there counts in the score; together the section's weight.

    Args:
        name: Of the section.
        section: How it went.
    """
    layout = SECTIONS[name]
    total = sum(layout.subsets[subset].weight for subset in section.subsets)
    return {
        subset: layout.weight * layout.subsets[subset].weight / total for subset in section.subsets
    }


def weighted_score(sections: Mapping[str, float]) -> float:
    """Return the score: the mean of the four sections and the prior sets, these at weight 0.5.

    Args:
        sections: Accuracy of every section by name, all five, in any unit; the score has the same.

    Raises:
        InputError: A section is missing, unknown, or not a finite number.
    """
    if set(sections) != set(SECTIONS):
        raise InputError(
            f"a score needs {', '.join(SECTIONS)}, and nothing else; got {', '.join(sections)}"
        )
    names = list(SECTIONS)
    accuracies = finite(np.array([sections[name] for name in names], dtype=float), "sections")
    weights = np.array([SECTIONS[name].weight for name in names])
    return float(weights @ accuracies / weights.sum())


def _subset_score(name: str, right: NDArray[np.float64]) -> SubsetScore:
    section = section_of(name)
    expected = None if section is None else SECTIONS[section].subsets[name].pairs
    return SubsetScore(float(right.mean()), len(right), expected)


def _section_score(layout: SectionLayout, found: Mapping[str, SubsetScore]) -> SectionScore:
    present = {name: found[name] for name in layout.subsets if name in found}
    gaps = [
        _gap(name, found[name].pairs if name in found else 0, expected.pairs)
        for name, expected in layout.subsets.items()
    ]
    accuracy = None
    if present:
        weights = [layout.subsets[name].weight for name in present]
        accuracy = float(np.average([part.accuracy for part in present.values()], weights=weights))
    return SectionScore(accuracy, layout.weight, present, tuple(gap for gap in gaps if gap))


def _gap(name: str, pairs: int, expected: int) -> str:
    """Say what sets a subset apart from the benchmark's; nothing if it is the same."""
    if pairs < expected:
        return f"{name}: {pairs:,} of {expected:,} pairs"
    return f"{name}: {pairs:,} pairs instead of {expected:,}" if pairs > expected else ""


def _complete(sections: Mapping[str, SectionScore]) -> dict[str, float] | None:
    """Return the accuracies of sections that are all complete, else None."""
    accuracies = {
        name: section.accuracy
        for name, section in sections.items()
        if section.complete and section.accuracy is not None
    }
    return accuracies if len(accuracies) == len(sections) else None
