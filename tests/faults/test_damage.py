"""Flipped bytes, truncated files, files from elsewhere: found and mended, or told in a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.faults.conftest import Training
from tests.faults.small_run import make_small_run

from armo.errors import ArmoError, ModelError, StoreError
from armo.features.manifest import read_manifest
from armo.persistence import load_folder
from armo.persistence.layout import heads_tensors
from armo.training.outcome import Outcome, run_stage

KEPT_FEATURES = ("features/responses-00003.arrow", "features/prompts-00001.arrow")
STAGES = tuple(f"stages/{name}.safetensors" for name in ("regression", "debias", "gate"))
WRITTEN_ANEW = (
    "features/rejects.jsonl",
    "rejects.jsonl",
    "metrics.json",
    "summary.txt",
    "model/heads.safetensors",
    "model/metrics.json",
)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def flip(path: Path, place: float = 0.5, mask: int = 1) -> None:
    """Change some bits of the byte at a place between the start (0) and the end (1) of a file."""
    raw = bytearray(path.read_bytes())
    raw[min(int(place * len(raw)), len(raw) - 1)] ^= mask
    path.write_bytes(raw)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_the_end(path: Path) -> None:
    flip(path, 0.98)


@pytest.mark.parametrize("damage", [flip, flip_the_end, truncate])
def test_what_is_damaged_is_made_anew(training: Training, tmp_path, damage):
    """All files that a run can make again, damaged at once."""
    out = training.copy(tmp_path / "out")
    for name in (*KEPT_FEATURES, *STAGES, *WRITTEN_ANEW):
        damage(out / name)
    training.check_completes(out)


@pytest.mark.parametrize("name", ["features/manifest.json", "model/config.json"])
def test_a_damaged_description_is_a_sentence(training: Training, tmp_path, name):
    out = training.copy(tmp_path / "out")
    before = (out / name).read_bytes()
    truncate(out / name)
    training.check_refused(out, out.name, "remove the folder")
    (out / name).write_bytes(before)
    training.check_completes(out)


def test_a_manifest_from_elsewhere_is_refused(training: Training, tmp_path):
    (tmp_path / "other").mkdir()
    recipe = make_small_run(tmp_path / "other", rows=60, seed=1)
    other = Training(recipe, tmp_path / "other" / "out")
    assert other.run(other.reference).status == 0
    out = training.copy(tmp_path / "out")
    before = (out / "features" / "manifest.json").read_bytes()
    shutil.copy(other.reference / "features" / "manifest.json", out / "features")
    training.check_refused(out, "made from something else", "remove")
    (out / "features" / "manifest.json").write_bytes(before)
    training.check_completes(out)


def _plain(folder: Path) -> Any:
    heads, config, metrics = load_folder(folder)
    arrays = {name: array.tobytes() for name, array in heads_tensors(heads).items()}
    return arrays, config, metrics


@pytest.mark.parametrize("name", ["config.json", "heads.safetensors", "metrics.json"])
@same_folder
@given(place=st.floats(0, 1), mask=st.integers(1, 255))
def test_no_flipped_byte_gives_another_model(training: Training, tmp_path, name, place, mask):
    folder = tmp_path / "model"
    shutil.copytree(training.reference / "model", folder, dirs_exist_ok=True)
    whole = _plain(folder)
    flip(folder / name, place, mask)
    try:
        found = _plain(folder)
    except ModelError as error:
        assert str(folder) in str(error)
    else:
        assert found == whole


@same_folder
@given(place=st.floats(0, 1), mask=st.integers(1, 255))
def test_no_flipped_byte_gives_another_store(training: Training, tmp_path, place, mask):
    whole = read_manifest(training.reference / "features")
    shutil.copy(training.reference / "features" / "manifest.json", tmp_path)
    flip(tmp_path / "manifest.json", place, mask)
    try:
        found = read_manifest(tmp_path)
    except StoreError as error:
        assert str(tmp_path) in str(error)
    else:
        assert found == whole


@same_folder
@given(place=st.floats(0, 1), mask=st.integers(1, 255))
def test_no_flipped_byte_gives_another_stage(tmp_path, place, mask):
    path = tmp_path / "stage.safetensors"
    path.unlink(missing_ok=True)

    def make() -> Outcome:
        arrays = {"weight": np.arange(12.0).reshape(3, 4), "counts": np.arange(3)}
        return Outcome(arrays, {"notes": ["none"], "loss": 0.25})

    made = run_stage(path, {"seed": 0}, make)
    assert run_stage(path, {"seed": 0}, make).reused
    flip(path, place, mask)
    found = run_stage(path, {"seed": 0}, make)
    assert found.report == made.report
    for name, array in made.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array, strict=True)


@pytest.mark.parametrize("mask", [1, 2, 16])
def test_a_flipped_byte_of_the_backbone_is_found(training: Training, tmp_path, mask):
    """Small files are hashed whole; of large ones, blocks (see `armo.backbone.checkpoint`)."""
    from armo import RewardModel

    llm = tmp_path / "llm"
    shutil.copytree(training.recipe.parent / "llm", llm)
    RewardModel.from_pretrained(training.reference, backbone=str(llm), dtype="float32")
    flip(llm / "model.safetensors", 0.7, mask)
    with pytest.raises(ArmoError, match="fingerprint"):
        RewardModel.from_pretrained(training.reference, backbone=str(llm), dtype="float32")
