"""Reading the fields of a raw row: every adapter names the field that is wrong in the same way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from armo.errors import DataError

Message = dict[str, Any]


def text(raw: Mapping[str, Any], field: str, holder: str = "the row") -> str:
    """Return a text field; `holder` is what the fields belong to, if not the row.

    Raises:
        DataError: If it is absent or no text.
    """
    value = required(raw, field, holder)
    if not isinstance(value, str):
        raise DataError(f"{field}: expected text, got {type(value).__name__}")
    return value


def required(raw: Mapping[str, Any], field: str, holder: str = "the row") -> Any:
    """Return a field of any type; `holder` is what the fields belong to, if not the row.

    Raises:
        DataError: If it is absent or null, with the fields that are there.
    """
    value = raw.get(field)
    if value is None:
        if field in raw:
            raise DataError(f"{field}: the field is missing: {holder} has it, but it is null")
        raise DataError(
            f"{field}: the field is missing; {holder} has {', '.join(raw) or 'no fields'}"
        )
    return value


def messages(raw: Mapping[str, Any], field: str) -> list[Message]:
    """Return a list of messages, each with `role` and `content` alone.

    Hub sets carry further columns in their messages, null for most rows, which must not tell one
    conversation from another.

    Raises:
        DataError: If it is absent or no list of objects.
    """
    value = required(raw, field)
    if not isinstance(value, list) or not all(isinstance(message, Mapping) for message in value):
        raise DataError(f"{field}: expected a list of messages")
    return [{"role": message.get("role"), "content": message.get("content")} for message in value]


def number(value: object) -> float | None:
    """Return a rating given as a number or as text; None where it is neither (`"N/A"`, null, NaN)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int | None:
    """Return a whole number given as a number (also 2.0) or as text; None for anything else."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() else None


def user(content: str) -> Message:
    """Return a user message."""
    return {"role": "user", "content": content}


def assistant(content: str) -> Message:
    """Return an assistant message."""
    return {"role": "assistant", "content": content}
