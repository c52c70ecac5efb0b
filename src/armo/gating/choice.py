"""Which of the trained gates a fit returns, if any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float64
from scipy.special import stdtrit

from armo.errors import InputError
from armo.gating.fixed import calibrate, validate
from armo.gating.gate import Gate
from armo.gating.loss import preference_accuracy
from armo.gating.pairs import Pairs
from armo.gating.result import Candidate, FixedWeights
from armo.gating.settings import GateSettings
from armo.gating.temperature import fit_beta

if TYPE_CHECKING:
    from armo.gating.batches import Task
    from armo.gating.train import Run

_LEVEL = 0.025
_SMALLEST_WEIGHT = 1e-12


@dataclass(frozen=True, eq=False)
class Trained:
    """A finished run, with its margins on the validation pairs."""

    settings: GateSettings
    run: Run
    gate: Gate
    margins: Float64[np.ndarray, " pairs"]
    row: Candidate


def judge(task: Task, settings: GateSettings, run: Run) -> Trained:
    """Return a run as a gate with its validation figures, or raise InputError if it diverged."""
    finite = all(np.isfinite(array).all() for layer in run.layers for array in layer)
    if not (finite and 0 < run.beta < np.inf):
        raise InputError(
            f"training diverged ({settings.label}); lower learning_rate, or set standardize=True where "
            "prompt features are large"
        )
    gate = Gate.from_layers(run.layers, beta=run.beta, temperature=settings.temperature)
    pairs = task.validation
    margins = np.zeros(0)
    if len(pairs):
        distinct, inverse = np.unique(pairs.prompt_index, return_inverse=True)
        margins = gate.margins(pairs.differences, task.prompts[distinct], inverse)
    row = _row(settings, margins, pairs, run.best_step, run.steps, run.beta)
    return Trained(settings, run, gate, margins, row)


def choose(task: Task, trained: list[Trained]) -> Gate:
    """Return the run of lowest validation loss, its β refitted, or the fixed weights.

    Fixed weights win over a run with `keep_best` unless its loss is clearly lower (`_clearly_better`).
    """
    pairs = task.validation
    fixed_margins = task.fixed.margins(pairs.differences) if len(pairs) else np.zeros(0)
    rows = (_row(None, fixed_margins, pairs, 0, 0, task.fixed.beta), *(run.row for run in trained))
    best = min(trained, key=lambda run: np.inf if run.row.loss is None else run.row.loss)
    if best.settings.keep_best and not _clearly_better(best.margins, fixed_margins, pairs):
        note = (
            "No gate's validation loss is clearly below that of the fixed weights (by about two "
            "standard errors), so all prompts get the fixed weights."
        )
        gate = fixed_gate(task.fixed, task.prompts, pairs, (note,))
        return replace(gate, validation=replace(gate.validation, candidates=rows))
    beta, notes = calibrate(best.margins, pairs.weight, best.run.beta)
    figures = replace(
        validate(best.margins, pairs.weight, beta),
        best_step=best.run.best_step,
        steps=best.run.steps,
        candidates=rows,
    )
    return replace(best.gate, beta=beta, validation=figures, notes=notes)


def fixed_gate(
    fixed: FixedWeights,
    features: Float[np.ndarray, "prompts features"],
    validation: Pairs,
    notes: tuple[str, ...],
) -> Gate:
    """Return the gate that gives every prompt the fixed weights (to 1e-12)."""
    bias = np.log(np.maximum(fixed.weights, _SMALLEST_WEIGHT)).astype(np.float32)
    blind = np.zeros((len(bias), features.shape[1]), np.float32)
    margins = validation.differences @ fixed.weights
    beta, more = calibrate(margins, validation.weight, fixed.beta)
    return Gate.from_layers(
        [(blind, bias)],
        beta=beta,
        validation=validate(margins, validation.weight, beta),
        notes=(*fixed.notes, *notes, *more),
    )


def _row(
    settings: GateSettings | None,
    margins: Float64[np.ndarray, " pairs"],
    pairs: Pairs,
    best_step: int,
    steps: int,
    beta: float,
) -> Candidate:
    return Candidate(
        settings=settings,
        loss=float(np.average(_losses(margins, pairs), weights=pairs.weight))
        if len(pairs)
        else None,
        accuracy=preference_accuracy(margins, pairs.weight) if len(pairs) else None,
        best_step=best_step,
        steps=steps,
        beta=beta,
    )


def _losses(margins: Float64[np.ndarray, " pairs"], pairs: Pairs) -> Float64[np.ndarray, " pairs"]:
    return np.logaddexp(0.0, -fit_beta(margins, pairs.weight) * margins)


def _clearly_better(
    margins: Float64[np.ndarray, " pairs"], fixed: Float64[np.ndarray, " pairs"], pairs: Pairs
) -> bool:
    """Return True if the mean loss falls by more than about two of its standard errors.

    A one-sided t-test of the paired difference, clustered by group. The best of many looks at a small
    validation split looks better than it is: where fixed weights were the truth, taking it at its
    word cost 5 points of test accuracy at 300 pairs and 2 at 1,500.
    """
    gain = _losses(fixed, pairs) - _losses(margins, pairs)
    share = pairs.weight / pairs.weight.sum()
    mean = float(share @ gain)
    _, group = np.unique(pairs.group, return_inverse=True)
    clusters = int(group.max()) + 1
    if clusters < 2:
        return False
    sums = np.bincount(group, share * (gain - mean))
    error = float(np.sqrt((sums @ sums) * clusters / (clusters - 1)))
    return mean > error * float(stdtrit(clusters - 1, 1 - _LEVEL))
