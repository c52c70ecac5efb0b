"""What eval.json says of questions with several responses: totals, subsets, length, weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64

from armo.benchmark.accuracies import Resampling
from armo.benchmark.common import length_figures, mean_weights
from armo.benchmark.judging import Judged
from armo.benchmark.questions import Part, lost_of_part, parts_of, scores_of
from armo.benchmark.rule_scores import PartScore, overall_figures, score_figures, score_part
from armo.data import ResponsesRow
from armo.errors import DataError, InputError
from armo.evaluate.rules import RULES, Lost, Rule, subset_score


def response_figures(
    judged: Judged[ResponsesRow], names: list[str], lost_rows: Mapping[str, int], how: Resampling
) -> dict[str, Any]:
    """Return all figures of a benchmark whose questions have several responses.

    Args:
        judged: Questions that were scored, at least one.
        names: The model's objectives, in order.
        lost_rows: By subset, questions that could not be read.
        how: How intervals are drawn.

    Raises:
        DataError: If no subset can be scored by its rule.
    """
    parts = parts_of(judged)
    scored, refused = _score(judged, parts, how)
    if not scored:
        subset, reason = next(iter(refused.items()))
        raise DataError(f"no subset can be scored by its rule; the first: {subset}: {reason}")
    there = {part.name for part in parts}
    return {
        "rules": {own.part.rule.name: own.part.rule.describe for own in scored},
        "totals": _totals(scored, how),
        "subsets": [
            _subset(judged, own, names, how) | {"unreadable": lost_rows.get(own.part.name, 0)}
            for own in scored
        ],
        "refused_subsets": refused,
        "lost_subsets": {name: count for name, count in lost_rows.items() if name not in there},
        "length": length_figures(judged),
    }


def _score(
    judged: Judged[ResponsesRow], parts: Sequence[Part], how: Resampling
) -> tuple[list[PartScore], dict[str, str]]:
    """Return the subsets that their rule can score, and why it can't score the others."""
    number = {name: place for place, name in enumerate(sorted(part.name for part in parts))}
    scored, refused = [], {}
    for part in parts:
        try:
            scored.append(score_part(judged, part, how, number[part.name]))
        except InputError as error:
            refused[part.name] = str(error)
    return scored, refused


def _totals(scored: Sequence[PartScore], how: Resampling) -> list[dict[str, Any]]:
    """Return the benchmark's own total, once where several rules share it."""
    rules_of: dict[Any, list[Rule]] = {}
    for name in dict.fromkeys(own.part.rule.name for own in scored):
        rules_of.setdefault(RULES[name].overall, []).append(RULES[name])
    totals = []
    for rules in rules_of.values():
        found = overall_figures(rules, scored, how)
        if found is not None:
            totals.append({"rules": [rule.name for rule in rules], **found})
    return totals


def _subset(
    judged: Judged[ResponsesRow], scored: PartScore, names: list[str], how: Resampling
) -> dict[str, Any]:
    part = scored.part
    return {
        "name": part.name,
        "rule": part.rule.name,
        "categories": list(part.categories),
        "questions": len(part.rows),
        "responses": sum(len(judged.places[row]) for row in part.rows),
        "prompts": len(np.unique(judged.prompt[part.rows])),
        **score_figures(scored, how),
        "ties": {name: _ties(judged, part, name) for name in judged.scores},
        "weights": mean_weights(judged, part.rows, names),
        "alone": _alone(judged, part, names),
    }


def _alone(judged: Judged[ResponsesRow], part: Part, names: list[str]) -> dict[str, float]:
    """Return the score that each debiased objective has by itself under the subset's rule."""
    return {
        name: subset_score(
            part.rule.measure(
                part.questions, scores_of(judged, part, np.ascontiguousarray(debiased))
            )
        )
        for name, debiased in zip(names, judged.debiased.T, strict=True)
    }


def _ties(judged: Judged[ResponsesRow], part: Part, weighting: str) -> int:
    """Count the questions of which a pair that the rule compares has one score."""
    scores = judged.scores[weighting]
    own = scores_of(judged, part, scores)
    lost = lost_of_part(judged, part, scores)
    return len({one.question for one in lost if _tied(own[one.question], one)})


def _tied(scores: Float64[np.ndarray, " responses"], one: Lost) -> bool:
    return bool(scores[one.right] == scores[one.wrong])
