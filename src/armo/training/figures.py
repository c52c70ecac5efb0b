"""The figures of a run: everything on the test split, with counts and intervals."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from armo import debias
from armo.backbone import Backbone
from armo.evaluate import Interval, rating_quality
from armo.features import FeatureStore
from armo.gating.result import FIXED
from armo.heads import Heads
from armo.splits import SPLITS, TEST, TRAIN
from armo.training.fitting import Fitted
from armo.training.preference_figures import preference_figures
from armo.training.prepare import Prepared
from armo.training.recipe import EvaluationSettings, Recipe
from armo.training.tables import RatingTable


def figures_of(
    prepared: Prepared, fitted: Fitted, backbone: Backbone, recipe: Recipe
) -> dict[str, Any]:
    """Return everything that metrics.json says of data, stages, objectives and preferences."""
    store, pairs, heads = prepared.store, prepared.pairs, fitted.heads
    settings = recipe.evaluation
    preferences = preference_figures(prepared, fitted, settings)
    reference = pairs.responses(TRAIN, recipe.debias.reference)
    return {
        "data": _data(prepared),
        "stages": _stages(prepared, fitted, backbone),
        "objectives": prepared.objectives,
        "verbosity": prepared.taken_out,
        "regression": fitted.regression.report,
        "ratings": _ratings(heads, store, prepared.ratings, settings),
        "debias": fitted.debias.report,
        "bias": {
            "reference": _bias(heads, store, reference, prepared.verbosity),
            "test": _bias(heads, store, pairs.responses(TEST), prepared.verbosity),
        },
        "gate": fitted.gate.report,
        "preferences": preferences,
        "verdict": verdict(preferences),
    }


def verdict(preferences: dict[str, Any]) -> str:
    """Say in words whether the gate earns its place beside fixed weights."""
    if "gate_minus" not in preferences:
        return f"Nothing can be said of the gate: {preferences['reason']}."
    difference: Interval = preferences["macro"]["gate_minus"][FIXED]
    if difference.low is None or difference.high is None:
        return "Nothing can be said of the gate: all test pairs belong to one group."
    if difference.estimate == difference.low == difference.high == 0:
        return (
            "The gate judges every test pair as the optimal fixed weights do. Prompts may not matter "
            "here, or there is too little data to tell."
        )
    low, high = difference.low * 100, difference.high * 100
    points = f"{difference.estimate * 100:+.1f} points [{low:+.1f}, {high:+.1f}]"
    if len(preferences["by_source"]) > 1:
        points += " as a mean over sources"
    if low > 0:
        return f"The gate beats the optimal fixed weights on test, by {points}."
    if high < 0:
        return f"The gate is worse than the optimal fixed weights on test: {points}. Use those."
    return (
        f"The gate does not beat the optimal fixed weights on test: {points} spans zero. Prompts may "
        "not matter here, or there is too little data to tell."
    )


def _data(prepared: Prepared) -> dict[str, Any]:
    data, extraction = prepared.data, prepared.extraction
    counts = prepared.store.manifest.counts
    # A pair whose responses are both too long is one row.
    rejected = {(reject.where.split(",")[0], reject.id) for reject in extraction.rejects}
    return {
        "rating_rows": len(data.ratings),
        "preference_rows": len(data.preferences),
        "rejected_rows": len(data.rejects) + len(rejected),
        "left_out_rows": len(data.left_out),
        "notes": data.notes,
        "commits": data.commits,
        "contamination": data.contamination,
        "derived_pairs": data.derived_pairs,
        "conversations": counts.conversations,
        "prompts": counts.prompts,
        "tokens": counts.tokens,
        "ratings": _by_split(prepared.ratings.splits),
        "pairs": _by_split(prepared.pairs.splits),
    }


def _stages(prepared: Prepared, fitted: Fitted, backbone: Backbone) -> dict[str, Any]:
    extraction = prepared.extraction
    speed = extraction.tokens / extraction.seconds if extraction.tokens else None
    features = {
        "seconds": extraction.seconds,
        "tokens": extraction.tokens,
        "tokens_per_second": speed,
        "flops_per_token": 2 * backbone.parameters_per_token,
        "reused": extraction.tokens < prepared.store.manifest.counts.tokens,
    }
    stages = {"regression": fitted.regression, "debias": fitted.debias, "gate": fitted.gate}
    return {"features": features} | {
        name: {"seconds": outcome.seconds, "reused": outcome.reused}
        for name, outcome in stages.items()
    }


def _by_split(codes: NDArray[np.int8]) -> dict[str, int]:
    return {name: int((codes == code).sum()) for code, name in enumerate(SPLITS)}


def _ratings(
    heads: Heads, store: FeatureStore, table: RatingTable, settings: EvaluationSettings
) -> dict[str, Any]:
    """Return the quality of predicted ratings on the test split, by objective."""
    rows = np.flatnonzero(table.splits == TEST)
    if not rows.size:
        return {}
    features = store.responses([table.keys[row] for row in rows])
    return dict(
        rating_quality(
            heads.rewards(features),
            table.ratings[rows],
            [table.groups[row] for row in rows],
            heads.names,
            resamples=min(settings.resamples, 500),
            level=settings.level,
        )
    )


def _bias(
    heads: Heads, store: FeatureStore, responses: tuple[list[str], list[str]], verbosity: int | None
) -> list[dict[str, Any]]:
    """Return correlations with length and verbosity of some responses, before and after.

    Those with verbosity are None where no objective is taken out as such.
    """
    keys, prompts = responses
    if not keys:
        return []
    rewards = heads.rewards(store.responses(keys))
    lengths = store.response_tokens(keys)
    found = debias.bias_report(
        rewards, rewards @ heads.transform, verbosity or 0, lengths, prompts, heads.names
    )
    unknown = {"verbosity": None, "verbosity_within": None} if verbosity is None else {}
    return [asdict(one) | unknown for one in found]
