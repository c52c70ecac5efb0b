"""`kill -9` at random moments, and a comparison with a run that nobody disturbed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from benchmarks.kills import kill_runs
from tests.faults.conftest import Training
from tests.faults.small_run import differences


@pytest.mark.parametrize(
    ("kills", "stages"), [(3, 1), pytest.param(100, 6, marks=pytest.mark.slow)]
)
@pytest.mark.timeout(7200)
def test_killed_at_any_moment_the_run_ends_as_if_undisturbed(
    tmp_path: Path, kills: int, stages: int
):
    figures = kill_runs(tmp_path, kills)
    assert figures["differences"] == []
    assert figures["kills"] == kills
    assert len(figures["kills_by_stage"]) >= stages


def test_the_comparison_sees_a_changed_byte_and_a_left_over_file(training: Training, tmp_path):
    out = training.copy(tmp_path / "out")
    assert differences(out, training.reference) == []
    heads = out / "model" / "heads.safetensors"
    heads.write_bytes(heads.read_bytes()[:-1] + b"\x01")
    (out / "stages" / ".gate.safetensors.x.armo-tmp").touch()
    assert differences(out, training.reference) == [
        "stages/.gate.safetensors.x.armo-tmp is left over",
        "model/heads.safetensors differs",
    ]


def test_a_model_that_stepped_aside_comes_back(training: Training, tmp_path):
    """A kill between the two renames of a save leaves the older model under another name."""
    out = training.copy(tmp_path / "out")
    os.rename(out / "model", out / ".model.old")  # noqa: PTH104
    training.check_completes(out)
