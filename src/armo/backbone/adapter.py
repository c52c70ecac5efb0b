"""PEFT adapters on disk: found, checked, and matched with the backbone that they were trained on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armo.backbone.checkpoint import fingerprint, fingerprint_files, is_hub_name, locate
from armo.backbone.smollm2 import NAME as SMOLLM2
from armo.errors import BackboneError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
# What a config says of its making; it decides no weight.
_IDLE = ("base_model_name_or_path", "revision", "inference_mode", "task_type", "peft_version")


@dataclass(frozen=True)
class Adapter:
    """An adapter on disk.

    Attributes:
        path: Its folder.
        name: A local path, whole, or `owner/name@commit` on the hub.
        config: Its `adapter_config.json`.
    """

    path: Path
    name: str
    config: dict[str, Any]

    @property
    def base(self) -> str:
        """The backbone that it was trained on, as its config names it; empty if it does not."""
        return str(self.config.get("base_model_name_or_path") or "")

    def fingerprint(self, base: str) -> str:
        """Return the hash of a backbone's weights with this adapter folded in.

        Args:
            base: Fingerprint of the backbone alone.
        """
        decides = {name: value for name, value in self.config.items() if name not in _IDLE}
        parts = [
            base,
            fingerprint_files([self.path / WEIGHTS]),
            json.dumps(decides, sort_keys=True),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def holds_adapter(path: Path) -> bool:
    """Return whether a backbone's folder is that of an adapter.

    Raises:
        BackboneError: If it holds an adapter and a whole model, so that either could be meant.
    """
    if not (path / CONFIG).is_file():
        return False
    if (path / "config.json").is_file() and (set(path.glob("*.safetensors")) - {path / WEIGHTS}):
        raise BackboneError(
            f"{path} holds both a model and an adapter; put {CONFIG} and {WEIGHTS} into a folder of "
            "their own, and name that as the adapter"
        )
    return True


def open_adapter(name: str) -> Adapter:
    """Find an adapter and read its config.

    Args:
        name: A folder, or a hub name, with `@revision` behind it or not.

    Raises:
        BackboneError: If it is absent or damaged, pickled, or of a kind that can't be merged.
    """
    path = _locate(name)
    try:
        config: Any = json.loads((path / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackboneError(
            f"adapter '{name}': {path} has no {CONFIG}; give the folder that PEFT's "
            "`save_pretrained` wrote"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise BackboneError(f"adapter '{name}': can't read {path / CONFIG}: {error}") from None
    if not isinstance(config, dict) or not isinstance(config.get("peft_type"), str):
        raise BackboneError(f"adapter '{name}': {path / CONFIG} names no peft_type")
    if not (path / WEIGHTS).is_file():
        pickled = (path / "adapter_model.bin").exists()
        what = "only pickled weights (adapter_model.bin), which are not loaded" if pickled else ""
        raise BackboneError(
            f"adapter '{name}': {path} has {what or f'no {WEIGHTS}'}; write it with PEFT's "
            "`save_pretrained(folder, safe_serialization=True)`"
        )
    local = Path(name).expanduser().exists()
    return Adapter(path, str(path) if local else f"{name.partition('@')[0]}@{path.name}", config)


def base_of(adapter: Adapter) -> tuple[str, str | None]:
    """Return name and revision of the backbone that an adapter was trained on.

    Raises:
        BackboneError: If its config names none, or one that is not here.
    """
    base = adapter.base
    local = bool(base) and Path(base).expanduser().exists()
    if local and holds_adapter(Path(base).expanduser()):
        raise BackboneError(
            f"adapter {adapter.path} was trained on top of another adapter, '{base}'; merge that one "
            "into a folder of its own, and give it as the backbone's `name`, and this as its `adapter`"
        )
    if local or base == SMOLLM2:
        return base, None
    if is_hub_name(base):
        return base, adapter.config.get("revision")
    reason = f"was trained on '{base}', which is not here" if base else "does not name its base"
    raise BackboneError(
        f"adapter {adapter.path} {reason}; give the base as the backbone's `name`, and this folder as "
        "its `adapter`"
    )


def check_base(adapter: Adapter, name: str, path: Path) -> None:
    """Raise BackboneError if the adapter's config names another base than the backbone at hand.

    A base that is named by a path without weights, or by a hub name where the backbone is a local
    folder, can't be compared; then only the shapes tell.
    """
    base = adapter.base
    other = False
    if base and _holds_weights(Path(base).expanduser()):
        other = fingerprint(locate(base)) != fingerprint(path)
    elif is_hub_name(base) and is_hub_name(name) and not Path(name).expanduser().exists():
        other = base.lower() != name.lower()
    if other:
        raise BackboneError(
            f"adapter {adapter.path} was trained on '{base}', whose weights are not those of "
            f"'{name}'; name that base, or, if they are the same by another name, a local folder of it"
        )


def names_former_place(name: str) -> bool:
    """Return whether an adapter's name says where it was when a model was saved, but no longer is.

    That is a whole path that is gone, or a commit on the hub.
    """
    path = Path(name).expanduser()
    commit = name.partition("@")[2]
    return not path.exists() and (path.is_absolute() or len(commit) == 40)


def _holds_weights(path: Path) -> bool:
    return path.is_file() or any(path.glob("*.safetensors"))


def _locate(name: str) -> Path:
    """Return the folder of an adapter, from the hub if it is none here."""
    path = Path(name).expanduser()
    if path.exists():
        return path.resolve()
    owner, _, revision = name.partition("@")
    if not is_hub_name(owner):
        raise BackboneError(
            f"adapter '{name}': no such folder; if it was moved, give its new folder as the backbone "
            "(its config names the base), else a folder or a hub name such as 'owner/adapter'"
        )
    return locate(owner, revision or None)
