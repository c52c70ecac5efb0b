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
REWARDBENCH_2 = ["Factuality", "Precise IF", "Math", "Safety", "Focus"]
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


def questions() -> list[dict]:
    """Rows of RewardBench 2's subsets and of RM-Bench's chat: three rules, and one tie."""
    made = [
        _question(f"{subset}{number}", "best-of", subset, _responses(number, 4, right=1))
        for subset in REWARDBENCH_2
        for number in range(12)
    ]
    made[0]["responses"] = [{"message": "the same", "label": label} for label in (1, 0, 0)]
    for number in range(8):
        for version, right in (("ref", 1), ("tied", 3)):
            name = f"{version}:{number}"
            row = _question(name, "ties", "Ties", _responses(number, 5, right=right))
            made.append(row | {"group": f"tie {number}"})
    for number in range(9):
        styled = _responses(number, 6, right=3)
        for place, response in enumerate(styled):
            response["meta"] = {"style": place % 3}
        made.append(_question(f"chat{number}", "styles", "chat", styled))
    return made


def _question(name: str, rule: str, subset: str, responses: list[dict]) -> dict:
    prompt = f"the {name}"
    return {
        **{"id": name, "prompt": prompt, "rule": rule, "subset": subset, "category": "Mine"},
        "responses": responses,
    }


def _responses(number: int, count: int, right: int) -> list[dict]:
    return [
        {
            "message": "on " * ((number * 5 + place * 3) % 7 + 1) + "abcdef"[place],
            "label": int(place < right),
        }
        for place in range(count)
    ]
