"""A column map of its own file, to check rows before a recipe names them."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from armo.data.columns import Columns, RatedColumn
from armo.errors import InputError, nearest


def read_columns(path: Path) -> Columns:
    """Read a column map, written as the table `columns` of a recipe's source is, from a TOML file.

    Raises:
        InputError: If the file is absent, no TOML, or names something that a column map has not.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    # tomllib's own error is a ValueError, as is that of bytes that are no UTF-8.
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from None
    _refuse_unknown(raw, Columns, path, "")
    objectives = raw.get("objectives", {})
    for name, rated in objectives.items() if isinstance(objectives, Mapping) else ():
        _refuse_unknown(rated, RatedColumn, path, f"objectives.{name}.")
    try:
        return msgspec.convert(raw, Columns)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {str(error).replace('$.', '')}") from None


def kind_of_columns(columns: Columns) -> str:
    """Return the kind of the rows that a column map makes."""
    if columns.chosen or columns.rejected:
        return "benchmark" if columns.subset else "preferences"
    return "ratings"


def _refuse_unknown(raw: Any, wanted: Any, path: Path, where: str) -> None:
    known = [field.name for field in dataclasses.fields(wanted)]
    for name in raw if isinstance(raw, Mapping) else ():
        if name not in known:
            raise InputError(
                f"{path}: unknown key '{where}{name}'{nearest(name, known)}; "
                f"known: {', '.join(known)}"
            )
