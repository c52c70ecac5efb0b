"""What to choose: layer, design, debiasing, source weights, objectives and gate, by cross-validation.

    python benchmarks/sweep.py recipes/open.toml --data DIR --out runs/sweep

Reads every conversation of the recipe once at all layers (an hour or more on two cores; killed, it
goes on where it was), then changes one thing at a time. Choices are made on five folds of the groups
outside the test split; the test split is looked at once, for the layers. Writes OUT/sweep.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sweep_folds import FOLDS, Predictions, Setting, Task, cross_validate, held_out
from sweep_layers import Layers, read_layers

from armo.atomic import write_json
from armo.backbone import load
from armo.conversation import conversation_key
from armo.evaluate import bootstrap_strata
from armo.evaluate.correlation import pearson, ranks
from armo.gating import GateSettings
from armo.objectives import Objective
from armo.training import read_recipe
from armo.training.reading import read_data
from armo.training.tables import RatingTable, pair_table, rating_table, requests

FEWEST_LABELS = 200
SMALL_GATE = GateSettings(
    hidden=(), components=8, standardize=True, start_at_fixed=True, keep_best=True,
    beta=None, beta_rate=10.0, learning_rate=3e-3, weight_decay=0.1, batch=256, steps=1000, patience=10,
)  # fmt: skip


def main() -> None:
    """Read, cross-validate, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", default="10,12,14,16,18,20,22,24,26,28,30")
    parser.add_argument("--base", type=int, default=14, help="layer of all but the layer sweep")
    parser.add_argument("--conversations", type=int, help="read only so many, drawn by a hash")
    arguments = parser.parse_args()
    layers = [int(layer) for layer in arguments.layers.split(",")]
    task, objectives = _task(arguments, layers)
    names = [objective.name for objective in objectives]
    report: dict[str, Any] = {
        "conversations": task.features[layers[0]].shape[1],
        "pairs": len(task.pairs.sources),
        "objectives": names,
    }
    report["settings"] = compare(
        task, names, _settings(task, layers, arguments.base), cross_validate
    )
    by_layer = {f"layer {layer}": Setting(layer) for layer in layers}
    report["test"] = compare(task, names, by_layer, held_out)
    write_json(arguments.out / "sweep.json", report)
    _show("Five folds outside the test split", report["settings"])
    _show("Test split", report["test"])


def compare(
    task: Task,
    names: list[str],
    settings: dict[str, Setting],
    predict: Callable[[Task, Setting], Predictions],
) -> list[dict[str, Any]]:
    """Return accuracies, differences to the first setting, and rating quality, setting by setting."""
    rows: list[dict[str, Any]] = []
    first: dict[str, np.ndarray] | None = None
    for name, setting in settings.items():
        found = predict(task, setting)
        right = {rule: _right(margins) for rule, margins in found.margins.items()}
        first = first or right
        gate = right["gate"] - right["fixed"] if "gate" in right else None
        rows.append(
            {
                "name": name,
                "setting": json.loads(json.dumps(asdict(setting), default=str)),
                "accuracy": {rule: _macro(task, values) for rule, values in right.items()},
                "minus_first": {
                    rule: _macro(task, right[rule] - values) for rule, values in first.items()
                },
                "gate_minus_fixed": None if gate is None else _macro(task, gate),
                "ratings": _ratings(names, task.ratings.ratings, found),
                "by_source": _by_source(task, right),
                "fixed_weights": dict(
                    zip(names, np.mean(found.weights, axis=0).round(4).tolist(), strict=True)
                ),
            }
        )
        accuracies = rows[-1]["accuracy"].items()
        print(
            name, *(f"{rule} {record['estimate']:.3f}" for rule, record in accuracies), flush=True
        )
    return rows


def _settings(task: Task, layers: list[int], base_layer: int) -> dict[str, Setting]:
    base = Setting(base_layer)
    labels = np.isfinite(task.ratings.ratings).sum(axis=0)
    many = tuple(int(column) for column in np.flatnonzero(labels >= FEWEST_LABELS))
    alone = (labels.shape[0] - 1,)  # computed last
    return {
        "base": base,
        "pairs count alike": replace(base, source_weights="pairs"),
        "debias: none": replace(base, debiased=False),
        "debias: marginal": replace(base, center=None),
        "no intercept": replace(base, intercept=False),
        "not standardized": replace(base, standardize=False),
        "neither (paper)": replace(base, intercept=False, standardize=False),
        "α one hundredfold": replace(base, alphas=tuple(100 * a for a in base.alphas)),
        f"objectives ≥ {FEWEST_LABELS} labels": replace(base, objectives=many),
        "the same, not debiased": replace(base, objectives=many, debiased=False),
        "length alone": replace(base, objectives=alone, debiased=False),
        "gate: 8 components": replace(base, gate=SMALL_GATE),
        "gate: auto": replace(base, gate="auto"),
        "gate: auto, pairs alike": replace(base, gate="auto", source_weights="pairs"),
        "gate: auto, not debiased": replace(base, gate="auto", debiased=False),
        **{f"layer {layer}": replace(base, layer=layer) for layer in layers},
        **{
            f"layer {layer}, not debiased": replace(base, layer=layer, debiased=False)
            for layer in layers
        },
    }


