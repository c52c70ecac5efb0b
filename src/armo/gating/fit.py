"""Fit a gate: train the preset's candidates, let validation choose, refit β."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float64, Int

from armo.errors import InputError
from armo.gating.fixed import calibrate, solve_weights, validate
from armo.gating.inputs import InputMap, principal, raw, standardized
from armo.gating.loss import preference_accuracy
from armo.gating.pairs import Groups, Pairs, check_prompt_index, check_prompts, split_pairs
from armo.gating.result import Candidate, FixedWeights, Gate
from armo.gating.settings import GateSettings, Preset, candidates_of
from armo.gating.temperature import fit_beta

if TYPE_CHECKING:
    from armo.gating.train import Run, Task

Progress = Callable[[int, int], None]
_ONE_SIDED_95 = 1.645
_SMALLEST_WEIGHT = 1e-12


def fit(
    prompts: Float[np.ndarray, "prompts features"],
    differences: Float[np.ndarray, "pairs objectives"],
    groups: Groups = None,
    *,
    preset: Preset | GateSettings = "auto",
    sample_weight: Float[np.ndarray, " pairs"] | None = None,
    prompt_index: Int[np.ndarray, " pairs"] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Gate:
    """Fit a gate to preference pairs (section 4.2 of the paper; its loss is equation 5).

    The train split is fitted, the validation split chooses among steps and candidates and sets β, and
    the test split is not touched. Under `auto` the result is the fixed weights, for every prompt,
    unless a gate's validation loss is lower by more than 1.645 standard errors (clustered by group):
    the best of many looks at a small validation split looks better than it is. `paper` and settings
    without `keep_best` keep what training ends with.

    Training runs on PyTorch's default device (`with torch.device("cuda"): ...` for a GPU) and leaves
    the global random state alone. The same seed, machine and thread count give the same gate.

    Args:
        prompts: Prompt features `[prompts, features]`: one row a pair, or with `prompt_index` one row
            a distinct prompt. Never one row for chosen and one for rejected.
        differences: Debiased rewards of the chosen minus the rejected response, `[pairs, objectives]`.
        groups: One label a pair; a group is never split. None: one a prompt index, or a pair.
        preset: "auto", "paper", or the settings of a single run.
        sample_weight: Weights ≥ 0 of the pairs in every loss.
        prompt_index: Row of each pair's prompt.
        seed: Of initial weights, batches and dropout.
        progress: Called with the steps done and the steps to do.

    Raises:
        InputError: If an array has the wrong shape or holds NaN or infinity, the preset is unknown,
            or training diverged.
    """
    features = check_prompts(prompts)
    index = check_prompt_index(prompt_index, len(features), len(differences))
    train, validation = split_pairs(differences, groups, sample_weight, index)
    counts = np.bincount(train.prompt_index, train.weight, len(features))
    settings = candidates_of(preset, np.count_nonzero(counts), features.shape[1])
    fixed = solve_weights(train)
    if not len(train):
        return _fixed_gate(fixed, features, validation, ())
    standard = standardized(features, counts)
    hopeless = _why_no_gate(settings, validation, standard, train.differences.shape[1])
    if hopeless:
        return _fixed_gate(fixed, features, validation, (hopeless,))
    # Imported here because PyTorch takes seconds to import, and fixed weights don't need it.
    from armo.gating.train import Task

    task = Task(features, train, validation, fixed, seed)
    inputs = _Inputs(task, standard, counts)
    return _choose(task, _train_all(task, settings, inputs, progress))


@dataclass(frozen=True, eq=False)
class _Trained:
    settings: GateSettings
    run: Run
    gate: Gate
    margins: Float64[np.ndarray, " pairs"]
    row: Candidate


class _Inputs:
    """The input map of each candidate; a basis of so many components is found once."""

    def __init__(
        self, task: Task, standard: InputMap, counts: Float64[np.ndarray, " prompts"]
    ) -> None:
        self.task = task
        self.standard = standard
        self.counts = counts
        self.bases: dict[int, InputMap] = {}

    def of(self, settings: GateSettings) -> InputMap:
        if settings.components is not None:
            if settings.components not in self.bases:
                self.bases[settings.components] = principal(
                    self.standard, self.task.prompts, self.counts, settings.components
                )
            return self.bases[settings.components]
        return self.standard if settings.standardize else raw(self.task.prompts.shape[1])


def _why_no_gate(
    settings: tuple[GateSettings, ...], validation: Pairs, standard: InputMap, objectives: int
) -> str | None:
    if objectives == 1:
        return "With a single objective every gate is the same."
    if not all(run.keep_best for run in settings):
        return None
    if not len(validation):
        return (
            "There are no validation pairs to choose a gate by, so all prompts get fixed weights."
        )
    if not standard.varies:
        return "All training prompts have the same features, so all prompts get fixed weights."
    return None


def _train_all(
    task: Task, settings: tuple[GateSettings, ...], inputs: _Inputs, progress: Progress | None
) -> list[_Trained]:
    from armo.gating.train import train

    total = sum(run.steps for run in settings)
    trained, done = [], 0
    for candidate in settings:
        before = done

        def tick(step: int, before: int = before) -> None:
            if progress is not None:
                progress(before + step, total)

        run = train(task, candidate, inputs.of(candidate), tick)
        trained.append(_judge(task, candidate, run))
        done += candidate.steps
        tick(candidate.steps)
    return trained


def _judge(task: Task, settings: GateSettings, run: Run) -> _Trained:
    if not all(np.isfinite(array).all() for layer in run.layers for array in layer):
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
    return _Trained(settings, run, gate, margins, row)


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


def _choose(task: Task, trained: list[_Trained]) -> Gate:
    pairs = task.validation
    fixed_margins = task.fixed.margins(pairs.differences) if len(pairs) else np.zeros(0)
    rows = (_row(None, fixed_margins, pairs, 0, 0, task.fixed.beta), *(run.row for run in trained))
    best = min(trained, key=lambda run: np.inf if run.row.loss is None else run.row.loss)
    if best.settings.keep_best and not _clearly_better(best.margins, fixed_margins, pairs):
        note = (
            f"No gate's validation loss is below the fixed weights' by more than {_ONE_SIDED_95} "
            "standard errors, so all prompts get the fixed weights."
        )
        gate = _fixed_gate(task.fixed, task.prompts, pairs, (note,))
        return replace(gate, validation=replace(gate.validation, candidates=rows))
    beta, notes = calibrate(best.margins, pairs.weight, best.run.beta)
    figures = replace(
        validate(best.margins, pairs.weight, beta),
        best_step=best.run.best_step,
        steps=best.run.steps,
        candidates=rows,
    )
    return replace(best.gate, beta=beta, validation=figures, notes=notes)


def _losses(margins: Float64[np.ndarray, " pairs"], pairs: Pairs) -> Float64[np.ndarray, " pairs"]:
    return np.logaddexp(0.0, -fit_beta(margins, pairs.weight) * margins)


def _clearly_better(
    margins: Float64[np.ndarray, " pairs"], fixed: Float64[np.ndarray, " pairs"], pairs: Pairs
) -> bool:
    gain = _losses(fixed, pairs) - _losses(margins, pairs)
    share = pairs.weight / pairs.weight.sum()
    mean = float(share @ gain)
    _, group = np.unique(pairs.group, return_inverse=True)
    clusters = int(group.max()) + 1
    if clusters < 2:
        return False
    sums = np.bincount(group, share * (gain - mean))
    error = float(np.sqrt((sums @ sums) * clusters / (clusters - 1)))
    return mean > _ONE_SIDED_95 * error


def _fixed_gate(
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
