"""What else there is to say of a system: its margins, its probabilities, its liking for length."""

from __future__ import annotations

from typing import Any

import numpy as np

from armo.evaluate import (
    accuracy_by_margin,
    bootstrap_mean,
    calibration,
    spearman,
    spearman_within,
)
from armo.leaderboard.standing import Standing, plain_mean


def behaviour_figures(standing: Standing, beta: float | None) -> dict[str, Any]:
    """Return accuracy by margin, calibration and length; None for what a system does not give.

    Args:
        standing: Its results, on at least one pair.
        beta: Turns its margins into log-odds; None if it has no margins.
    """
    how = standing.pairs.how
    drawn: dict[str, Any] = {"resamples": how.resamples, "level": how.level}
    margins = standing.margins
    return {
        "by_margin": None
        if margins is None
        else accuracy_by_margin(margins, standing.groups(), **drawn),
        "calibration": None
        if margins is None or beta is None
        else calibration(margins, beta, standing.groups(), **drawn),
        "length": _length(standing),
    }


def _length(standing: Standing) -> dict[str, Any] | None:
    """Return how length and preference go together; None where no lengths are known."""
    lengths = [standing.pairs.lengths[place] for place in standing.places]
    known = standing.at([row for row, length in enumerate(lengths) if length is not None])
    both = np.array([length for length in lengths if length is not None]).reshape(-1, 2)
    if not len(both):
        return None
    longer, shorter = both[:, 0] > both[:, 1], both[:, 0] < both[:, 1]
    preferred = _preferred(known)
    likes_longer = np.where(longer, preferred, 1 - preferred)
    differ = np.flatnonzero(longer | shorter)
    how = standing.pairs.how
    return {
        "unit": standing.pairs.unit,
        "chosen_longer_accuracy": plain_mean(known.at(np.flatnonzero(longer)))
        if longer.any()
        else None,
        "chosen_shorter_accuracy": plain_mean(known.at(np.flatnonzero(shorter)))
        if shorter.any()
        else None,
        "prefers_longer": bootstrap_mean(
            likes_longer[differ],
            known.at(differ).groups(),
            resamples=how.resamples,
            level=how.level,
        )
        if len(differ)
        else None,
        **_correlations(known, both),
    }


def _preferred(standing: Standing) -> Any:
    """Return 1 where the chosen response is preferred, 0 where the other is, 0.5 for neither."""
    if standing.margins is None:
        return standing.credit
    return np.where(standing.margins == 0, 0.5, standing.margins > 0)


def _correlations(standing: Standing, lengths: Any) -> dict[str, float | None]:
    """Return rank correlations of score and length over the distinct responses."""
    if standing.scores is None:
        return {"marginal": None, "within_prompts": None}
    pairs = standing.pairs
    found: dict[str, tuple[float, float, str]] = {}
    for row, place in enumerate(standing.places.tolist()):
        for side in (0, 1):
            found[pairs.keys[place][side]] = (
                float(standing.scores[row, side]),
                float(lengths[row, side]),
                pairs.prompts[place],
            )
    scores, tokens, prompts = (list(column) for column in zip(*found.values(), strict=True))
    return {
        "marginal": spearman(np.array(scores), np.array(tokens)),
        "within_prompts": spearman_within(np.array(scores), np.array(tokens), prompts),
    }
