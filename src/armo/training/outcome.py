"""What a stage leaves: arrays for the next stage and a report, kept until its inputs change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from armo.atomic import atomic_path

# Raised when a stage computes something else from the same inputs, so that old results are not reused.
_STAGE_VERSION = 2


@dataclass(frozen=True)
class Outcome:
    """The result of a stage.

    Attributes:
        arrays: What later stages need.
        report: Figures and notes for metrics.json; plain JSON values.
        seconds: Time that the stage took when it ran.
        reused: True if the result of an earlier run was taken.
    """

    arrays: Mapping[str, NDArray[Any]]
    report: dict[str, Any]
    seconds: float = 0.0
    reused: bool = False

    @property
    def hash(self) -> str:
        """Hash of the arrays, which decides whether later stages run again."""
        digest = hashlib.sha256()
        for name in sorted(self.arrays):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.arrays[name]).tobytes())
        return digest.hexdigest()


def run_stage(path: Path, inputs: object, make: Callable[[], Outcome]) -> Outcome:
    """Return the outcome kept in `path` if it was made from the same inputs, else make and keep it.

    Args:
        path: A .safetensors file.
        inputs: Everything that the outcome depends on, as JSON values.
        make: Runs the stage.
    """
    key = content_hash([_STAGE_VERSION, inputs])
    kept = _read(path, key)
    if kept is not None:
        return kept
    start = monotonic()
    made = make()
    outcome = Outcome(made.arrays, plain(made.report), monotonic() - start)
    body = msgspec.json.encode({"report": outcome.report, "seconds": outcome.seconds}).decode()
    arrays = {name: np.ascontiguousarray(array) for name, array in outcome.arrays.items()}
    metadata = {"key": key, "body": body, "checksum": _checksum(arrays, body)}
    with atomic_path(path) as temporary:
        # Not save_file: its error on a full disk is no OSError.
        temporary.write_bytes(save(arrays, metadata))
    return outcome


def content_hash(value: object) -> str:
    """Return the hash of a JSON value."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()


def array_hash(array: NDArray[Any]) -> str:
    """Return the hash of an array's type, shape and bytes."""
    head = f"{array.dtype} {array.shape} ".encode()
    return hashlib.sha256(head + np.ascontiguousarray(array).tobytes()).hexdigest()


def plain(report: Any) -> Any:
    """Return a report as JSON values: dataclasses as objects, arrays as lists.

    Raises:
        ValueError: If a number is not finite, which JSON can't say; a report leaves it out or says
            why.
    """
    builtins = msgspec.to_builtins(report, enc_hook=_plain_array)
    _refuse_not_finite(builtins, "report")
    return builtins


def _plain_array(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise NotImplementedError(f"a report can't hold a {type(value).__name__}")


def _refuse_not_finite(value: Any, where: str) -> None:
    if isinstance(value, float) and not np.isfinite(value):
        raise ValueError(f"{where} is {value}")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_not_finite(inner, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _refuse_not_finite(inner, f"{where}[{index}]")


def _checksum(arrays: Mapping[str, NDArray[Any]], body: str) -> str:
    hashes = {name: array_hash(array) for name, array in arrays.items()}
    return content_hash([hashes, body])


def _read(path: Path, key: str) -> Outcome | None:
    """Return a kept outcome; None if there is none, or none that fits or can be read."""
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("key") != key:
                return None
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        body = msgspec.json.decode(metadata["body"])
        if metadata["checksum"] != _checksum(arrays, metadata["body"]):
            return None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, msgspec.DecodeError):
        return None
    return Outcome(arrays, body["report"], body["seconds"], reused=True)
