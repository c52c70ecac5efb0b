"""The head of eval.json, the same for every kind of benchmark: who was measured, on what."""

from __future__ import annotations

import dataclasses
from typing import Any

import armo
from armo.benchmark.baselines import baselines
from armo.benchmark.judging import Judged
from armo.benchmark.kinds import KINDS
from armo.benchmark.reading import Benchmark
from armo.model import RewardModel


def head(model: RewardModel, benchmark: Benchmark, judged: Judged[Any]) -> dict[str, Any]:
    """Return model, backbone, weights beside the gate, and the counts of the benchmark's rows."""
    backbone = model.backbone
    rows = len(benchmark.rows) + len(benchmark.rejects)
    origins = benchmark.origins
    return {
        "schema": KINDS[benchmark.kind].schema,
        "armo": armo.__version__,
        "model": model.config.hash,
        "steering": model.steering.label if model.steering else None,
        "backbone": {**dataclasses.asdict(backbone.identity), "dtype": backbone.dtype},
        "objectives": model.objectives,
        "verbosity": model.config.verbosity,
        "baselines": {name: weights.tolist() for name, weights in baselines(model).items()},
        "benchmark": {
            "name": benchmark.name,
            "sha256": origins[0].sha256 if len(origins) == 1 else None,
            "origins": origins,
            "rows": rows,
            benchmark.kind: len(judged.rows),
            "malformed": len(benchmark.rejects),
            "unreadable": rows - len(judged.rows),
        },
        "notes": benchmark.notes,
    }
