"""A fine-tuning that is cut short and run again ends with the same weights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from armo.progress import Advance
from armo.tuning.bradley_terry import tune_bradley_terry
from armo.tuning.checkpoints import open_checkpoints
from tests.tuning.conftest import Run
from tests.tuning.planted_rows import backbone, pairs, settings

SETTINGS = settings(merge=False)


class Cut(Exception):  # noqa: N818 - it is no error
    """Stands for the end of the process."""


class Tokens:
    """Counts the tokens that are trained on, and stops after some."""

    def __init__(self, limit: float = float("inf")) -> None:
        self.read = 0
        self.limit = limit

    @contextmanager
    def __call__(self, name: str, total: int, unit: str) -> Iterator[Advance]:
        del total, unit

        def advance(amount: int) -> None:
            if name == "fine-tune":
                self.read += amount
            if self.read > self.limit:
                raise Cut

        yield advance


def weights(folder: Path) -> dict[str, Any]:
    return load_file(folder / "adapter/adapter_model.safetensors") | load_file(
        folder / "head.safetensors"
    )


def assert_same(one: Path, other: Path) -> None:
    ours, theirs = weights(one), weights(other)
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)


def test_it_goes_on_from_the_last_complete_checkpoint(
    apart: Run, tiny_folder: Path, tmp_path: Path
) -> None:
    finished = apart.tuned
    first = Tokens(limit=finished.tokens * 0.75)
    with pytest.raises(Cut):
        tune_bradley_terry(backbone(tiny_folder), pairs(), SETTINGS, tmp_path, first)
    saved = sorted(path.name for path in (tmp_path / "checkpoints").glob("checkpoint-*"))
    assert saved == ["checkpoint-4"]
    # What a process leaves that is killed while it saves: weights, but not the last file.
    partial = tmp_path / "checkpoints/checkpoint-5"
    partial.mkdir()
    (partial / "adapter_model.safetensors").write_bytes(b"half")
    (partial / "trainer_state.json").write_text('{"global_step": 5, "log_hi')

    second = Tokens()
    tuned = tune_bradley_terry(backbone(tiny_folder), pairs(), SETTINGS, tmp_path, second)
    assert_same(tmp_path, apart.folder)
    assert second.read < finished.tokens / 2
    assert (tuned.steps, tuned.tokens) == (finished.steps, finished.tokens)
    assert tuned.figures == finished.figures
    assert [record["step"] for record in tuned.history] == [2, 4, 6]
    assert not (tmp_path / "checkpoints").exists()


def test_a_run_that_was_only_to_be_saved_takes_no_further_step(
    apart: Run, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: Any) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr("armo.tuning.bradley_terry.save_classifier", cut)
        with pytest.raises(Cut):
            tune_bradley_terry(backbone(tiny_folder), pairs(), SETTINGS, tmp_path)
    again = Tokens()
    tune_bradley_terry(backbone(tiny_folder), pairs(), SETTINGS, tmp_path, again)
    assert again.read == 0
    assert_same(tmp_path, apart.folder)


def test_checkpoints_of_another_fine_tuning_are_removed(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoints/checkpoint-4"
    open_checkpoints(tmp_path, "ours")
    checkpoint.mkdir()
    (checkpoint / "trainer_state.json").write_text('{"global_step": 4}')
    assert open_checkpoints(tmp_path, "ours").last == checkpoint
    other = open_checkpoints(tmp_path, "theirs")
    assert (other.last, other.dropped) == (None, 1)
    assert not checkpoint.exists()


_CHILD = """
import sys
from pathlib import Path
from armo.tuning.bradley_terry import tune_bradley_terry
from tests.tuning.conftest import Run
from tests.tuning.planted_rows import backbone, pairs
from tests.tuning.test_interrupted_tuning import SETTINGS
import dataclasses
settings = dataclasses.replace(SETTINGS, save_steps=1)
tune_bradley_terry(backbone(sys.argv[1]), pairs(), settings, Path(sys.argv[2]))
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_changes_nothing(
    apart: Run, tiny_folder: Path, tmp_path: Path
) -> None:
    """Real processes, killed at random moments once they train, saving most of the time."""
    random = np.random.default_rng(0)
    command = [sys.executable, "-c", _CHILD, str(tiny_folder), str(tmp_path)]
    kills = 0
    for _ in range(12):
        child = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
        while child.poll() is None and not (tmp_path / "checkpoints/inputs").exists():
            time.sleep(0.01)
        seen = len(list((tmp_path / "checkpoints").glob("checkpoint-*")))
        while child.poll() is None and len(list((tmp_path / "checkpoints").glob("*"))) <= seen:
            time.sleep(0.005)
        time.sleep(float(random.uniform(0, 0.6)))
        if child.poll() is not None:
            break
        child.send_signal(signal.SIGKILL)
        child.wait()
        kills += 1
    assert kills > 0
    subprocess.run(command, check=True)
    assert_same(tmp_path, apart.folder)
    assert json.loads((tmp_path / "tuned.json").read_text())["steps"] == 6
