"""Which kind of native rows a file holds, as its first row tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from armo.data.raw import UNDECODABLE, raw_rows
from armo.data.rows import BenchmarkRow, ConversationRow, PreferenceRow, RatingRow, ResponsesRow
from armo.errors import DataError

RowType: TypeAlias = type[RatingRow | PreferenceRow | BenchmarkRow | ResponsesRow | ConversationRow]

ROW_TYPES: dict[str, RowType] = {
    "ratings": RatingRow,
    "preferences": PreferenceRow,
    "benchmark": BenchmarkRow,
    "responses": ResponsesRow,
    "conversations": ConversationRow,
}
# The first of these that a row satisfies is its kind.
_FIELDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("ratings", frozenset({"messages", "ratings"})),
    ("responses", frozenset({"prompt", "responses", "rule"})),
    ("benchmark", frozenset({"prompt", "chosen", "rejected", "subset"})),
    ("preferences", frozenset({"prompt", "chosen", "rejected"})),
    ("conversations", frozenset({"messages"})),
    ("conversations", frozenset({"prompt", "response"})),
)


def kind_of_file(path: Path) -> str:
    """Return the kind of a file's rows, a key of `ROW_TYPES`, from the first row that can be decoded.

    Raises:
        DataError: If the file can't be read, holds no rows, or its rows are of no native kind.
    """
    found = _first_row(path)
    for kind, fields in _FIELDS:
        if fields <= found.keys():
            return kind
    check, write = "armo data check", "--fix --out native.jsonl"
    raise DataError(
        f"{path}: its rows are of no native kind; the first has {', '.join(map(str, found))}. "
        f"docs/data.md says what native rows are; `{check} {path} --columns MAP.toml {write}` makes "
        f"them by a column map, `{check} SET:{path} {write}` of a known set's layout"
    )


def _first_row(path: Path) -> dict[str, Any]:
    empty = True
    for _, decode in raw_rows(path, dict):
        empty = False
        try:
            return decode()
        except UNDECODABLE:
            continue
    if empty:
        raise DataError(f"{path} is empty: it holds no rows")
    raise DataError(f"{path}: no row of it can be decoded, so its kind can't be told")
