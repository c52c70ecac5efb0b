"""Writing and reading model folders."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from armo.atomic import atomic_folder, write_text
from armo.errors import InputError, ModelError
from armo.heads import Heads
from armo.persistence.layout import (
    CONFIG,
    FORMAT,
    HEADS,
    METRICS,
    SCHEMA,
    ModelConfig,
    encode_heads,
    heads_from_tensors,
)
from armo.persistence.readme import README, is_untouched, marked
from armo.sealed import CHECKSUM, is_intact, write_sealed

# Products of larger numbers with features could overflow float64.
_LARGEST = 1e60
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError)


def save_folder(
    folder: Path,
    heads: Heads,
    config: ModelConfig,
    metrics: dict[str, Any] | None,
    card: str | None = None,
) -> None:
    """Write a model folder atomically, in place of an older model there.

    A README.md there that somebody has written or edited is kept, with a warning that says so.

    Args:
        folder: Where.
        heads: What was trained.
        config: What describes it.
        metrics: Figures of the training run, where there was one.
        card: Becomes README.md; none is written where it is None.

    Raises:
        ModelError: If the folder holds something that is no model.
    """
    _refuse_other_files(folder)
    edited = _edited_readme(folder)
    with atomic_folder(folder) as temporary:
        (temporary / HEADS).write_bytes(encode_heads(heads))
        write_sealed(temporary / CONFIG, config)
        if metrics is not None:
            write_sealed(temporary / METRICS, metrics)
        if edited is not None:
            (temporary / README).write_bytes(edited)
        elif card is not None:
            write_text(temporary / README, marked(card))
    if edited is not None:
        warnings.warn(
            f"{folder / README} was edited and is kept, so it may describe an older model; remove it "
            "and save anew for a new card",
            stacklevel=2,
        )


def load_folder(folder: Path) -> tuple[Heads, ModelConfig, dict[str, Any] | None]:
    """Read a model folder, or the `model` folder of a training run.

    Raises:
        ModelError: If it is absent, damaged, or of a newer schema.
    """
    if not (folder / CONFIG).exists() and (folder / "model" / CONFIG).exists():
        folder = folder / "model"
    config = _read_config(folder)
    raw = _read_bytes(folder / HEADS)
    if hashlib.sha256(raw).hexdigest() != config.heads_sha256:
        raise ModelError(
            f"{folder / HEADS} is damaged: its checksum is not the one in {CONFIG}; copy the folder "
            "anew, or train again"
        )
    try:
        heads = heads_from_tensors(load(raw), config)
    except (SafetensorError, KeyError, InputError) as error:
        raise ModelError(f"{folder / HEADS} does not fit {CONFIG}: {error}") from None
    _check_finite(heads, folder)
    return heads, config, _read_metrics(folder / METRICS)


def _edited_readme(folder: Path) -> bytes | None:
    """Return a README that is not as it was generated, or None."""
    path = folder / README
    if not path.exists():
        return None
    raw = _read_bytes(path)
    return None if is_untouched(raw) else raw


def _refuse_other_files(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ModelError(f"{folder} is a file; give a folder")
    found = {path.name for path in folder.iterdir()}
    other = sorted(found - {CONFIG, HEADS, METRICS, README})
    if not other and HEADS in found and not _is_json(folder / CONFIG):
        raise ModelError(f"{folder / CONFIG} is damaged; remove the folder to save anew")
    if other or (found and not _is_ours(folder / CONFIG)):
        raise ModelError(
            f"{folder} holds other files ({', '.join(other or sorted(found))}), which saving would "
            "replace; give a new or empty folder"
        )


def _is_json(path: Path) -> bool:
    try:
        msgspec.json.decode(path.read_bytes())
    except _UNREADABLE:
        return False
    return True


def _is_ours(config: Path) -> bool:
    try:
        raw: Any = msgspec.json.decode(config.read_bytes())
    except _UNREADABLE:
        return False
    return isinstance(raw, dict) and raw.get("format") == FORMAT


def _read_config(folder: Path) -> ModelConfig:
    path = folder / CONFIG
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder")
    if not path.exists():
        raise ModelError(
            f"{folder} is no reward model: it has no {CONFIG}; `armo train` leaves one in OUT/model"
        )
    try:
        raw: Any = msgspec.json.decode(path.read_bytes())
    except _UNREADABLE as error:
        raise ModelError(f"{path} is damaged: {error}") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ModelError(f"{path} is not the config of an armo model (no 'format': '{FORMAT}')")
    schema = raw.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise ModelError(f"{path} has schema {schema}; this armo reads up to {SCHEMA}: update armo")
    if not is_intact(raw):
        raise ModelError(
            f"{path} is damaged: its content does not fit its checksum; copy the folder anew, or train "
            "again (a backbone that moved is named when the model is loaded, not here)"
        )
    try:
        return msgspec.convert(raw, ModelConfig)
    except (msgspec.ValidationError, InputError) as error:
        raise ModelError(f"{path} is damaged: {error}") from None


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} can't be read: {error.strerror}") from None


def _read_metrics(path: Path) -> dict[str, Any] | None:
    try:
        metrics: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return None
    except _UNREADABLE as error:
        raise ModelError(f"{path} is damaged: {error}") from None
    if not is_intact(metrics):
        raise ModelError(
            f"{path} is damaged: its content does not fit its checksum; remove it to go without "
            "figures, or train again"
        )
    metrics.pop(CHECKSUM, None)
    return metrics


def _check_finite(heads: Heads, folder: Path) -> None:
    arrays: list[NDArray[Any]] = [heads.weight, heads.intercept, heads.transform]
    arrays += [array for layer in heads.gate.layers for array in layer]
    if not all((np.abs(array.astype(np.float64)) <= _LARGEST).all() for array in arrays):
        raise ModelError(
            f"{folder / HEADS} holds numbers that are not finite or beyond {_LARGEST:g}; train again"
        )
