"""What fine-tuning needs beyond armo's own dependencies."""

from __future__ import annotations

import importlib.util

from armo.errors import MissingExtraError

_NEEDED = ("trl", "peft", "accelerate", "datasets")


def require_tuning() -> None:
    """Raise MissingExtraError, with the install line, if a library of the extra `tuning` is absent."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"fine-tuning needs {', '.join(missing)}; install with: pip install 'armo[tuning]'"
        )
