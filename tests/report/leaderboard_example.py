"""Figures of a comparison as `armo leaderboard` writes them, made up but consistent."""

from __future__ import annotations

import math
import random
from typing import Any

SECTIONS = {"Chat": 1.0, "Chat Hard": 1.0, "Safety": 1.0, "Reasoning": 1.0, "Prior Sets": 0.5}
LABELS = {
    "gate": "ArmoRM + gate",
    "fixed": "ArmoRM + fixed weights",
    "single": "best single objective",
    "uniform": "uniform weights",
    "linear-bt": "Bradley–Terry, linear head",
    "lora-bt": "Bradley–Terry, LoRA",
    "judge": "LLM-as-a-judge",
}


def interval(estimate: float, half: float = 0.03, count: int = 400, **more: Any) -> dict[str, Any]:
    low, high = estimate - half, estimate + half
    return {
        "estimate": estimate,
        "low": low,
        "high": high,
        "count": count,
        "groups": count // 2,
        "level": 0.95,
    } | more


def example(
    *, rewardbench: bool = True, complete: bool = False, labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return figures: RewardBench's sections (partial or complete), or plain categories."""
    random.seed(0)
    named = LABELS if labels is None else labels
    systems = [_system(key, label, rewardbench, complete) for key, label in named.items()]
    systems.append(_absent("helpsteer2", "HelpSteer2 RM"))
    return {
        "schema": "armo.leaderboard/1",
        "armo": "0.1.0",
        "recipe": "open",
        "level": 0.95,
        "resamples": 2000,
        "benchmark": {
            "name": "pairs",
            "sha256": "0" * 64,
            "rows": 1210,
            "pairs": 1200,
            "unreadable": 10,
            "malformed": 0,
        },
        "reference": "gate",
        "systems": systems,
        "table2": ["fixed", "gate"],
        "findings": ["The gate does not beat fixed weights: +0.4 points [-1.0, 1.8] spans zero."],
    }


def _system(key: str, label: str, rewardbench: bool, complete: bool) -> dict[str, Any]:
    level = 0.5 + 0.25 * random.random()
    minus = None if key == "gate" else interval(0.6 - level, 0.05)
    judge = key == "judge"
    return {
        "key": key,
        "label": label,
        "kind": "judge" if judge else "weights",
        "base": "smollm2",
        "hash": "0123456789abcdef",
        "details": {},
        "available": True,
        "reason": None,
        "judged": 1200,
        "unreadable": 3 if judge else 0,
        "notes": {"unparsable": 17} if judge else {},
        "sections": _sections(level, minus, complete) if rewardbench else [],
        "score": interval(level, 0.02) if complete else None,
        "without_prior_sets": interval(level + 0.01, 0.02) if complete else None,
        "score_gate_minus": minus if complete else None,
        "without_prior_sets_gate_minus": minus if complete else None,
        "partial_score": interval(level) if rewardbench and not complete else None,
        "partial_score_gate_minus": minus if rewardbench and not complete else None,
        "all_pairs": {"accuracy": interval(level, 0.02, 1200, ties=0), "gate_minus": minus},
        "categories": [] if rewardbench else _parts(["maths", "code", "chat"], level, minus),
        "subsets": _parts([f"subset-{n}" for n in range(9)], level, minus),
        "by_margin": None if judge else _by_margin(level),
        "calibration": None if judge else _calibration(level),
        "length": {
            "unit": "characters" if judge else "tokens",
            "chosen_longer_accuracy": interval(level + 0.1, 0.04),
            "chosen_shorter_accuracy": interval(level - 0.1, 0.04),
            "prefers_longer": interval(0.35 + 0.4 * random.random(), 0.03),
            "marginal": None if judge else random.uniform(-0.5, 0.9),
            "within_prompts": None if judge else random.uniform(-0.5, 0.9),
        },
        "cost": {
            "parameters": None if judge else 134_515_008,
            "pairs": 64,
            "seconds": 12.3,
            "tokens": 51_234,
            "tokens_per_second": 4165.4,
            "seconds_per_1k_pairs": 4000.0 if judge else 190.0 + 5 * random.random(),
            "dtype": "bfloat16",
            "device": "cpu",
            "price_per_1k_pairs": 1.25 if judge else None,
        },
        "training": None,
    }


def _absent(key: str, label: str) -> dict[str, Any]:
    names = "score without_prior_sets score_gate_minus all_pairs by_margin calibration length cost"
    empty = dict.fromkeys([*names.split(), "training"])
    return {
        "key": key,
        "label": label,
        "kind": "helpsteer2",
        "base": "",
        "hash": "",
        "details": {},
        "available": False,
        "reason": "the recipe's data rates no 'helpfulness', 'correctness', 'coherence'",
        "judged": 0,
        "unreadable": 0,
        "notes": {},
        "sections": [],
        "categories": [],
        "subsets": [],
    } | empty


def _sections(level: float, minus: Any, complete: bool) -> list[dict[str, Any]]:
    found = []
    for name, weight in SECTIONS.items():
        absent = not complete and name in ("Prior Sets", "Safety")
        found.append(
            {
                "name": name,
                "weight": weight,
                "complete": complete,
                "gaps": [] if complete else [f"{name.lower()}-easy is absent"],
                "accuracy": None if absent else interval(level + random.uniform(-0.1, 0.1)),
                "gate_minus": None if absent else minus,
            }
        )
    return found


def _parts(names: list[str], level: float, minus: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "pairs": 133,
            "accuracy": interval(level + random.uniform(-0.1, 0.1), 0.06, 133, ties=0),
            "gate_minus": minus,
        }
        for name in names
    ]


def _by_margin(level: float) -> list[dict[str, Any]]:
    return [
        {
            "low": 0.1 * n,
            "high": 0.1 * (n + 1),
            "pairs": 240,
            "accuracy": interval(level + 0.05 * (n - 2), 0.06, 240, ties=0),
        }
        for n in range(5)
    ]


def _calibration(level: float) -> dict[str, Any]:
    bins = []
    for n in range(6):
        low = 0.5 + 0.05 * n
        accuracy = min(1.0, low + random.uniform(-0.1, 0.1))
        bins.append(
            {
                "low": low,
                "high": low + 0.05,
                "pairs": max(4, int(600 * math.exp(-n))),
                "confidence": low + 0.025,
                "accuracy": accuracy,
                "accuracy_low": accuracy - 0.03 * (n + 1),
                "accuracy_high": accuracy + 0.03 * (n + 1),
            }
        )
    return {"beta": 17.0, "ece": 0.043, "log_loss": 0.67, "brier": 0.24, "bins": bins}
