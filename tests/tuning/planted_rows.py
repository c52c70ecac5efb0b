"""Rows whose better response can be told by its words, so that a tiny random Llama learns it."""

from __future__ import annotations

import dataclasses
from typing import Any

from armo.backbone import BackboneSettings
from armo.data import PreferenceRow, RatingRow
from armo.objectives import Objective
from armo.tuning.settings import BRADLEY_TERRY, RATINGS, TuningSettings

OBJECTIVES = [
    Objective("kind", 1.0, 5.0),
    Objective("short", 0.0, 10.0, unit_low=0.1, unit_high=0.9),
]


def pairs(count: int = 60) -> list[PreferenceRow]:
    return [
        PreferenceRow(
            id=index,
            prompt=[{"role": "user", "content": f"question {index}"}],
            chosen=[{"role": "assistant", "content": "good " * (1 + index % 3) + str(index)}],
            rejected=[{"role": "assistant", "content": "bad " * (1 + index % 2) + str(index)}],
        )
        for index in range(count)
    ]


def rated(count: int = 60) -> list[RatingRow]:
    """Return rows of which every third lacks an objective, alternately."""
    rows = []
    for index in range(count):
        good = index % 2 == 0
        text = ("good " if good else "BAD ") * 4
        ratings: dict[str, Any] = {"kind": 5 if good else 1, "short": 2 if good else 8}
        if index % 3 == 0:
            del ratings["kind" if index % 2 else "short"]
        messages = [
            {"role": "user", "content": f"question {index}"},
            {"role": "assistant", "content": text + str(index)},
        ]
        rows.append(RatingRow(id=index, messages=messages, ratings=ratings))
    return rows


def settings(base: TuningSettings = BRADLEY_TERRY, **changes: Any) -> TuningSettings:
    """Return settings that learn the planted rows in six steps."""
    small = {
        "method": "lora",
        "batch_size": 8,
        "per_device": 2,
        "epochs": 1,
        "learning_rate": 1e-2,
        # Dropout draws random numbers at every step: a resumed run must restore them.
        "lora_dropout": 0.2,
        "dtype": "float32",
        "logging_steps": 2,
        "save_steps": 2,
        "max_tokens": 256,
    }
    return dataclasses.replace(base, **small | changes)


def rating_settings(**changes: Any) -> TuningSettings:
    return settings(RATINGS, **changes)


def backbone(folder: Any) -> BackboneSettings:
    return BackboneSettings(name=str(folder), layer="last", dtype="float32", device="cpu")
