"""Cells of a foreign layout: how texts, numbers and messages are understood in whatever column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from armo.data.table_row import columns_of
from armo.errors import DataError

Message = dict[str, Any]
# ShareGPT's names of the roles; a conversation may use them with `from` and `value` or without.
ROLES = {"human": "user", "gpt": "assistant"}
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}
_NO_RATING = frozenset({"", "n/a", "na", "nan", "none", "null"})
# Other fields of a message (weights, dates, numbers of turns) would tell equal turns apart.
_KEPT = ("content", "reasoning_content", "tool_calls", "tool_call_id", "name")


def holds(row: Mapping[str, Any], column: str) -> bool:
    """Return whether a row, or the table that it is from, has a column, even an empty one."""
    return column in columns_of(row) or _find(row, column)[0]


def cell(row: Mapping[str, Any], column: str) -> Any:
    """Return what stands in a column, None if the row lacks it or has NaN there.

    A dotted path leads into nested columns, by name or place: `annotations.honesty.Rating`,
    `completions.0.response`. A column whose own name has dots goes before.
    """
    found = _find(row, column)[1]
    return None if isinstance(found, float) and math.isnan(found) else found


def text(row: Mapping[str, Any], column: str) -> str:
    """Return the text in a column.

    Raises:
        DataError: If the cell is empty or holds no text.
    """
    value = filled(row, column)
    if not isinstance(value, str):
        raise DataError(f"{column}: expected text, got {type(value).__name__}")
    return value


def label(row: Mapping[str, Any], column: str) -> str:
    """Return the name in a column, such as an id or a subset; numbers do as names.

    Raises:
        DataError: If the cell is empty or holds neither text nor a number.
    """
    value = filled(row, column)
    if not isinstance(value, str | int | float) or not str(value).strip():
        raise DataError(f"{column}: expected a name or a number, got {value!r}")
    return str(value)


def filled(row: Mapping[str, Any], column: str) -> Any:
    """Return what stands in a column; DataError if that is nothing."""
    value = cell(row, column)
    if value is None:
        raise DataError(f"{column}: the cell is empty")
    return value


def rating(row: Mapping[str, Any], column: str) -> bool | int | float | None:
    """Return the rating in a column, given as a number, yes or no, or as a text of these.

    Returns:
        None where it is missing: no cell, an empty one, NaN, or a text such as `N/A`.

    Raises:
        DataError: If the cell holds anything else.
    """
    value = cell(row, column)
    found = _number(value) if not isinstance(value, str) else _number_in(value)
    if found is None or (isinstance(found, float) and math.isnan(found)):
        return None
    if isinstance(found, str) or not _is_finite(found):
        raise DataError(f"{column}: expected a number, yes or no, got {value!r:.60}")
    return found


def messages(row: Mapping[str, Any], column: str) -> list[Message]:
    """Return the messages in a column: a list, or JSON text of one.

    Raises:
        DataError: If the cell is empty or holds no list of messages.
    """
    value = filled(row, column)
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise DataError(f"{column}: the text is no JSON list of messages: {error}") from None
    return message_list(value, column)


def message_list(value: object, column: str) -> list[Message]:
    """Return a list of messages with `role` and `content`.

    Also understood: `from` and `value` in place of these, and the roles human and gpt.

    Raises:
        DataError: If it is no list of messages, or an empty one.
    """
    if not isinstance(value, list) or not value:
        raise DataError(f"{column}: expected a list of messages, got {value!r:.60}")
    return [message(each, f"{column}[{place}]") for place, each in enumerate(value)]


def message(value: object, where: str) -> Message:
    """Return a message with `role` and `content`, as `message_list`."""
    if not isinstance(value, Mapping):
        raise DataError(f"{where}: expected a message, got {value!r:.60}")
    role, content = value.get("role", value.get("from")), value.get("content", value.get("value"))
    if not isinstance(role, str):
        raise DataError(
            f"{where}: a message needs role and content, or from and value; "
            f"it has {', '.join(map(str, value)) or 'nothing'}"
        )
    kept = {name: value[name] for name in _KEPT if value.get(name) is not None}
    return {"role": ROLES.get(role, role)} | kept | {"content": content}


def _find(row: Mapping[str, Any], column: str) -> tuple[bool, Any]:
    if column in row:
        return True, row[column]
    found: Any = row
    for part in column.split("."):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return False, None
    return True, found


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        # An integer may have more digits than a float can stand for.
        return False


def _number(value: object) -> bool | int | float | str | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    return float(value) if isinstance(value, Decimal) else "no number"


def _number_in(written: str) -> bool | int | float | str | None:
    word = written.strip().lower()
    if word in _NO_RATING:
        return None
    if word in _YES_NO:
        return _YES_NO[word]
    try:
        return float(word) if not word.lstrip("+-").isdecimal() else int(word)
    except ValueError:
        return written
