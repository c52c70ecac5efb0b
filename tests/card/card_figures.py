"""Figures of a training run, as metrics.json holds them, made up but consistent."""

from __future__ import annotations

from typing import Any

NAMES = ("helpful", "safe", "verbosity")


def interval(estimate: float, half: float = 0.05, count: int = 100) -> dict[str, Any]:
    ends = {"low": estimate - half, "high": estimate + half}
    return {"estimate": estimate, **ends, "count": count, "groups": 50, "level": 0.95}


def figures(model: str | None = None) -> dict[str, Any]:
    """Return figures for the objectives of `tests.heads`; of the given model's hash."""
    by_weights = {"gate": interval(0.6), "fixed weights": interval(0.61), "uniform": interval(0.5)}
    return {
        "armo": "0.1.0",
        "model": model,
        "started_from": None,
        "recipe": {
            "data": {
                "ratings": ["helpsteer", "/data/mine/rows.jsonl"],
                "preferences": ["hh-harmless-base", {"hub": "someone/pairs", "name": ""}, "sample"],
            }
        },
        "data": {
            "ratings": {"train": 1234, "validation": 100, "test": 90},
            "pairs": {"train": 2345, "validation": 200, "test": 190},
            "rejected_rows": 7,
            "left_out_rows": 0,
            "derived_pairs": None,
            "contamination": {
                "action": "remove",
                "ratings": {"a": 3},
                "preferences": {"b": 2},
                "touched": 4,
                "benchmark_rows": 2985,
            },
        },
        "verbosity": "verbosity",
        "regression": {
            "notes": ["Chosen for all: an intercept."],
            "objectives": [
                _fit("helpful", 1100, edge=False),
                _fit("safe", 150, edge=True),
                _fit("verbosity", 1100, edge=False),
            ],
        },
        "ratings": {
            "helpful": _quality(0.4),
            "safe": {"count": 0, "r2": None, "rank_correlation": None, "reason": "no label"},
            "verbosity": _quality(0.9),
        },
        "debias": {
            "notes": [],
            "objectives": [
                {"name": name, "penalty": penalty}
                for name, penalty in zip(NAMES, (0.4, -0.2, 1.0), strict=True)
            ],
        },
        "bias": {
            "test": [
                _tie("helpful", 0.5, 0.41),
                _tie("safe", -0.3, -0.0001),
                _tie("verbosity", 0.9, 0.0),
            ],
            "reference": [],
        },
        "gate": {"notes": ["No gate is clearly better than fixed weights."]},
        "preferences": {
            "accuracy": by_weights,
            "gate_minus": {
                "fixed weights": interval(-0.01, 0.02),
                "uniform": interval(0.1, 0.02),
            },
            "macro": {"accuracy": by_weights, "gate_minus": {}},
            "by_source": {"one": by_weights, "two": by_weights},
            "log_loss": interval(0.66, 0.01),
            "weights": [
                {"name": "helpful", "mean": interval(0.96), "low": 0.9, "high": 1.0},
                {"name": "safe", "mean": interval(0.001, 0.001), "low": 0.0, "high": 0.0},
                {"name": "verbosity", "mean": interval(0.039), "low": 0.0, "high": 0.1},
            ],
        },
        "verdict": "The gate does not beat the optimal fixed weights on test: -1.0 points spans zero.",
    }


def _fit(name: str, train: int, *, edge: bool) -> dict[str, Any]:
    labels = {"train": train, "validation": 20, "test": 25}
    return {"name": name, "labels": labels, "alpha": 1000.0, "alpha_at_edge": edge}


def _quality(r2: float) -> dict[str, Any]:
    return {"count": 25, "r2": interval(r2), "rank_correlation": interval(r2), "reason": None}


def _tie(name: str, before: float, after: float) -> dict[str, Any]:
    change = {"before": before, "after": after}
    return {"name": name, "length": change, "length_within": change}
