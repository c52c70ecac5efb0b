"""Finding the penalties on a reference set: equation 3 of the ArmoRM paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from armo.debias.notes import describe
from armo.debias.penalties import pearson_penalty, spearman_penalty
from armo.debias.reference import Reference, make_reference
from armo.debias.result import Debias
from armo.errors import InputError, nearest
from armo.evaluate.correlation import pearson, spearman
from armo.evaluate.inputs import Groups

Column = NDArray[np.float64]


@dataclass(frozen=True)
class _Method:
    penalty: Callable[[Column, Column], float]
    correlation: Callable[[Column, Column], float]


_METHODS = {
    "spearman": _Method(spearman_penalty, spearman),
    "pearson": _Method(pearson_penalty, pearson),
}


def fit(
    rewards: Float[np.ndarray, "rows objectives"],
    verbosity: int,
    method: str = "spearman",
    *,
    center: str | None = None,
    groups: Groups | None = None,
    nonnegative: bool = False,
    names: Sequence[str] | None = None,
) -> Debias:
    """Find λ_i with `Corr(r_i − λ_i·r_v, r_v) = 0` on a reference set, for every objective.

    Zero correlation over all rows does not imply it within prompts, and within prompts is where
    responses are ranked: `center="prompt"` removes each prompt's mean from all rewards first.

    An objective that is constant on the reference set is left as it is (λ = 0); verbosity itself gets
    λ = 1. Ranks change in steps: where no λ gives exactly zero, the step that passes zero is taken,
    and `after` says what is left.

    Args:
        rewards: Rewards of the reference set's responses, finite, shape `[n, k]`.
        verbosity: Index of the verbosity objective.
        method: Correlation to bring to zero: `"spearman"` (ranks) or `"pearson"` (closed form).
        center: None for the correlation over all rows, `"prompt"` for within prompts (see
            `armo.evaluate.within`).
        groups: The prompt of every row, any labels; needed by and used in `center="prompt"` only.
        nonnegative: Set negative penalties to 0, as the authors' script does, which leaves objectives
            that dislike verbosity as they are. By default they get the exact root as well.
        names: Names of the objectives for the notes, length k.

    Returns:
        The penalties, with correlations before and after and notes.

    Raises:
        InputError: A shape, index or option is wrong, a reward is not finite, verbosity is constant,
            fewer than 3 rows are left, or no prompt has two responses.
    """
    known = _METHODS.get(method)
    if known is None:
        raise InputError(
            f"method must be 'spearman' or 'pearson', got '{method}'{nearest(method, _METHODS)}"
        )
    reference = make_reference(rewards, verbosity, center, groups)
    labels = _labels(names, reference.values.shape[1])
    roots = np.asarray([_root(reference, i, known) for i in range(len(labels))])
    penalties = np.maximum(roots, 0) if nonnegative else roots
    before, after = _correlations(reference, penalties, known)
    return Debias(
        penalties=penalties,
        verbosity=verbosity,
        method=method,
        center=center,
        nonnegative=nonnegative,
        rows=len(reference.values),
        before=before,
        after=after,
        notes=describe(reference, labels, roots, penalties, after),
    )


def _root(reference: Reference, objective: int, method: _Method) -> float:
    if objective == reference.verbosity:
        return 1.0
    if reference.constant[objective]:
        return 0.0
    return method.penalty(reference.column(objective), reference.column(reference.verbosity))


def _correlations(
    reference: Reference, penalties: NDArray[np.float64], method: _Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    verbosity = reference.column(reference.verbosity)
    objectives = range(len(penalties))
    before = [method.correlation(reference.debiased(i, 0.0), verbosity) for i in objectives]
    after = [
        method.correlation(reference.debiased(i, float(penalties[i])), verbosity)
        for i in objectives
    ]
    return np.asarray(before), np.asarray(after)


def _labels(names: Sequence[str] | None, objectives: int) -> list[str]:
    if names is None:
        return [f"objective {index}" for index in range(objectives)]
    if len(names) != objectives:
        raise InputError(f"names must be {objectives}, one an objective, got {len(names)}")
    return list(names)
