"""Rows of an Arrow table as plain Python values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pyarrow as pa

_Decode: TypeAlias = Callable[[Any], Any]


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return the rows of a table; what it stores as JSON text by type comes as the value itself.

    The library `datasets` stores columns in that way whose values are of several types, such as
    ratings that are numbers in most rows and `N/A` in others.
    """
    rows: list[dict[str, Any]] = table.to_pylist()
    decoders = {column.name: _decoder(column.type) for column in table.schema}
    for name, decode in decoders.items():
        if decode is not None:
            for row in rows:
                row[name] = decode(row[name])
    return rows


def _decoder(kind: pa.DataType) -> _Decode | None:
    """Return what decodes values of an Arrow type, None if they stay as they are."""
    # Older versions of Arrow have no type for JSON, so they can't have stored any.
    if isinstance(kind, getattr(pa, "JsonType", ())):
        return _text
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = _decoder(kind.value_type)
        return None if inner is None else _each(inner)
    if pa.types.is_struct(kind):
        fields = {field.name: _decoder(field.type) for field in kind}
        known = {name: decode for name, decode in fields.items() if decode is not None}
        return _fields(known) if known else None
    return None


def _text(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _each(decode: _Decode) -> _Decode:
    return lambda values: None if values is None else [decode(value) for value in values]


def _fields(decoders: dict[str, _Decode]) -> _Decode:
    def decode(value: Any) -> Any:
        if value is None:
            return None
        return value | {name: inner(value[name]) for name, inner in decoders.items()}

    return decode
