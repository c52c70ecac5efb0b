"""The folder of a fine-tuning: whether it is finished, and what decides that it is the same one."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import msgspec

from armo.tuning.base import Base
from armo.tuning.checkpoints import Checkpoints, open_checkpoints, remove_checkpoints
from armo.tuning.result import ADAPTER, BACKBONE, FILE, Loss, Tuned, read_tuned, write_tuned
from armo.tuning.settings import TuningSettings

# Raised when the same inputs are trained to something else, so that old results are not reused.
_VERSION = 1
# Where to report and how often to save decide nothing.
_IDLE = ("report_to", "save_steps", "logging_steps")


def inputs_hash(loss: Loss, base: Base, settings: TuningSettings, rows: list[Any]) -> str:
    """Return the hash of everything that decides the outcome.

    Args:
        loss: What is minimised.
        base: The backbone.
        settings: Hyperparameters.
        rows: JSON values that name every row's text, labels and group, in order.
    """
    kept = {
        name: value for name, value in dataclasses.asdict(settings).items() if name not in _IDLE
    }
    value = [_VERSION, loss, base.fingerprint, base.template_hash, base.max_tokens, kept, rows]
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def finished(folder: Path, inputs: str) -> Tuned | None:
    """Return the record of a folder if it was finished from the same inputs.

    Raises:
        ModelError: If the record is damaged.
    """
    tuned = read_tuned(folder)
    if tuned is None or tuned.inputs != inputs:
        return None
    return tuned if (folder / (BACKBONE if tuned.merged else ADAPTER)).is_dir() else None


def begin(folder: Path, inputs: str) -> tuple[Checkpoints, list[str]]:
    """Return the checkpoints to go on from, and notes on what of another fine-tuning is replaced."""
    notes = []
    record = folder / FILE
    if record.exists():
        notes.append("the folder held a fine-tuning of other rows, weights or settings; replaced")
        record.unlink()
    checkpoints = open_checkpoints(folder, inputs)
    if checkpoints.dropped:
        notes.append("the folder held the checkpoint of another fine-tuning; removed")
    return checkpoints, notes


def finish(folder: Path, tuned: Tuned, checkpoints: Checkpoints) -> Tuned:
    """Write the record, which says "finished", then remove the checkpoints."""
    write_tuned(folder, tuned)
    remove_checkpoints(checkpoints)
    return tuned
