"""The rows to be checked, native ones or made of another layout, each with what would be written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from armo.check.explain import undecodable
from armo.data.kinds import ROW_TYPES, kind_of_file
from armo.data.raw import UNDECODABLE, fault, raw_rows
from armo.data.sets import Tally
from armo.data.sources import BENCHMARK_ROWS, Source, open_source
from armo.errors import DataError
from armo.rejects import Reject

OnReject = Callable[[Reject], None]


class Found(NamedTuple):
    """A row that could be decoded.

    Attributes:
        where: File and line, as far as known.
        row: A native row.
        content: What is written of it: all fields of the file, those that armo does not know too.
    """

    where: str
    row: Any
    content: Any


@dataclass(frozen=True)
class Target:
    """Rows to check.

    Attributes:
        source: Where they are.
        kind: What they are, a key of `ROW_TYPES`; empty where a native file's first row is to tell.
    """

    source: Source
    kind: str = ""

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.source.file or self.source.label

    @property
    def native(self) -> bool:
        """Whether the rows of a file are read as they stand."""
        source = self.source
        return bool(source.file) and not source.set and source.columns is None

    def find_kind(self) -> str:
        """Return the kind of the rows.

        Raises:
            DataError: If it was not given and the file does not tell.
        """
        return self.kind or kind_of_file(Path(self.source.file))

    def stream(self, kind: str, tally: Tally) -> Iterator[Found]:
        """Yield the rows of a kind that can be decoded, and give the others to the tally.

        Raises:
            DataError: If the rows can't be read at all, or there are none.
        """
        if self.native:
            return native_rows(Path(self.source.file), kind, tally.on_reject)
        return _source_rows(self.source, kind, tally)


def native_rows(path: Path, kind: str, on_reject: OnReject) -> Iterator[Found]:
    """Yield the rows of a native file, unchecked; `on_reject` takes those that can't be decoded.

    Raises:
        DataError: If the file can't be read at all, or holds no rows.
    """
    row_type = ROW_TYPES[kind]
    empty = True
    for where, decode in raw_rows(path, dict):
        empty = False
        try:
            content = decode()
        except UNDECODABLE as error:
            on_reject(Reject(where, undecodable(error, decode), where))
            continue
        try:
            yield Found(where, msgspec.convert(content, row_type), content)
        except UNDECODABLE as error:
            on_reject(Reject(_id_of(content, where), fault(error), where))
    if empty:
        raise DataError(f"{path} is empty: it holds no rows")


def _id_of(content: dict[str, Any], where: str) -> str:
    found = content.get("id")
    return where if found is None else str(found)


def _source_rows(source: Source, kind: str, tally: Tally) -> Iterator[Found]:
    row_type: Any = BENCHMARK_ROWS if kind in ("benchmark", "responses") else ROW_TYPES[kind]
    # What makes pairs of several rows is ahead of the one that it gives.
    one_by_one = source.columns is not None or kind == "ratings"
    for row_id, row in open_source(source, row_type, tally):
        yield Found(tally.where if one_by_one else row_id, row, row)
