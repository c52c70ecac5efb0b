"""Points from which a killed fine-tuning goes on.

transformers writes them: weights as safetensors, the state of optimiser and random numbers as torch
files, which it reads back with `weights_only`. They are removed once the fine-tuning is finished.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from armo.atomic import write_text

_FOLDER, _INPUTS, _STATE = "checkpoints", "inputs", "trainer_state.json"
_NAME = re.compile(r"checkpoint-(\d+)")


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one fine-tuning.

    Attributes:
        folder: Where they stand.
        last: The last complete one, from which to go on; None to start at the beginning.
        dropped: Those of another fine-tuning, which were removed.
    """

    folder: Path
    last: Path | None = None
    dropped: int = 0


def open_checkpoints(folder: Path, inputs: str) -> Checkpoints:
    """Return the checkpoints in a folder that were made from the same inputs; remove all else there.

    A checkpoint whose writing was cut short is removed too: its last file is the trainer's state.

    Args:
        folder: The folder of the fine-tuning.
        inputs: Hash of everything that decides the outcome.
    """
    place = folder / _FOLDER
    found = _numbered(place)
    if _recorded(place) != inputs:
        shutil.rmtree(place, ignore_errors=True)
        write_text(place / _INPUTS, inputs)
        return Checkpoints(place, dropped=len(found))
    for step in [step for step, path in found.items() if not _complete(path)]:
        shutil.rmtree(found.pop(step))
    return Checkpoints(place, found[max(found)] if found else None)


def remove_checkpoints(checkpoints: Checkpoints) -> None:
    """Remove them all; the weights are saved elsewhere by now."""
    shutil.rmtree(checkpoints.folder, ignore_errors=True)


def step_of(checkpoint: Path) -> int:
    """Return the optimiser step after which a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])


def state_file(checkpoint: Path) -> Path:
    """Return the file of the trainer's state."""
    return checkpoint / _STATE


def _numbered(place: Path) -> dict[int, Path]:
    if not place.is_dir():
        return {}
    return {
        step_of(path): path
        for path in place.iterdir()
        if path.is_dir() and _NAME.fullmatch(path.name)
    }


def _recorded(place: Path) -> str:
    try:
        return (place / _INPUTS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _complete(checkpoint: Path) -> bool:
    try:
        state = json.loads(state_file(checkpoint).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(state, dict) and state.get("global_step") == step_of(checkpoint)
