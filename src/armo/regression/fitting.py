"""Stage 1: from statistics to a regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from jaxtyping import Float

from armo.errors import InputError
from armo.regression.moments import Moments
from armo.regression.notes import note_of_choice, notes_of
from armo.regression.result import Candidate, Regression, Status
from armo.regression.ridge import Design, Path, ridge_path
from armo.regression.selection import choose, cross_validation, grid
from armo.regression.statistics import Statistics

PAPER_ALPHAS: tuple[float, ...] = tuple(10.0**power for power in range(-4, 5))
# Wider than the authors': on raw hidden states a useful penalty grows with their variance and with n.
# All share one factorisation, so more of them cost next to nothing.
DEFAULT_ALPHAS: tuple[float, ...] = tuple(10.0**power for power in range(-6, 9))

# In order of preference where errors are equal. Scaling without centring is left out: it makes a
# feature's penalty depend on its spread and its fit on its mean.
_AUTO = (Design(True, True), Design(True, False), Design(False, False))


@dataclass(frozen=True, eq=False)
class _Choice:
    """One objective at its chosen α."""

    weight: Float[np.ndarray, " features"]
    intercept: float
    position: int
    status: Status
    validation_mse: float | None
    relative_error: float | None


def solve(
    statistics: Statistics,
    *,
    alphas: Sequence[float] | Float[np.ndarray, " alphas"] = DEFAULT_ALPHAS,
    intercept: bool = True,
    standardize: bool = True,
    names: Sequence[str] | None = None,
) -> Regression:
    """Fit every objective on its training rows and choose its α on its validation rows.

    Solves `min ‖XW − R‖² + α_j‖w_j‖²` over observed ratings (ArmoRM, equation 1, with the released
    code's penalty, which is not divided by the number of rows). Nothing is refitted on validation
    rows, and test rows are only counted.

    Args:
        statistics: What `accumulate` returns, or a sum of such.
        alphas: Penalties to choose from, above 0. On standardized features, an α equal to the number
            of rows halves the weight of a feature that is uncorrelated with the others.
        intercept: Fit a constant that is not penalised.
        standardize: Divide features by their standard deviation over an objective's training rows;
            the returned weights act on raw features all the same.
        names: Names of the objectives, for messages and notes.

    Returns:
        The regression, with notes on what is unusual about it.

    Raises:
        InputError: An objective has no training rating, or an argument is out of range.
    """
    labels = _names(names, statistics.objectives)
    _refuse_unrated(statistics, labels)
    values, design = grid(alphas), Design(intercept, standardize)
    choices: dict[int, _Choice] = {}
    for label, moments in enumerate(statistics.train.sets):
        path = ridge_path(moments, design, values)
        for column, objective in enumerate(statistics.train.members(label)):
            held_out = statistics.validation.find(objective)
            choices[objective] = _choose(path, (moments, column), held_out)
    fitted = _assemble([choices[j] for j in range(len(labels))], values, design, labels, statistics)
    return replace(fitted, notes=notes_of(fitted, float(values[-1])))


def solve_auto(
    statistics: Statistics,
    *,
    alphas: Sequence[float] | Float[np.ndarray, " alphas"] = DEFAULT_ALPHAS,
    names: Sequence[str] | None = None,
) -> Regression:
    """Fit with the design, intercept and standardized features or not, that validates best.

    One design serves all objectives. It is that of the smallest `Regression.relative_error` among
    both, an intercept alone, and neither; `Regression.candidates` and the notes have all the scores.

    Args:
        statistics: What `accumulate` returns, or a sum of such; used for all designs.
        alphas: Penalties to choose from, above 0.
        names: Names of the objectives, for messages and notes.

    Returns:
        The regression of the best design.

    Raises:
        InputError: As in `solve`.
    """
    fits = [
        solve(
            statistics,
            alphas=alphas,
            intercept=design.intercept,
            standardize=design.standardize,
            names=names,
        )
        for design in _AUTO
    ]
    best = reduce(lambda best, fitted: fitted if _better(fitted, best) else best, fits)
    ranked = [best, *(fitted for fitted in fits if fitted is not best)]
    candidates = tuple(Candidate(fitted.design, fitted.relative_error) for fitted in ranked)
    return replace(best, candidates=candidates, notes=(*best.notes, note_of_choice(candidates)))


def solve_paper(statistics: Statistics, *, names: Sequence[str] | None = None) -> Regression:
    """Fit as the authors' released code does: no intercept, raw features, α from 1e-4 to 1e4.

    Args:
        statistics: What `accumulate` returns, or a sum of such.
        names: Names of the objectives, for messages and notes.

    Returns:
        The regression.

    Raises:
        InputError: As in `solve`.
    """
    return solve(statistics, alphas=PAPER_ALPHAS, intercept=False, standardize=False, names=names)


def _choose(path: Path, train: tuple[Moments, int], held_out: tuple[Moments, int]) -> _Choice:
    moments, column = train
    validation, place = held_out
    validated = validation.count > 0
    if validated:
        errors = validation.mse(place, path.weight[:, column], path.intercept[:, column])
    else:
        errors = cross_validation(moments, column, path)
    variance = float(moments.rating_scatter[column]) / moments.count
    position = choose(errors, variance)
    error = float(errors[position])
    relative = error / variance if variance > 0 and np.isfinite(error) else None
    status: Status = "validated" if validated else "unvalidated"
    return _Choice(
        weight=path.weight[position, column],
        intercept=float(path.intercept[position, column]),
        position=position,
        status=status if variance > 0 else "constant",
        validation_mse=error if validated else None,
        relative_error=relative,
    )


def _assemble(
    choices: list[_Choice],
    alphas: Float[np.ndarray, " alphas"],
    design: Design,
    names: tuple[str, ...],
    statistics: Statistics,
) -> Regression:
    edges = {0, len(alphas) - 1} if len(alphas) > 1 else set()
    relative = [c.relative_error for c in choices if c.relative_error is not None]
    return Regression(
        weight=np.stack([choice.weight for choice in choices]),
        intercept=np.array([choice.intercept for choice in choices]),
        alpha=alphas[[choice.position for choice in choices]],
        validation_mse=tuple(choice.validation_mse for choice in choices),
        status=tuple(choice.status for choice in choices),
        alpha_at_edge=tuple(
            name
            for name, choice in zip(names, choices, strict=True)
            if choice.position in edges and choice.status != "constant"
        ),
        counts=statistics.counts,
        names=names,
        design=design,
        relative_error=float(np.mean(relative)) if relative else None,
    )


def _better(one: Regression, other: Regression) -> bool:
    # By more than rounding, so that the order of blocks can't change the choice between equals.
    if one.relative_error is None or other.relative_error is None:
        return False
    return one.relative_error < other.relative_error * (1 - 1e-9)


def _names(names: Sequence[str] | None, objectives: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"objective {j}" for j in range(objectives))
    if len(names) != objectives or len(set(names)) != objectives:
        raise InputError(
            f"names must hold one different name for each of the {objectives} objectives, got "
            f"{list(names)}"
        )
    return tuple(names)


def _refuse_unrated(statistics: Statistics, names: tuple[str, ...]) -> None:
    unrated = [n for n, count in zip(names, statistics.train.counts, strict=True) if count == 0]
    if unrated:
        raise InputError(
            f"no training row rates {', '.join(repr(name) for name in unrated)}; give rows that do "
            "(4 of 5 prompts fall into the training split), or take those objectives out"
        )
