"""A small benchmark, and a model to run over it."""

from __future__ import annotations

from tests.benchmark.test_benchmark_reading import pair
from tests.heads import random_heads

from armo import RewardModel
from armo.backbone import Backbone
from armo.benchmark.accuracies import Resampling

FIXED = [0.5, 0.3, 0.2]
METRICS = {"gate": {"fixed": {"weights": FIXED}}}
SUBSETS = ["hep-cpp", "hep-go", "math-prm", "shp", "summarize", "mine", "yours"]
QUICK = Resampling(resamples=50)


def rows(count: int = 60) -> list[dict]:
    """Pairs of seven subsets, some of one prompt, the first one a tie."""
    made = [
        pair(
            number,
            prompt=[{"role": "user", "content": f"the {number % 40}"}],
            chosen="on " * (number % 7 + 1) + "x" * (number % 3),
            rejected="in " * (number % 5 + 1) + "a" * (number % 4),
            subset=SUBSETS[number % 7],
            category="Mine" if number % 7 > 4 else "",
        )
        for number in range(count)
    ]
    made[0] |= {"chosen": "the same", "rejected": "the same"}
    return made


def model_on(backbone: Backbone, metrics: dict | None = METRICS) -> RewardModel:
    return RewardModel.from_heads(random_heads(), backbone, "verbosity", metrics)
