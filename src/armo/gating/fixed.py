"""Fixed weights: the same for every prompt, convex, and what a gate has to beat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Float64

from armo.errors import InputError
from armo.gating.convex import Solution, solve
from armo.gating.loss import preference_accuracy, preference_loss
from armo.gating.pairs import Groups, Pairs, split_pairs
from armo.gating.result import FixedWeights, Validation
from armo.gating.temperature import fit_beta

NO_TRAINING_PAIRS = (
    "No pair falls in the train split, so the weights are uniform: a group is never split, and a "
    "handful of groups can all land in validation or test."
)


def fit_fixed(
    differences: Float[np.ndarray, "pairs objectives"],
    groups: Groups = None,
    *,
    sample_weight: Float[np.ndarray, " pairs"] | None = None,
) -> FixedWeights:
    """Fit fixed weights to preference pairs, to optimality.

    With `u = β g ≥ 0` the loss `−log σ(β gᵀ(r'_chosen − r'_rejected))` is convex; it is minimised over
    the train split (`armo.gating.convex` has the method and its tiny ridge), and `g = u / Σu`. Where
    `u = 0` is optimal no objective helps, and the weights are uniform. β is refitted on validation.

    Args:
        differences: Debiased rewards of the chosen minus the rejected response, `[pairs, objectives]`.
        groups: One label a pair, such as its prompt; a group is never split. None: each pair alone.
        sample_weight: Weights ≥ 0; an integer weight equals that many copies of the pair.

    Raises:
        InputError: If an array has the wrong shape or holds NaN or infinity.
    """
    train, validation = split_pairs(differences, groups, sample_weight)
    return _calibrated(solve_weights(train), validation)


def uniform(objectives: int) -> FixedWeights:
    """Return equal weights. Nothing is fitted: β is 1; `fit_beta` of its margins gives a better one."""
    if objectives < 1:
        raise InputError(f"uniform weights need at least one objective, got {objectives}")
    return FixedWeights(weights=np.full(objectives, 1.0 / objectives), beta=1.0)


def best_single(
    differences: Float[np.ndarray, "pairs objectives"],
    groups: Groups = None,
    *,
    sample_weight: Float[np.ndarray, " pairs"] | None = None,
) -> FixedWeights:
    """Put all weight on the objective that ranks most *training* pairs right.

    Ties in accuracy go to the lower loss at that objective's own best β. Arguments and errors as in
    `fit_fixed`; β is refitted on validation.
    """
    train, validation = split_pairs(differences, groups, sample_weight)
    objectives = train.differences.shape[1]
    if not len(train):
        return _calibrated(replace(uniform(objectives), notes=(NO_TRAINING_PAIRS,)), validation)
    ranks = []
    for objective in range(objectives):
        margins = train.differences[:, objective]
        beta = fit_beta(margins, train.weight)
        loss = preference_loss(margins, beta, train.weight)
        ranks.append((-preference_accuracy(margins, train.weight), loss, objective, beta))
    _, _, best, beta = min(ranks)
    return _calibrated(FixedWeights(weights=np.eye(objectives)[best], beta=beta), validation)


def solve_weights(train: Pairs) -> FixedWeights:
    """Return the optimal weights on some pairs with their own β = Σu, no validation involved."""
    equal = uniform(train.differences.shape[1])
    if not len(train):
        return replace(equal, notes=(NO_TRAINING_PAIRS,))
    solution = solve(train.differences, train.weight)
    total = float(solution.coefficients.sum())
    if total == 0.0:
        return replace(
            equal,
            beta=fit_beta(equal.margins(train.differences), train.weight),
            optimality=solution.optimality,
            notes=("No objective ranks the training pairs better than chance; uniform weights.",),
        )
    return FixedWeights(
        weights=solution.coefficients / total,
        beta=total,
        optimality=solution.optimality,
        notes=_notes(solution),
    )


def calibrate(
    margins: Float64[np.ndarray, " pairs"], weight: Float64[np.ndarray, " pairs"], fallback: float
) -> tuple[float, tuple[str, ...]]:
    """Return β refitted on validation margins, or `fallback` with a note where they can't tell it."""
    if not len(margins):
        return fallback, ("There are no validation pairs; β is the one from training.",)
    if (margins >= 0).all():
        return fallback, (
            "Every validation pair is ranked right, so they set no upper limit to β; it is the one "
            "from training.",
        )
    return fit_beta(margins, weight), ()


def validate(
    margins: Float64[np.ndarray, " pairs"], weight: Float64[np.ndarray, " pairs"], beta: float
) -> Validation:
    """Return the figures of some rule's validation margins."""
    if not len(margins):
        return Validation()
    return Validation(
        pairs=len(margins),
        loss=preference_loss(margins, beta, weight),
        accuracy=preference_accuracy(margins, weight),
    )


def _calibrated(rule: FixedWeights, validation: Pairs) -> FixedWeights:
    margins = validation.differences @ rule.weights
    beta, notes = calibrate(margins, validation.weight, rule.beta)
    return replace(
        rule,
        beta=beta,
        validation=validate(margins, validation.weight, beta),
        notes=rule.notes + notes,
    )


def _notes(solution: Solution) -> tuple[str, ...]:
    notes = []
    if solution.separable:
        notes.append(
            "Some fixed weights rank every training pair right, so the pairs set no upper limit to β; "
            "a ridge of 1e-8 bounds it."
        )
    if solution.undetermined:
        notes.append(
            "The training pairs leave some combination of the objectives undetermined (objectives that "
            "move together, or one that is rare and never wrong); a ridge of 1e-8 settles it."
        )
    if solution.optimality > 1e-6:
        notes.append(
            f"The fixed weights are not optimal: the largest projected gradient is "
            f"{solution.optimality:.1e} after {solution.steps} steps."
        )
    return tuple(notes)
