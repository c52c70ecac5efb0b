"""A subset's score by its rule under every weighting, with what resampling says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from armo.benchmark.accuracies import Resampling
from armo.benchmark.judging import Judged
from armo.benchmark.questions import Part, scores_of
from armo.benchmark.resampled import Draws, drawn_means, interval_of
from armo.data import ResponsesRow
from armo.evaluate import Interval
from armo.evaluate.rules import Measure, Rule, subset_score
from armo.gating.result import GATE


@dataclass(frozen=True)
class PartScore:
    """How a subset went.

    Attributes:
        part: The subset.
        measures: By weighting, the same measures in the same order.
        draws: Means of the measures in resamples, weightings in the order of `measures`; None where
            the spread is unknown.
    """

    part: Part
    measures: Mapping[str, list[Measure]]
    draws: Draws | None

    def scores(self) -> dict[str, float]:
        """Return the subset's score under each weighting."""
        return {name: subset_score(measures) for name, measures in self.measures.items()}

    def drawn_scores(self) -> Float64[np.ndarray, "draws weightings"] | None:
        """Return the scores in resamples."""
        if self.draws is None:
            return None
        weights = np.array([measure.weight for measure in self.measures[GATE]])
        scores: Float64[np.ndarray, "draws weightings"] = self.draws @ weights
        return scores


def score_part(judged: Judged[ResponsesRow], part: Part, how: Resampling, number: int) -> PartScore:
    """Score a subset by its rule under each weighting.

    Args:
        judged: All rows.
        part: The subset.
        how: How it is resampled.
        number: Tells the draws of one subset from those of another.

    Raises:
        InputError: If the rule can't be applied to the subset.
    """
    measures = {
        name: part.rule.measure(part.questions, scores_of(judged, part, scores))
        for name, scores in judged.scores.items()
    }
    # One seed for all would draw subsets of equal size alike, as if they were good and bad together.
    seed = int(np.random.SeedSequence([0, number]).generate_state(1)[0])
    return PartScore(part, measures, drawn_means(list(measures.values()), how.resamples, seed))


def score_figures(scored: PartScore, how: Resampling) -> dict[str, Any]:
    """Return score and measures of a subset under each weighting, and what the gate adds."""
    first = scored.measures[GATE]
    groups = len({group for measure in first for group in measure.groups})
    sizes = [(len(measure.values), len(set(measure.groups))) for measure in first]
    whole = _beside(
        scored.scores(), scored.drawn_scores(), (len(scored.part.questions), groups), how
    )
    return whole | {
        "measures": [
            {"name": measure.name, "weight": measure.weight}
            | _beside(
                {name: float(own[place].values.mean()) for name, own in scored.measures.items()},
                None if scored.draws is None else scored.draws[:, :, place],
                sizes[place],
                how,
            )
            for place, measure in enumerate(first)
        ]
    }


def overall_figures(
    rules: Sequence[Rule], scored: Sequence[PartScore], how: Resampling
) -> dict[str, Any] | None:
    """Return the total under each weighting; None if the rules have none, or a part is missing.

    Args:
        rules: Rules that share one total.
        scored: All subsets, those of other rules too.
        how: How intervals are drawn.
    """
    overall = rules[0].overall
    scores = [part.scores() for part in scored]
    totals: dict[str, float] = {}
    for name in scored[0].measures:
        total = overall(_parts(scored, [own[name] for own in scores]))
        if total is None:
            return None
        totals[name] = total
    named = {rule.name for rule in rules}
    asked = [one for own in scored if own.part.rule.name in named for one in own.part.questions]
    size = (len(asked), len({question.group for question in asked}))
    return _beside(totals, _drawn_totals(overall, scored), size, how)


def _drawn_totals(
    overall: Callable[[dict[str, tuple[str, float]]], float | None], scored: Sequence[PartScore]
) -> Float64[np.ndarray, "draws weightings"] | None:
    drawn = []
    for part in scored:
        own = part.drawn_scores()
        if own is None:
            return None
        drawn.append(own)
    # Subsets are drawn by themselves, so any draw of one goes with any of another.
    count = min(len(own) for own in drawn)
    stacked = np.stack([own[:count] for own in drawn])
    totals = [
        overall(_parts(scored, stacked[:, draw, weighting].tolist()))
        for draw in range(count)
        for weighting in range(stacked.shape[2])
    ]
    return np.array(totals, dtype=np.float64).reshape(count, -1)


def _parts(scored: Sequence[PartScore], scores: Sequence[float]) -> dict[str, tuple[str, float]]:
    return {
        own.part.name: (own.part.category, score) for own, score in zip(scored, scores, strict=True)
    }


def _beside(
    estimates: Mapping[str, float],
    draws: Float64[np.ndarray, "draws weightings"] | None,
    size: tuple[int, int],
    how: Resampling,
) -> dict[str, Any]:
    """Return each weighting's interval, and the gate's difference from each other."""
    columns = {
        name: None if draws is None else draws[:, place] for place, name in enumerate(estimates)
    }

    def difference(name: str) -> Interval:
        gate, other = columns[GATE], columns[name]
        gained = None if gate is None or other is None else gate - other
        return interval_of(estimates[GATE] - estimates[name], gained, size, how.level)

    return {
        "score": {
            name: interval_of(estimate, columns[name], size, how.level)
            for name, estimate in estimates.items()
        },
        "gate_minus": {name: difference(name) for name in estimates if name != GATE},
    }
