"""The folder of a fine-tuned preference model.

preference_model.json   what it is, sealed with a checksum
backbone/               the whole language model, where its weights were merged
adapter/                else low-rank adapters on top of the base
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from armo.backbone import BackboneSettings
from armo.backbone.template import Reasoning
from armo.errors import ModelError
from armo.rivals.preference_model.loading import open_preference_model
from armo.rivals.preference_model.scoring import PreferenceModel
from armo.rivals.preference_model.text import FORMAT
from armo.sealed import CHECKSUM, is_intact, write_sealed
from armo.tuning.result import ADAPTER, BACKBONE

FILE = "preference_model.json"
_KIND, _SCHEMA = "armo-preference-model", 1


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of preference_model.json.

    Attributes:
        base: Language model that was trained, as it was named.
        base_revision: Commit of a hub name, else empty.
        merged: True if `backbone/` holds the weights; False if `adapter/` goes on top of `base`.
        max_tokens: Longest text that is read.
        reasoning: `strip` or `keep` reasoning blocks.
        fingerprint: Hash of the weights.
        template: Hash of what decides the tokens.
        details: What a table shows besides.
        text: Version of the text that it was trained on.
        format: Says what kind of folder this is.
        schema: Version of this file.
    """

    base: str
    base_revision: str
    merged: bool
    max_tokens: int
    reasoning: Reasoning
    fingerprint: str = ""
    template: str = ""
    details: dict[str, Any] = {}
    text: int = FORMAT
    format: str = _KIND
    schema: int = _SCHEMA


def is_preference_model(folder: Path) -> bool:
    """Return whether a folder is that of a preference model."""
    return (folder / FILE).is_file()


def load_preference_model(
    folder: Path, dtype: str = "auto", device: str = "auto"
) -> PreferenceModel:
    """Load a fine-tuned preference model.

    Args:
        folder: What `tune_preference_model` left.
        dtype: Number format, `auto` for what the machine computes natively.
        device: `auto`, `cpu`, `cuda`, …

    Raises:
        ModelError: If the folder is damaged, or its weights are not those it was saved with.
        BackboneError: If the language model can't be read.
    """
    record = _read(folder / FILE)
    model = _open(folder, record, dtype, device)
    for what, found, recorded in (
        ("weights", model.fingerprint, record.fingerprint),
        ("tokenizer or chat template", model.template_hash, record.template),
    ):
        if found != recorded:
            raise ModelError(
                f"{folder}: its {what} are not those that it was saved with ({found} instead of "
                f"{recorded}); copy the folder anew, or train again"
            )
    return model


def seal(
    folder: Path, record: Record, dtype: str = "auto", device: str = "auto"
) -> PreferenceModel:
    """Write the record of weights that lie in the folder, and return the model that they are.

    Args:
        folder: Holds `backbone/` or `adapter/` already.
        record: What to write; the hashes are filled in here.
        dtype: Number format of the model that is returned.
        device: Where it is.
    """
    model = _open(folder, record, dtype, device)
    complete = msgspec.structs.replace(
        record, fingerprint=model.fingerprint, template=model.template_hash
    )
    write_sealed(folder / FILE, complete)
    return model


def _open(folder: Path, record: Record, dtype: str, device: str) -> PreferenceModel:
    settings = BackboneSettings(
        name=str(folder / BACKBONE) if record.merged else record.base,
        revision=None if record.merged else record.base_revision or None,
        adapter=None if record.merged else str(folder / ADAPTER),
        dtype=dtype,
        device=device,
        reasoning=record.reasoning,
        max_tokens=record.max_tokens,
    )
    return open_preference_model(settings, record.base, record.details)


def _read(path: Path) -> Record:
    try:
        raw: Any = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        raise ModelError(
            f"{path.parent} is no preference model: it holds no {path.name}; give the folder that its "
            "fine-tuning left"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise ModelError(f"{path} is damaged: {error}; copy the folder anew") from None
    if not isinstance(raw, dict) or not is_intact(raw):
        raise ModelError(f"{path} is damaged: its checksum does not fit; copy the folder anew")
    for name, known in (("format", _KIND), ("schema", _SCHEMA), ("text", FORMAT)):
        if raw.get(name) != known:
            raise ModelError(
                f"{path}: {name} {raw.get(name)!r} is unknown here (known: {known!r}); it may be of a "
                "newer armo"
            )
    raw.pop(CHECKSUM, None)
    try:
        return msgspec.convert(raw, Record)
    except msgspec.ValidationError as error:
        raise ModelError(f"{path} is damaged: {error}; copy the folder anew") from None
