"""What a fine-tuning leaves: a folder that says where the trained weights are and how it went."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from armo.errors import ModelError
from armo.sealed import CHECKSUM, is_intact, write_sealed

FILE = "tuned.json"
BACKBONE, ADAPTER, HEAD = "backbone", "adapter", "head.safetensors"

Loss = Literal["bradley-terry", "ratings", "preference-model"]


class Tuned(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a finished fine-tuning; written last, so that its presence says "finished".

    Attributes:
        loss: What was minimised.
        inputs: Hash of everything that decides the outcome: weights, template, rows and settings.
        base: Backbone that was trained, as the recipe names it.
        base_revision: Commit of a hub name, else empty.
        merged: True if `backbone/` holds the weights; False if `adapter/` goes on top of `base`.
        rows: Rows that were trained on.
        left_out: Rows that were not, by reason; each stands in `left_out.jsonl`.
        steps: Optimiser steps.
        tokens: Tokens of all forward passes.
        seconds: Time of the training, over all runs if it was resumed.
        history: What was logged, in order: step, loss, learning rate and others.
        figures: Loss and accuracy on the validation split, where they were measured.
        notes: What a reader should know, such as what was replaced.
    """

    loss: Loss
    inputs: str
    base: str
    base_revision: str = ""
    merged: bool
    rows: int
    left_out: dict[str, int]
    steps: int
    tokens: int
    seconds: float
    history: list[dict[str, Any]]
    figures: dict[str, Any]
    notes: list[str] = []


def write_tuned(folder: Path, tuned: Tuned) -> None:
    """Write the record into the folder of the weights."""
    write_sealed(folder / FILE, tuned)


def read_tuned(folder: Path) -> Tuned | None:
    """Return the record of a folder; None if no fine-tuning was finished there.

    Raises:
        ModelError: If the record is damaged.
    """
    try:
        raw: Any = msgspec.json.decode((folder / FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise ModelError(f"{folder / FILE} is damaged: {error}; remove the folder") from None
    if not isinstance(raw, dict) or not is_intact(raw):
        raise ModelError(
            f"{folder / FILE} is damaged: its checksum does not fit; remove the folder"
        )
    raw.pop(CHECKSUM, None)
    try:
        return msgspec.convert(raw, Tuned)
    except msgspec.ValidationError as error:
        raise ModelError(f"{folder / FILE} is damaged: {error}; remove the folder") from None
