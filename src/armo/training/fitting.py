"""Regression, debiasing and gate in order, each kept until what it was made from changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

from armo.gating.result import FIXED, SINGLE, UNIFORM
from armo.heads import Heads
from armo.progress import Reporter
from armo.splits import TRAIN
from armo.training.outcome import Outcome, array_hash, content_hash, run_stage
from armo.training.prepare import Prepared
from armo.training.recipe import Recipe
from armo.training.stages import gate_of, regress, remove_verbosity, weigh


@dataclass(frozen=True)
class Fitted:
    """The outcome of each stage, and the heads that they make.

    Attributes:
        regression: Stage 1.
        debias: The transform between.
        gate: Stage 2, with fixed weights beside it.
        heads: All three together.
        differences: Debiased rewards, chosen − rejected, shape `[pairs, objectives]`.
    """

    regression: Outcome
    debias: Outcome
    gate: Outcome
    heads: Heads
    differences: Float64[np.ndarray, "pairs objectives"]

    @property
    def baselines(self) -> dict[str, NDArray[np.float64]]:
        """Weights that do not depend on the prompt, by name."""
        count = len(self.heads.objectives)
        return {
            FIXED: self.gate.arrays["fixed"],
            SINGLE: self.gate.arrays["single"],
            UNIFORM: np.full(count, 1 / count),
        }


def fit_stages(prepared: Prepared, recipe: Recipe, folder: Path, reporter: Reporter) -> Fitted:
    """Fit all stages, taking from `folder` those whose inputs have not changed."""
    store, pairs = prepared.store, prepared.pairs
    regression = _regression(prepared, recipe, folder)
    weight, intercept = regression.arrays["weight"], regression.arrays["intercept"]

    def rewards(keys: list[str]) -> Float64[np.ndarray, "rows objectives"]:
        predicted: Float64[np.ndarray, "rows objectives"]
        predicted = store.responses(keys).astype(np.float64) @ weight.T + intercept
        return predicted

    debias = _debias(prepared, recipe, folder, regression.hash, rewards)
    matrix = debias.arrays["matrix"]
    differences = (rewards(pairs.chosen) - rewards(pairs.rejected)) @ matrix
    origin = prepared.store.manifest.origin
    gate = run_stage(
        folder / "gate.safetensors",
        [origin, debias.hash, regression.hash, _pair_inputs(prepared), asdict(recipe.gate)],
        lambda: weigh(store, pairs, differences, recipe.gate, reporter),
    )
    trained = gate_of(gate)
    heads = Heads(
        objectives=tuple(prepared.objectives),
        weight=weight,
        intercept=intercept,
        transform=matrix,
        gate=trained,
        preference_beta=trained.beta,
    )
    return Fitted(regression, debias, gate, heads, differences)


def _regression(prepared: Prepared, recipe: Recipe, folder: Path) -> Outcome:
    if prepared.start is not None:
        return prepared.start.regression()
    return run_stage(
        folder / "regression.safetensors",
        [_regression_inputs(prepared), asdict(recipe.regression)],
        lambda: regress(prepared.store, prepared.ratings, prepared.objectives, recipe.regression),
    )


def _debias(
    prepared: Prepared,
    recipe: Recipe,
    folder: Path,
    regression: str,
    rewards: Callable[[list[str]], Float64[np.ndarray, "rows objectives"]],
) -> Outcome:
    start = prepared.start
    if start is not None and "debias" not in start.stages:
        return start.debias()
    verbosity = prepared.names.index(prepared.taken_out)
    keys, prompts = prepared.pairs.responses(TRAIN, recipe.debias.reference)
    # Keys are of texts; what the backbone made of them may have changed.
    origin = prepared.store.manifest.origin
    inputs = [origin, regression, keys, prompts, prepared.names, verbosity]
    return run_stage(
        folder / "debias.safetensors",
        [*inputs, asdict(recipe.debias)],
        lambda: remove_verbosity(
            rewards(keys), prompts, prepared.objectives, verbosity, recipe.debias
        ),
    )


def _regression_inputs(prepared: Prepared) -> list[object]:
    table, manifest = prepared.ratings, prepared.store.manifest
    return [
        manifest.origin,
        content_hash(table.keys),
        array_hash(table.ratings),
        array_hash(table.splits),
        prepared.objectives,
    ]


def _pair_inputs(prepared: Prepared) -> str:
    pairs = prepared.pairs
    return content_hash([pairs.chosen, pairs.rejected, pairs.groups, pairs.prompts, pairs.sources])
