"""What pairs of some sources teach about a benchmark of others: debiasing, source weights, a plain head.

    armo train recipes/open.toml --data DIR --out runs/open
    armo eval runs/open --benchmark FILE
    python benchmarks/transfer.py recipes/open.toml --data DIR --run runs/open --benchmark FILE

Refits stage 2 in several ways on the features that the two commands left, and compares accuracies on the
test pairs (mean over sources) and on the benchmark, pair by pair. Writes benchmarks/transfer.json.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from armo import RewardModel, debias, gating
from armo.atomic import write_json
from armo.benchmark import read_benchmark
from armo.benchmark.judging import readable
from armo.conversation import conversation_key
from armo.evaluate import Interval, bootstrap_mean, bootstrap_strata, paired_difference
from armo.features import FeatureStore
from armo.splits import TEST, TRAIN, VALIDATION
from armo.training import read_recipe
from armo.training.reading import read_data
from armo.training.source_weights import pair_weights
from armo.training.tables import PairTable, pair_table

RECIPE = "within prompts, pairs alike"


def main() -> None:
    """Refit, compare, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--benchmark", type=Path, required=True)
    parser.add_argument("--features", type=Path, help="of the benchmark, as `armo eval` left them")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/transfer.json"))
    arguments = parser.parse_args()
    store = FeatureStore(arguments.run / "features")
    pairs = pair_table(read_data(read_recipe(arguments.recipe, arguments.data)).preferences, store)
    benchmark = read_benchmark(arguments.benchmark)
    assert benchmark.kind == "pairs", f"{arguments.benchmark}: give a benchmark of pairs"
    default = arguments.run / "eval" / benchmark.name / "features"
    read = FeatureStore(arguments.features or default)
    rows = [benchmark.rows[place] for place in readable(benchmark.rows, read)]
    sides = [[conversation_key(side) for side in row.conversations()] for row in rows]
    train = store.responses(pairs.chosen) - store.responses(pairs.rejected)
    asked = read.responses([pair[0] for pair in sides]) - read.responses(
        [pair[1] for pair in sides]
    )
    # An intercept falls out of a difference, so every rule is a vector on the features.
    rules = _rules(RewardModel.from_pretrained(arguments.run), store, pairs, train)
    won = {name: asked @ rule > 0 for name, rule in rules.items()}
    groups = [row.split_group() for row in rows]
    safety = np.array([row.category == "Safety" for row in rows])
    report: dict[str, Any] = {"benchmark_pairs": len(rows), "rules": {}, "recipe_minus": {}}
    for name, rule in rules.items():
        report["rules"][name] = {
            "test_mean_of_sources": asdict(_macro(pairs, train @ rule > 0)),
            "benchmark": asdict(bootstrap_mean(won[name], groups)),
            "safety": asdict(bootstrap_mean(won[name], groups, weights=safety * 1.0)),
        }
        report["recipe_minus"][name] = asdict(paired_difference(won[RECIPE], won[name], groups))
        print(f"{name:32}", *(_said(part) for part in report["rules"][name].values()), sep="  ")
    for name, difference in report["recipe_minus"].items():
        print(f"the recipe − {name:32}", _said(difference))
    write_json(arguments.out, report)


def _rules(
    model: RewardModel, store: FeatureStore, pairs: PairTable, train: np.ndarray
) -> dict[str, np.ndarray]:
    """Return, by name, what multiplies the features of a response."""
    weight = model.heads.weight.astype(np.float64)
    length = model.objectives.index(model.config.verbosity)
    keys, prompts = pairs.responses(TRAIN)
    rewards = model.heads.rewards(store.responses(keys))
    matrices = {
        "not debiased": np.eye(len(weight)),
        "marginal": debias.fit(rewards, length).matrix,
        "within prompts": debias.fit(rewards, length, center="prompt", groups=prompts).matrix,
    }
    rules = {}
    for name, matrix in matrices.items():
        debiased = matrix.T @ weight
        rules[f"{name}, uniform"] = debiased.mean(axis=0)
        for label, setting in (("pairs alike", "pairs"), ("sources alike", "equal")):
            counted = pair_weights(pairs.sources, pairs.splits, setting)
            differences = train @ debiased.T
            fixed = gating.fit_fixed(differences, pairs.groups, sample_weight=counted)
            rules[f"{name}, {label}"] = fixed.weights @ debiased
    rules["predicted length alone"] = weight[length]
    rules["Bradley–Terry head"] = _bradley_terry(train, pairs.splits)
    return rules


def _bradley_terry(differences: np.ndarray, splits: np.ndarray) -> np.ndarray:
    """Return a linear head trained on the pairs directly, its ridge chosen on validation."""
    scale = differences[splits == TRAIN].std(axis=0) + 1e-9
    train = differences[splits == TRAIN] / scale
    both = np.concatenate([train, -train])
    labels = np.repeat([1, 0], len(train))
    found = []
    for ridge in (1e-5, 1e-4, 1e-3, 1e-2):
        head = LogisticRegression(C=ridge, fit_intercept=False, max_iter=500).fit(both, labels)
        rule = head.coef_[0] / scale
        loss = np.logaddexp(0, -differences[splits == VALIDATION] @ rule).mean()
        found.append((float(loss), rule))
    return min(found, key=lambda pair: pair[0])[1]


def _macro(pairs: PairTable, won: np.ndarray) -> Interval:
    rows = np.flatnonzero(pairs.splits == TEST)
    sources = [pairs.sources[row] for row in rows]
    groups = [pairs.groups[row] for row in rows]
    return bootstrap_strata(won[rows], sources, dict.fromkeys(sources, 1.0), groups)


def _said(record: dict[str, Any]) -> str:
    return "{estimate:.3f} [{low:.3f}, {high:.3f}]".format(**record)


if __name__ == "__main__":
    main()
