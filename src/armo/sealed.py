"""JSON files that hold the checksum of their own content, so that one changed byte is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from armo.atomic import write_json

CHECKSUM = "checksum"


def write_sealed(path: Path, value: Any) -> None:
    """Write an object as JSON, atomically, with a checksum as its last key."""
    content = msgspec.to_builtins(value)
    write_json(path, content | {CHECKSUM: _checksum(content)})


def is_intact(raw: dict[str, Any]) -> bool:
    """Return whether a decoded object is as it was sealed; one without a checksum counts as that."""
    content = {name: value for name, value in raw.items() if name != CHECKSUM}
    return raw.get(CHECKSUM, "") in ("", _checksum(content))


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
