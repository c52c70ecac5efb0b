"""What fine-tunings share: one at a time in a folder, kept once finished, gone on with once killed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armo.backbone import BackboneSettings
from armo.backbone.quantized import only_installed_code
from armo.locks import only_writer
from armo.progress import Reporter
from armo.tuning.arguments import learning_rate
from armo.tuning.available import check_available
from armo.tuning.base import Base, open_base
from armo.tuning.checkpoints import Checkpoints
from armo.tuning.extras import require_tuning
from armo.tuning.folder import begin, finish, finished, inputs_hash
from armo.tuning.quiet import quiet_training
from armo.tuning.result import Loss, Tuned
from armo.tuning.settings import TuningSettings
from armo.tuning.training import Trained
from armo.tuning.trouble import telling


@dataclass(frozen=True)
class Job:
    """A fine-tuning that is to be done.

    Attributes:
        loss: What is minimised.
        base: The backbone.
        settings: Hyperparameters.
        folder: Where the result goes.
        checkpoints: Where the trainer's state goes meanwhile.
        reporter: Shows progress.
    """

    loss: Loss
    base: Base
    settings: TuningSettings
    folder: Path
    checkpoints: Checkpoints
    reporter: Reporter


@dataclass(frozen=True)
class Done:
    """What doing it gave; the weights are in the folder by then.

    Attributes:
        merged: Whether whole weights were saved.
        rows: Rows that were trained on.
        left_out: Rows that were not, by reason.
        trained: How it went.
        figures: What was measured.
    """

    merged: bool
    rows: int
    left_out: dict[str, int]
    trained: Trained
    figures: dict[str, Any]


def run_job(
    loss: Loss,
    backbone: BackboneSettings,
    rows: list[Any],
    settings: TuningSettings,
    folder: Path,
    work: Callable[[Job], Done],
    reporter: Reporter,
) -> Tuned:
    """Return the finished fine-tuning of a folder, or do it.

    Args:
        loss: What is minimised.
        backbone: What is trained.
        rows: JSON values that name every row's text, labels and group, in order.
        settings: Hyperparameters.
        folder: Where the result goes; another fine-tuning there is replaced.
        work: Does it: trains, and saves the weights.
        reporter: Shows progress.

    Raises:
        MissingExtraError: If the extra `tuning` or a tracker is not installed.
        OSError: If something can't be written.
        BackboneError: If the backbone can't be used.
        InputError: If the settings can't be met here.
        StoreError: If another process is at it.
        ModelError: If the folder's record is damaged, or the loss stops being finite.
    """
    require_tuning()
    # Where bitsandbytes is there, PEFT imports it.
    with only_installed_code():
        importlib.import_module("peft")
    settings.check()
    base = open_base(backbone, settings)
    inputs = inputs_hash(loss, base, settings, rows)
    with only_writer(folder / ".lock", f"fine-tuning in {folder}"):
        kept = finished(folder, inputs)
        if kept is not None:
            return kept
        check_available(settings)
        checkpoints, notes = begin(folder, inputs)
        with quiet_training(), telling(folder):
            done = work(Job(loss, base, settings, folder, checkpoints, reporter))
        tuned = Tuned(
            loss=loss,
            inputs=inputs,
            base=base.name,
            base_revision=base.revision,
            merged=done.merged,
            rows=done.rows,
            left_out=done.left_out,
            steps=done.trained.steps,
            tokens=done.trained.tokens,
            seconds=done.trained.seconds,
            history=done.trained.history,
            figures={"learning_rate": learning_rate(settings, loss)} | done.figures,
            notes=notes,
        )
        return finish(folder, tuned, checkpoints)
