"""Failures of other libraries during a fine-tuning, told in sentences."""

from __future__ import annotations

import dataclasses
import errno
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors import SafetensorError

from armo.errors import BackboneError, InputError, MissingExtraError, ModelError
from armo.progress import silent
from armo.tuning.arguments import training_arguments
from armo.tuning.available import check_available
from armo.tuning.base import load_causal, load_classifier, open_base
from armo.tuning.reading import outputs
from armo.tuning.training import _check_finite
from armo.tuning.trouble import telling
from tests.tuning.planted_rows import backbone, settings


@pytest.mark.parametrize(
    ("error", "number", "told"),
    [
        (SafetensorError("I/O error: No space (os error 28)"), errno.ENOSPC, "free some"),
        (RuntimeError("[enforce fail at inline_container.cc:672]"), errno.ENOSPC, "free some"),
        (OSError(errno.EACCES, "no"), errno.EACCES, "can be written to"),
    ],
)
def test_what_cannot_be_written_is_told_with_its_place(
    tmp_path: Path, error: Exception, number: int, told: str
) -> None:
    with pytest.raises(OSError, match=told) as caught, telling(tmp_path):
        raise error
    assert caught.value.errno == number
    assert caught.value.filename == str(tmp_path)


@pytest.mark.parametrize("error", [RuntimeError("a bug"), SafetensorError("a bug")])
def test_what_is_no_failed_write_stays_as_it_is(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error), match="a bug"), telling(tmp_path):
        raise error


def test_a_package_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="lomo"), telling(tmp_path):
        raise ImportError("install lomo")


def test_names_of_optimisers_and_trackers_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="adamw_torch"):
        check_available(settings(optimizer="adamw_torsh"))
    with pytest.raises(InputError, match="did you mean 'wandb'"):
        check_available(settings(report_to=["wandv"]))
    installed: list[str] = []
    monkeypatch.setattr(
        "transformers.integrations.integration_utils.get_available_reporting_integrations",
        lambda: installed,
    )
    with pytest.raises(MissingExtraError, match="'wandb' is not installed"):
        check_available(settings(report_to=["wandb"]))
    installed.append("wandb")
    check_available(settings(report_to=["wandb", "none"], optimizer="sgd"))


def test_a_schedule_that_warms_up_only_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    how = settings(schedule="polynomial", warmup=3)
    base = open_base(backbone(tiny_folder), how)
    with pytest.raises(InputError, match="3 of 3"):
        training_arguments(how, "ratings", base, tmp_path, 3)
    assert training_arguments(how, "ratings", base, tmp_path, 4)["max_steps"] == 4


def test_weights_and_outputs_that_are_not_finite_are_refused(tiny_folder: Path) -> None:
    base = open_base(backbone(tiny_folder), settings())
    model = load_classifier(base, 1, base.dtype)
    _check_finite(model)
    model.score.weight.data[0, 0] = float("inf")
    with pytest.raises(ModelError, match="learning_rate"):
        _check_finite(model)
    with pytest.raises(ModelError, match="learning_rate"):
        outputs(model, [np.arange(5, dtype=np.int32)], base, silent)


def test_a_gguf_file_without_its_language_model_head_is_refused(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "untied.gguf"
    file.touch()
    base = dataclasses.replace(open_base(backbone(tiny_folder), settings()), path=file)
    untied = SimpleNamespace(config=SimpleNamespace(tie_word_embeddings=False))
    monkeypatch.setattr("armo.tuning.base._load", lambda *_: untied)
    with pytest.raises(BackboneError, match=r"untied\.gguf"):
        load_causal(base, base.dtype)