def _task(arguments: argparse.Namespace, layers: list[int]) -> tuple[Task, list[Objective]]:
    recipe = read_recipe(arguments.recipe, arguments.data)
    data = read_data(recipe)
    backbone = load(replace(recipe.backbone, layer="last"))
    conversations = [request.messages for request in requests(data.ratings, data.preferences)]
    conversations = sorted(conversations, key=conversation_key)[: arguments.conversations]
    read = read_layers(backbone, conversations, layers, arguments.out / "layers")
    pairs = pair_table(data.preferences, read.row)  # type: ignore[arg-type]
    ratings = rating_table(data.ratings, data.objectives, read.row)  # type: ignore[arg-type]
    with_length, objectives = _with_length(ratings, data.objectives, read)
    return (
        Task(
            read.features,
            with_length,
            np.array([read.row[key] for key in ratings.keys]),
            pairs,
            np.array([read.row[key] for key in pairs.chosen]),
            np.array([read.row[key] for key in pairs.rejected]),
        ),
        objectives,
    )


def _with_length(
    table: RatingTable, objectives: list[Objective], read: Layers
) -> tuple[RatingTable, list[Objective]]:
    lengths = np.log1p(read.tokens[[read.row[key] for key in table.keys]])
    length = Objective(name="length", low=float(lengths.min()), high=float(lengths.max()))
    ratings = np.column_stack([table.ratings, length.to_unit(lengths)])
    return RatingTable(table.keys, ratings, table.groups, table.splits), [*objectives, length]


def _right(margins: np.ndarray) -> np.ndarray:
    """Return 1 where the chosen response wins, 0 where it does not, NaN where nobody asked."""
    return np.where(np.isnan(margins), np.nan, margins > 0)


def _macro(task: Task, values: np.ndarray) -> dict[str, object]:
    """Return the mean over sources of each source's mean, with its interval."""
    rows = np.flatnonzero(~np.isnan(values))
    sources = [task.pairs.sources[row] for row in rows]
    groups = [task.pairs.groups[row] for row in rows]
    return asdict(bootstrap_strata(values[rows], sources, dict.fromkeys(sources, 1.0), groups))


def _by_source(task: Task, right: dict[str, np.ndarray]) -> dict[str, dict[str, object]]:
    sources = np.array(task.pairs.sources)
    return {
        source: {
            rule: round(float(np.nanmean(values[sources == source])), 4)
            for rule, values in right.items()
            if not np.isnan(values[sources == source]).all()
        }
        for source in sorted(set(task.pairs.sources))
    }


def _ratings(names: list[str], ratings: np.ndarray, found: Predictions) -> dict[str, float]:
    """Return the rank correlation of each objective, the mean of the folds by their size."""
    figures = {}
    for column, name in enumerate(names):
        parts = []
        for fold in range(FOLDS):
            rows = (found.fold == fold) & np.isfinite(ratings[:, column] + found.ratings[:, column])
            if rows.sum() >= 5 and np.ptp(ratings[rows, column]) > 0:
                predicted = ranks(found.ratings[rows, column])
                parts.append((pearson(predicted, ranks(ratings[rows, column])), int(rows.sum())))
        if parts:
            values, sizes = zip(*parts, strict=True)
            figures[name] = round(float(np.average(values, weights=sizes)), 4)
    return figures


def _show(title: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=title)
    for heading in ("setting", "ratings ρ", "uniform", "fixed", "fixed − base", "gate − fixed"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        quality = [value for name, value in row["ratings"].items() if name != "length"]
        table.add_row(
            row["name"],
            f"{np.mean(quality):.3f}" if quality else "–",
            _interval(row["accuracy"]["uniform"]),
            _interval(row["accuracy"]["fixed"]),
            _interval(row["minus_first"]["fixed"]),
            _interval(row["gate_minus_fixed"]),
        )
    Console(width=150).print(table)


def _interval(record: dict[str, Any] | None) -> str:
    if record is None:
        return ""
    return "{estimate:+.3f} [{low:+.3f}, {high:+.3f}]".format(**record)


if __name__ == "__main__":
    main()
