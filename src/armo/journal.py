"""A file of records that grows line by line, and is trusted after a crash only as far as it is whole.

Every line is a checksum, a space, and the JSON of a record.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeVar

import msgspec

from armo.atomic import atomic_path, sync, writing

RecordT = TypeVar("RecordT")
_DIGITS = 8


class Journal(Generic[RecordT]):
    """Records of an earlier, interrupted run, with more to come.

    Opening cuts off what was not finished, and all that follows a damaged line.

    Args:
        path: The file; made if absent.
        kind: As what the earlier records are read.

    Attributes:
        earlier: Records that were there.
    """

    def __init__(self, path: Path, kind: type[RecordT]) -> None:
        self._path = path
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.earlier, size = _whole(path, kind)
            self._file = path.open("ab")
            self._file.truncate(size)

    def __enter__(self) -> Journal[RecordT]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Closing writes what is still held, which fails again where the disk is full.
        with writing(self._path):
            self._file.close()

    def extend(self, records: Sequence[msgspec.Struct]) -> None:
        """Append records and give them to the system, so that only its own crash can lose them."""
        with writing(self._path):
            for record in records:
                line = msgspec.json.encode(record)
                self._file.write(b"%08x %s\n" % (zlib.crc32(line), line))
            self._file.flush()


def publish(journal: Path, path: Path) -> None:
    """Write the records of a closed journal as JSON lines, atomically, and remove the journal."""
    with journal.open("rb") as lines, atomic_path(path) as temporary, temporary.open("wb") as out:
        for line in lines:
            out.write(line[_DIGITS + 1 :])
    journal.unlink()
    sync(path.parent)


def _whole(path: Path, kind: type[RecordT]) -> tuple[list[RecordT], int]:
    """Return the records before the first damaged line, and their length in bytes."""
    records: list[RecordT] = []
    size = 0
    if not path.exists():
        return records, size
    with path.open("rb") as lines:
        for line in lines:
            checksum, _, content = line.partition(b" ")
            if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(content[:-1]):
                break
            records.append(msgspec.json.decode(content, type=kind))
            size += len(line)
    return records, size
