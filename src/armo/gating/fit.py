"""Fit a gate: train the preset's candidates, let validation choose, refit β."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from armo.gating.choice import Trained, choose, fixed_gate, judge
from armo.gating.fixed import solve_weights
from armo.gating.gate import Gate
from armo.gating.inputs import InputMap, principal, raw, standardized
from armo.gating.pairs import Groups, Pairs, check_prompt_index, check_prompts, split_pairs
from armo.gating.settings import GateSettings, Preset, candidates_of

if TYPE_CHECKING:
    from armo.gating.batches import Task

Progress = Callable[[int, int], None]


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
    """Fit a gate to preference pairs by the Bradley–Terry loss of the ArmoRM paper (arXiv 2406.12845).

    The train split is fitted, the validation split chooses among steps and candidates and sets β, and
    the test split is not touched. Under `auto` the result is the fixed weights, for every prompt,
    unless a gate's validation loss is clearly lower (by about two standard errors, clustered by
    group): the best of many looks at a small validation split looks better than it is. `paper` and
    settings without `keep_best` keep what training ends with.

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
    settings = candidates_of(preset, int(np.count_nonzero(counts)), features.shape[1])
    fixed = solve_weights(train)
    if not len(train):
        return fixed_gate(fixed, features, validation, ())
    inputs = _Inputs(features, counts)
    hopeless = _why_no_gate(settings, train, validation, inputs)
    if hopeless:
        return fixed_gate(fixed, features, validation, (hopeless,))
    # Imported here because PyTorch takes seconds to import, and fixed weights don't need it.
    from armo.gating.batches import Task

    task = Task(features, train, validation, fixed, seed)
    return choose(task, _train_all(task, settings, inputs, progress))


class _Inputs:
    """The input map of each candidate; the standard map and each basis are found once."""

    def __init__(
        self,
        features: Float32[np.ndarray, "prompts features"],
        counts: Float64[np.ndarray, " prompts"],
    ) -> None:
        self.features = features
        self.counts = counts
        self.bases: dict[int, InputMap] = {}

    @cached_property
    def standard(self) -> InputMap:
        return standardized(self.features, self.counts)

    def of(self, settings: GateSettings) -> InputMap:
        if settings.components is None:
            return self.standard if settings.standardize else raw(self.features.shape[1])
        if settings.components not in self.bases:
            self.bases[settings.components] = principal(
                self.standard, self.features, self.counts, settings.components
            )
        return self.bases[settings.components]


def _why_no_gate(
    settings: tuple[GateSettings, ...], train: Pairs, validation: Pairs, inputs: _Inputs
) -> str | None:
    if train.differences.shape[1] == 1:
        return "With a single objective every gate is the same."
    if not train.differences.any():
        return "Chosen and rejected responses have the same rewards, so there is nothing to learn."
    if not all(run.keep_best for run in settings):
        return None
    if not len(validation):
        return (
            "There are no validation pairs to choose a gate by, so all prompts get fixed weights."
        )
    if not inputs.standard.varies:
        return "All training prompts have the same features, so all prompts get fixed weights."
    return None


def _train_all(
    task: Task, settings: tuple[GateSettings, ...], inputs: _Inputs, progress: Progress | None
) -> list[Trained]:
    from armo.gating.train import train

    total = sum(run.steps for run in settings)
    report = progress or (lambda _done, _total: None)
    trained, done = [], 0
    for candidate in settings:
        tick = partial(_tick, report, done, total)
        run = train(task, candidate, inputs.of(candidate), tick)
        trained.append(judge(task, candidate, run))
        done += candidate.steps  # also the steps that an early stop saved
        report(done, total)
    return trained


def _tick(report: Progress, before: int, total: int, step: int) -> None:
    report(before + step, total)
