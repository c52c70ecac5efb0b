"""What a recipe may say of a fine-tuning."""

from __future__ import annotations

import dataclasses

import pytest

from armo.errors import RecipeError
from armo.tuning.settings import (
    BRADLEY_TERRY,
    PAPER_RATES,
    PREFERENCE_MODEL,
    TuningSettings,
    tuning_settings,
)


def test_what_is_left_open_is_the_papers():
    assert tuning_settings({}, BRADLEY_TERRY, "x") == BRADLEY_TERRY
    assert (BRADLEY_TERRY.batch_size, BRADLEY_TERRY.weight_decay) == (512, 0.001)
    assert (BRADLEY_TERRY.warmup, BRADLEY_TERRY.max_tokens) == (0.03, 4096)
    assert (PREFERENCE_MODEL.batch_size, PREFERENCE_MODEL.warmup) == (128, 40)
    assert PREFERENCE_MODEL.max_tokens == 3072
    assert PAPER_RATES["bradley-terry"] == 2e-6
    assert PAPER_RATES["preference-model"] == 5e-6


def test_what_is_given_replaces_it():
    found = tuning_settings({"method": "lora", "max_steps": 3}, BRADLEY_TERRY, "x")
    assert found == dataclasses.replace(BRADLEY_TERRY, method="lora", max_steps=3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "qlora"),
        ("learning_rate", 0),
        ("learning_rate", float("inf")),
        ("weight_decay", -1),
        ("epochs", 0),
        ("max_steps", 0),
        ("batch_size", 0),
        ("per_device", 0),
        ("per_device", 1024),
        ("warmup", -0.1),
        ("clip", 0),
        ("max_tokens", 1),
        ("lora_rank", 0),
        ("lora_alpha", 0),
        ("lora_dropout", 1),
        ("lora_targets", []),
        ("seed", -1),
        ("logging_steps", 0),
        ("save_steps", 0),
        ("report_to", "wandb"),
    ],
)
def test_what_makes_no_sense_is_named(field: str, value: object):
    with pytest.raises(RecipeError, match=rf"^systems\.bt\.settings: .*{field}"):
        tuning_settings({field: value}, BRADLEY_TERRY, "systems.bt.settings")


def test_an_unknown_key_is_told_with_the_nearest():
    with pytest.raises(RecipeError, match="learning_rate"):
        tuning_settings({"learningrate": 1}, TuningSettings(), "x")


def test_a_batch_is_a_multiple_of_what_a_device_takes():
    with pytest.raises(RecipeError, match="multiple"):
        tuning_settings({"batch_size": 10, "per_device": 4}, BRADLEY_TERRY, "x")
