"""Optimisers and trackers that a fine-tuning names, told wrong before anything is trained."""

from __future__ import annotations

from armo.errors import InputError, MissingExtraError, nearest
from armo.tuning.settings import TuningSettings

# transformers takes these for trackers too.
_ALL, _NONE = "all", "none"
# Its list of trackers that are installed passes over this one.
_UNLISTED = {"flyte"}


def check_available(settings: TuningSettings) -> None:
    """Check the names that transformers and other libraries give a meaning.

    Raises:
        InputError: If the optimiser or a tracker is unknown.
        MissingExtraError: If a tracker is not installed.
    """
    _check_optimizer(settings.optimizer)
    for name in settings.report_to:
        _check_tracker(name)


def _check_optimizer(name: str | None) -> None:
    from transformers.training_args import OptimizerNames

    known = [str(one.value) for one in OptimizerNames]
    if name is not None and name not in known:
        raise InputError(
            f"optimizer: '{name}' is unknown{nearest(name, known)}; known here: {', '.join(known)}"
        )


def _check_tracker(name: str) -> None:
    from transformers.integrations.integration_utils import (
        INTEGRATION_TO_CALLBACK,
        get_available_reporting_integrations,
    )

    known = list(INTEGRATION_TO_CALLBACK)
    if name not in {*known, _ALL, _NONE}:
        raise InputError(
            f"report_to: '{name}' is unknown{nearest(name, known)}; known here: {', '.join(known)}"
        )
    if name not in {*get_available_reporting_integrations(), *_UNLISTED, _ALL, _NONE}:
        raise MissingExtraError(
            f"report_to: the tracker '{name}' is not installed; install its package, or leave it out"
        )
