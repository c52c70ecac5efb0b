"""Where a backbone's files are, and which exact weights they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from armo.backbone import smollm2
from armo.errors import BackboneError

_BLOCK = 1 << 16
_BLOCKS = 64


def locate(name: str, revision: str | None = None) -> Path:
    """Return the local folder, or GGUF file, of a backbone.

    Args:
        name: `smollm2`, a folder, a .gguf file, or a hub name.
        revision: Branch, tag or commit of a hub name.

    Raises:
        BackboneError: If the name is neither a local path nor reachable on the hub.
    """
    if name == smollm2.NAME:
        return smollm2.checkpoint_folder()
    path = Path(name).expanduser()
    if path.exists():
        return path.resolve()
    if not is_hub_name(name):
        raise BackboneError(
            f"backbone '{name}': no such file or folder; give '{smollm2.NAME}', a folder in "
            "safetensors format, a .gguf file, or a hub name such as 'owner/model'"
        )
    return _snapshot(name, revision)


def is_hub_name(name: str) -> bool:
    """Return whether a name that is no local path has the form `owner/model`."""
    path = Path(name)
    return path.suffix != ".gguf" and not path.is_absolute() and name.count("/") == 1


def fingerprint(path: Path) -> str:
    """Return a hash that tells one set of weights from another.

    Args:
        path: A folder of safetensors, or a GGUF file.

    Raises:
        BackboneError: If the folder has no such files.
    """
    files = [path] if path.is_file() else sorted(path.glob("*.safetensors"))
    if not files:
        raise BackboneError(
            f"backbone folder {path} has no *.safetensors file; pickled weights (.bin, .pt) are not "
            "loaded: convert them with `model.save_pretrained(folder)`"
        )
    return fingerprint_files(files)


def fingerprint_files(files: Sequence[Path]) -> str:
    """Return the hash of weight files.

    Sizes, both ends and 64 evenly spaced blocks of every file are hashed: any fine-tune changes them
    all, and an 8B model takes a fraction of a second instead of a minute.
    """
    digest = hashlib.sha256()
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as stream:
            for index in range(_BLOCKS + 1):
                stream.seek(max(0, size - _BLOCK) * index // _BLOCKS)
                digest.update(stream.read(_BLOCK))
    return digest.hexdigest()


def _snapshot(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download

    # huggingface_hub's errors derive from OSError, ValueError and httpx's own tree, by version.
    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt"],
                ignore_patterns=["*/*"],
            )
        )
    except Exception as error:
        offline = " (offline mode is on)" if os.environ.get("HF_HUB_OFFLINE") else ""
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BackboneError(
            f"backbone '{name}': not a local path, and the hub gave no copy{offline}: {reason}. "
            "Check the name and the network, or download it elsewhere and give the folder."
        ) from error
