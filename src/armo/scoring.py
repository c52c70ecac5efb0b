"""Scoring a file of conversations, row by row, resumable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from armo.atomic import file_sha256, sync
from armo.data import ConversationRow, read_rows
from armo.decision import Decision
from armo.errors import DataError, InputError, StoreError
from armo.locks import only_writer
from armo.model import RewardModel
from armo.progress import Reporter, silent
from armo.rejects import Reject, write_rejects

RecordT = TypeVar("RecordT")

# Rows held at once: enough to fill batches with conversations of like length.
_WINDOW = 256


@dataclass(frozen=True)
class Scored:
    """What scoring a file gave.

    Attributes:
        decisions: Rows scored, those of an earlier, interrupted run included.
        rejects: Rows that could not be.
        rejects_file: Where these are, if there are any.
    """

    decisions: int
    rejects: int
    rejects_file: Path | None


def score_rows(
    model: RewardModel, rows: Iterable[tuple[str, ConversationRow]]
) -> Iterator[list[Decision | Reject]]:
    """Yield decisions, or reasons for rejects, in the order of the rows, a window at a time."""
    rows = iter(rows)
    while window := list(islice(rows, _WINDOW)):
        names, conversations = zip(
            *((name, row.conversation()) for name, row in window), strict=True
        )
        yield model.decide_each(conversations, names)


def score_file(
    model: RewardModel, source: Path, out: Path, rejects: Path, reporter: Reporter = silent
) -> Scored:
    """Score a file into another, whole or not at all; interrupted, a second call goes on.

    Args:
        model: The reward model.
        source: JSONL, gzip'd JSONL or Parquet of conversations.
        out: JSONL of decisions. Until it is complete its name ends in `.partial`, after a hash of
            what it is made from.
        rejects: JSONL of rows that can't be scored; made only if there are any.
        reporter: Shows progress.

    Raises:
        DataError: If the source can't be read.
        InputError: If two of the paths are one, or one is a folder.
        StoreError: If another process writes to `out`, or a partial file is of another origin.
    """
    _check_targets(source, out, rejects)
    out.parent.mkdir(parents=True, exist_ok=True)
    rejects.parent.mkdir(parents=True, exist_ok=True)
    lock = out.with_name(f".{out.name}.lock")
    with only_writer(lock, f"scoring into {out}"):
        scored = _score_file(model, source, (out, rejects), reporter)
    lock.unlink(missing_ok=True)
    return scored


class _Done(msgspec.Struct):
    """As much of an earlier decision as tells that its row is done."""

    id: str


def _score_file(
    model: RewardModel, source: Path, targets: tuple[Path, Path], reporter: Reporter
) -> Scored:
    key = _origin(model, source)
    out, rejects = (target.with_name(f"{target.name}.{key}.partial") for target in targets)
    for other in targets[0].parent.glob(f"{targets[0].name}.*.partial"):
        if other not in (out, rejects):
            raise StoreError(
                f"{other} was begun from another file, model or steering; remove it, or give "
                "another --out"
            )
    scored = {done.id for done in _recover(out, _Done)}
    rejected = {reject.id: reject for reject in _recover(rejects, Reject)}
    malformed: list[Reject] = []
    rows = (
        (name, row)
        for name, row in read_rows(source, ConversationRow, malformed.append)
        if name not in scored and name not in rejected
    )
    total = sum(1 for _ in read_rows(source, ConversationRow, lambda reject: None))
    with (
        out.open("ab") as decisions_file,
        rejects.open("ab") as rejects_file,
        reporter("score", total - len(scored) - len(rejected), "rows") as advance,
    ):
        for window in score_rows(model, rows):
            for outcome in window:
                if isinstance(outcome, Reject):
                    rejected[outcome.id] = outcome
                    rejects_file.write(msgspec.json.encode(outcome) + b"\n")
                else:
                    scored.add(outcome.id)
                    decisions_file.write(msgspec.json.encode(outcome) + b"\n")
            decisions_file.flush()
            rejects_file.flush()
            advance(len(window))
    sync(out)
    all_rejects = [*rejected.values(), *malformed]
    if all_rejects:
        write_rejects(targets[1], all_rejects)
    else:
        targets[1].unlink(missing_ok=True)
    out.replace(targets[0])
    sync(targets[0].parent)
    rejects.unlink()
    return Scored(len(scored), len(all_rejects), targets[1] if all_rejects else None)


def _origin(model: RewardModel, source: Path) -> str:
    """Return a hash of all that decides the decisions on a file."""
    if not source.is_file():
        raise DataError(f"{source}: no such file")
    parts = [file_sha256(source), model.config.hash, model.backbone.dtype, model.steering]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


def _recover(partial: Path, kind: type[RecordT]) -> list[RecordT]:
    """Return the records of an interrupted run, and cut off what was not finished."""
    if not partial.exists():
        return []
    records: list[RecordT] = []
    with partial.open("r+b") as file:
        whole = 0
        for line in file:
            try:
                record = msgspec.json.decode(line, type=kind) if line.endswith(b"\n") else None
            except (msgspec.DecodeError, UnicodeDecodeError):
                record = None
            if record is None:
                break
            records.append(record)
            whole += len(line)
        file.truncate(whole)
    return records


def _check_targets(source: Path, out: Path, rejects: Path) -> None:
    paths = [path.resolve() for path in (source, out, rejects)]
    if len(set(paths)) < len(paths):
        raise InputError("the file to score, --out and --rejects must be three different files")
    for path in (out, rejects):
        if path.is_dir():
            raise InputError(f"{path} is a folder; give the name of a file")
