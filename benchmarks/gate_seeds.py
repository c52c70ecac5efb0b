"""Does a gate beat fixed weights, and is it luck? Stage 2 again, by source weights and seed.

    armo train more.toml --data DIR --out runs/more
    armo eval runs/more --benchmark FILE
    python benchmarks/gate_seeds.py more.toml --data DIR --run runs/more --benchmark FILE

more.toml is a copy of recipes/open.toml without [data.limits.preferences]: 14,370 pairs, not 3,368.
Refits the gate and the fixed weights on the features that the two commands left, with every pair weighted
by its source's size to the power of −p, and ten seeds for each p. Writes benchmarks/gate_seeds.json.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from armo import RewardModel, gating
from armo.atomic import write_json
from armo.benchmark import read_benchmark
from armo.benchmark.judging import readable
from armo.conversation import conversation_key
from armo.evaluate import paired_difference
from armo.features import FeatureStore
from armo.splits import TEST
from armo.training import read_recipe
from armo.training.reading import read_data
from armo.training.tables import pair_table

POWERS = (0.0, 0.3, 0.5, 0.7, 1.0)
SEEDS = 10


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
    parser.add_argument("--out", type=Path, default=Path("benchmarks/gate_seeds.json"))
    arguments = parser.parse_args()
    heads = RewardModel.from_pretrained(arguments.run).heads
    store = FeatureStore(arguments.run / "features")
    pairs = pair_table(read_data(read_recipe(arguments.recipe, arguments.data)).preferences, store)
    benchmark = read_benchmark(arguments.benchmark)
    assert benchmark.kind == "pairs", f"{arguments.benchmark}: give a benchmark of pairs"
    default = arguments.run / "eval" / benchmark.name / "features"
    read = FeatureStore(arguments.features or default)
    rows = [benchmark.rows[place] for place in readable(benchmark.rows, read)]
    sides = [[conversation_key(side) for side in row.conversations()] for row in rows]

    def debiased(features: FeatureStore, keys: list[str]) -> np.ndarray:
        return heads.rewards(features.responses(keys)) @ heads.transform

    asked = debiased(read, [pair[0] for pair in sides]) - debiased(
        read, [pair[1] for pair in sides]
    )
    prompts = read.prompts([conversation_key(row.conversations()[0][:-1]) for row in rows])
    groups = [row.split_group() for row in rows]
    differences = debiased(store, pairs.chosen) - debiased(store, pairs.rejected)
    test = np.flatnonzero(pairs.splits == TEST)
    size = Counter(pairs.sources)
    report: dict[str, Any] = {"pairs": size, "benchmark_pairs": len(rows), "runs": []}
    for power in POWERS:
        weight = np.array([float(size[source]) ** -power for source in pairs.sources])
        fixed = gating.fit_fixed(differences, pairs.groups, sample_weight=weight)
        for seed in range(SEEDS):
            gate = gating.fit(
                store.prompts(pairs.prompts),
                differences,
                pairs.groups,
                prompt_index=pairs.prompt_index,
                sample_weight=weight,
                seed=seed,
            )
            margins = gate.margins(differences, store.prompts(pairs.prompts), pairs.prompt_index)
            own = [pairs.groups[row] for row in test]
            run = {
                "power": power,
                "seed": seed,
                "departs": len(gate.layers) > 1,
                "fixed": float((asked @ fixed.weights > 0).mean()),
                "benchmark": asdict(
                    paired_difference(
                        gate.margins(asked, prompts) > 0, asked @ fixed.weights > 0, groups
                    )
                ),
                "test": asdict(
                    paired_difference(
                        margins[test] > 0, (differences @ fixed.weights)[test] > 0, own
                    )
                ),
            }
            report["runs"].append(run)
            print(
                f"p {power:.1f} seed {seed} ",
                _said(run["benchmark"]),
                _said(run["test"]),
                flush=True,
            )
    write_json(arguments.out, report | {"summary": [_summary(report["runs"], p) for p in POWERS]})


def _summary(runs: list[dict[str, Any]], power: float) -> dict[str, Any]:
    """Return what the seeds of one power say together."""
    own = [run for run in runs if run["power"] == power]
    gained = [run["benchmark"]["estimate"] for run in own]
    summary = {
        "power": power,
        "fixed": own[0]["fixed"],
        "departed": sum(run["departs"] for run in own),
        "benchmark_mean": float(np.mean(gained)),
        "benchmark_least": min(gained),
        "benchmark_most": max(gained),
        "beyond_chance": sum(run["benchmark"]["low"] > 0 for run in own),
        "worse_beyond_chance": sum(run["benchmark"]["high"] < 0 for run in own),
        "test_mean": float(np.mean([run["test"]["estimate"] for run in own])),
    }
    print(summary)
    return summary


def _said(record: dict[str, Any]) -> str:
    return "{estimate:+.3f} [{low:+.3f}, {high:+.3f}]".format(**record)


if __name__ == "__main__":
    main()
