"""What a system said of a benchmark, kept in its folder until system or benchmark change.

judged.json     hashes of system and rows, what judging cost, checksum of the other file
scores.jsonl    a line for each pair
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from armo.atomic import file_sha256
from armo.journal import Journal, publish
from armo.leaderboard.judged import JudgedPair
from armo.rejects import FILE as REJECTS
from armo.rejects import Reject, write_rejects
from armo.sealed import CHECKSUM, is_intact, write_sealed
from armo.training.outcome import content_hash

HEAD, SCORES = "judged.json", "scores.jsonl"
# Raised when pairs are judged otherwise, so that old results are not reused.
_VERSION = 1
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OSError)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What kept results rest on, and what they cost.

    Attributes:
        origin: Hash of system and rows.
        sha256: Of the file of scores.
        cost: What judging took; None if it was not measured.
        report: What the system says of its own work, such as a judge's failures.
    """

    origin: str
    sha256: str
    cost: dict[str, Any] | None = None
    report: dict[str, Any] | None = None


def origin_of(system: str, rows: str) -> str:
    """Return the hash of what results rest on: a system and the rows that it judges."""
    return content_hash([_VERSION, system, rows])[:16]


def read_kept(folder: Path, origin: str) -> tuple[Head, list[JudgedPair]] | None:
    """Return finished results; None if there are none, or none that fit or can be read."""
    try:
        raw: Any = msgspec.json.decode((folder / HEAD).read_bytes())
        if not isinstance(raw, dict) or not is_intact(raw):
            return None
        raw.pop(CHECKSUM, None)
        head = msgspec.convert(raw, Head)
        if head.origin != origin or file_sha256(folder / SCORES) != head.sha256:
            return None
        lines = (folder / SCORES).read_bytes().splitlines()
        return head, [msgspec.json.decode(line, type=JudgedPair) for line in lines]
    except _UNREADABLE:
        return None


@contextmanager
def growing(folder: Path, origin: str) -> Iterator[Journal[JudgedPair]]:
    """Open the results that are being made; those of another origin are removed."""
    mine = _unfinished(folder, origin)
    for other in folder.glob("scores.*.part"):
        if other != mine:
            other.unlink()
    with Journal(mine, JudgedPair) as journal:
        yield journal


def forget(folder: Path, origin: str) -> None:
    """Remove the results that were being made."""
    _unfinished(folder, origin).unlink(missing_ok=True)


def add_cost(folder: Path, head: Head, cost: dict[str, Any] | None) -> Head:
    """Write down what judging took beside finished results, and return their head."""
    found = msgspec.structs.replace(head, cost=cost)
    write_sealed(folder / HEAD, found)
    return found


def finish(
    folder: Path,
    origin: str,
    cost: dict[str, Any] | None,
    report: dict[str, Any] | None,
) -> tuple[Head, list[JudgedPair]]:
    """Turn the results that were made into finished ones, in place of older ones."""
    # Without its head a file of scores counts for nothing, so a crash in between is only work lost.
    (folder / HEAD).unlink(missing_ok=True)
    publish(_unfinished(folder, origin), folder / SCORES)
    head = Head(origin=origin, sha256=file_sha256(folder / SCORES), cost=cost, report=report)
    lines = (folder / SCORES).read_bytes().splitlines()
    judged = [msgspec.json.decode(line, type=JudgedPair) for line in lines]
    rejects = [Reject(one.id, one.reason) for one in judged if one.credit is None]
    write_rejects(folder / REJECTS, rejects)
    write_sealed(folder / HEAD, head)
    return head, judged


def _unfinished(folder: Path, origin: str) -> Path:
    return folder / f"scores.{origin}.part"
