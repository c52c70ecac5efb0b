"""Where a model is: a folder, or a name on the hub."""

from __future__ import annotations

from pathlib import Path

from armo.backbone.checkpoint import locate
from armo.errors import BackboneError, ModelError


def locate_model(name: str | Path, revision: str | None = None) -> Path:
    """Return the local folder of a model, downloaded first if the name is one of the hub.

    Args:
        name: A folder, or a hub name such as `RLHFlow/ArmoRM-Llama3-8B-v0.1`.
        revision: Branch, tag or commit of a hub name.

    Raises:
        ModelError: If it is neither a folder nor reachable on the hub.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    if path.is_absolute() or str(name).count("/") != 1 or str(name).startswith("."):
        raise ModelError(f"{name}: no such folder")
    try:
        return locate(str(name), revision)
    except BackboneError as error:
        reason = str(error).removeprefix(f"backbone '{name}': not a local path, and ")
        raise ModelError(f"{name}: no such folder, and {reason}") from error
