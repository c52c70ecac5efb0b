"""The three trained stages, each from the arrays of the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float64

from armo import debias, gating, regression
from armo.features import FeatureStore
from armo.objectives import Objective
from armo.progress import Reporter
from armo.training.outcome import Outcome
from armo.training.recipe import DebiasSettings, GateRecipe, RegressionSettings
from armo.training.source_weights import pair_weights
from armo.training.tables import PairTable, RatingTable


def regress(
    store: FeatureStore,
    table: RatingTable,
    objectives: list[Objective],
    settings: RegressionSettings,
) -> Outcome:
    """Stage 1: one linear reward an objective (equation 1)."""
    names = [objective.name for objective in objectives]
    statistics = regression.accumulate(table.blocks(store))
    fitted = _solve(statistics, settings, names)
    report = {
        "intercept": fitted.design.intercept,
        "standardize": fitted.design.standardize,
        "candidates": fitted.candidates,
        "notes": fitted.notes,
        "objectives": [
            {
                "name": name,
                "labels": dict(
                    zip(("train", "validation", "test"), fitted.counts[row].tolist(), strict=True)
                ),
                "alpha": fitted.alpha[row],
                "alpha_at_edge": name in fitted.alpha_at_edge,
                "status": fitted.status[row],
                "validation_mse": fitted.validation_mse[row],
            }
            for row, name in enumerate(names)
        ],
    }
    return Outcome({"weight": fitted.weight, "intercept": fitted.intercept}, report)


def remove_verbosity(
    rewards: Float64[np.ndarray, "rows objectives"],
    prompts: list[str],
    objectives: list[Objective],
    verbosity: int,
    settings: DebiasSettings,
) -> Outcome:
    """Debiasing on the distinct responses of training pairs (equations 2 and 3)."""
    center = None if settings.center == "none" else settings.center
    fitted = debias.fit(
        rewards,
        verbosity,
        settings.method,
        center=center,
        groups=prompts,
        nonnegative=settings.nonnegative,
        names=[objective.name for objective in objectives],
    )
    report = {
        "method": fitted.method,
        "center": settings.center,
        "nonnegative": fitted.nonnegative,
        "reference": "distinct responses of the training pairs"
        + (f" of {', '.join(settings.reference)}" if settings.reference else ""),
        "rows": fitted.rows,
        "notes": fitted.notes,
        "objectives": [
            {
                "name": objective.name,
                "penalty": fitted.penalties[row],
                "before": fitted.before[row],
                "after": fitted.after[row],
            }
            for row, objective in enumerate(objectives)
        ],
    }
    return Outcome({"matrix": fitted.matrix}, report)


def weigh(
    store: FeatureStore,
    pairs: PairTable,
    differences: Float64[np.ndarray, "pairs objectives"],
    settings: GateRecipe,
    reporter: Reporter,
) -> Outcome:
    """Stage 2: the gate, and beside it the weights that do not depend on the prompt."""
    weight = pair_weights(pairs.sources, pairs.splits, settings.source_weights)
    with reporter("gate", 100, "%") as advance:
        gate = gating.fit(
            store.prompts(pairs.prompts),
            differences,
            pairs.groups,
            preset=settings.preset,
            sample_weight=weight,
            prompt_index=pairs.prompt_index,
            seed=settings.seed,
            progress=_percent(advance),
        )
    fixed = gating.fit_fixed(differences, pairs.groups, sample_weight=weight)
    single = gating.best_single(differences, pairs.groups, sample_weight=weight)
    arrays: dict[str, Any] = {"fixed": fixed.weights, "single": single.weights}
    for index, (matrix, bias) in enumerate(gate.layers):
        arrays[f"layers.{index}.weight"] = matrix
        arrays[f"layers.{index}.bias"] = bias
    report = {
        "preset": settings.preset,
        "source_weights": settings.source_weights,
        "layers": len(gate.layers),
        "temperature": gate.temperature,
        "beta": gate.beta,
        "validation": gate.validation,
        "notes": gate.notes,
        "fixed": {
            "weights": fixed.weights,
            "beta": fixed.beta,
            "optimality": fixed.optimality,
            "notes": fixed.notes,
        },
        "single": {"beta": single.beta, "notes": single.notes},
    }
    return Outcome(arrays, report)


def _percent(advance: Callable[[int], None]) -> Callable[[int, int], None]:
    """Return a callback of steps done and to do that advances a bar of 100."""
    shown = 0

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // max(total, 1)
        advance(percent - shown)
        shown = percent

    return progress


def gate_of(outcome: Outcome) -> gating.Gate:
    """Return the gate that a finished stage 2 left."""
    layers = [
        (outcome.arrays[f"layers.{index}.weight"], outcome.arrays[f"layers.{index}.bias"])
        for index in range(outcome.report["layers"])
    ]
    return gating.Gate.from_layers(
        layers, beta=outcome.report["beta"], temperature=outcome.report["temperature"]
    )


def _solve(
    statistics: regression.Statistics, settings: RegressionSettings, names: list[str]
) -> regression.Regression:
    paper = settings.preset == "paper"
    alphas = settings.alphas or (regression.PAPER_ALPHAS if paper else regression.DEFAULT_ALPHAS)
    if not paper and settings.intercept is None and settings.standardize is None:
        return regression.solve_auto(statistics, alphas=alphas, names=names)
    return regression.solve(
        statistics,
        alphas=alphas,
        intercept=not paper if settings.intercept is None else settings.intercept,
        standardize=not paper if settings.standardize is None else settings.standardize,
        names=names,
    )
