"""What a reader of a fit should know, in sentences."""

from __future__ import annotations

import numpy as np

from armo.regression.result import Candidate, Regression
from armo.splits import TRAIN, VALIDATION


def notes_of(regression: Regression, largest_alpha: float) -> tuple[str, ...]:
    """Return a sentence for everything unusual about the objectives of a fit.

    Args:
        regression: The fit.
        largest_alpha: Upper end of the grid.
    """
    upper, lower = _edges(regression, largest_alpha)
    single = _with_count(regression, split=TRAIN, count=1)
    unvalidated = _with_count(regression, split=VALIDATION, count=0)
    constant = [
        name
        for name, status in zip(regression.names, regression.status, strict=True)
        if status == "constant" and name not in single
    ]
    sentences = (
        (single, "a single training rating, which is all that is known of it."),
        (constant, "all training ratings are equal, so they tell no responses apart."),
        (
            unvalidated,
            "no rating in the validation split, so α was chosen by generalised cross-validation on "
            "the training rows and there is no validation error.",
        ),
        (
            upper,
            "the largest α of the grid was chosen: the features tell little of the ratings, or the "
            "grid should reach higher.",
        ),
        (lower, "the smallest α of the grid was chosen; a smaller one may do better."),
    )
    return tuple(f"{_list(names)}: {text}" for names, text in sentences if names)


def note_of_choice(candidates: tuple[Candidate, ...]) -> str:
    """Return the sentence that says what `auto` compared, the chosen candidate first."""
    scores = "; ".join(
        f"{candidate.design}: {_number(candidate.relative_error)}" for candidate in candidates
    )
    return (
        f"Chosen for all objectives: {candidates[0].design}. Mean validation error (cross-validated "
        "where there are no validation rows) over the variance of the training ratings, lower is "
        f"better: {scores}."
    )


def _with_count(regression: Regression, *, split: int, count: int) -> list[str]:
    found = regression.counts[:, split] == count
    return [name for name, chosen in zip(regression.names, found, strict=True) if chosen]


def _edges(regression: Regression, largest_alpha: float) -> tuple[list[str], list[str]]:
    chosen = dict(zip(regression.names, regression.alpha, strict=True))
    at_edge = regression.alpha_at_edge
    upper = [name for name in at_edge if np.isclose(chosen[name], largest_alpha)]
    return upper, [name for name in at_edge if name not in upper]


def _list(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _number(value: float | None) -> str:
    return "unknown, no objective varies" if value is None else f"{value:.4f}"
