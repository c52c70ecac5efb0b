"""Rows that can't be used: counted, and written to a file that says which and why."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from armo.atomic import atomic_path

FILE = "rejects.jsonl"


class Reject(msgspec.Struct, frozen=True):
    """A row that can't be used, and why.

    Attributes:
        id: The row's own id.
        reason: A sentence.
        where: File and line, or part of the row, as far as known.
    """

    id: str
    reason: str
    where: str = ""


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Write rejected rows, one JSON object a line; an empty file says that there were none."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        for reject in rejects:
            stream.write(msgspec.json.encode(reject) + b"\n")
