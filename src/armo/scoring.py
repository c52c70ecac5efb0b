"""Scoring a file of conversations, row by row, resumable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import filelock
import msgspec

from armo.atomic import sync
from armo.data import ConversationRow, read_rows
from armo.decision import Decision
from armo.errors import StoreError
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
        out: JSONL of decisions. Until it is complete its name ends in `.partial`.
        rejects: JSONL of rows that can't be scored; made only if there are any.
        reporter: Shows progress.

    Raises:
        DataError: If the source can't be read.
        StoreError: If another process writes to `out`, or a partial file is another model's.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    lock = out.with_name(f".{out.name}.lock")
    try:
        with filelock.FileLock(lock, timeout=0):
            scored = _score_file(model, source, (out, rejects), reporter)
    except filelock.Timeout:
        raise StoreError(f"another process is scoring into {out}; give another --out") from None
    lock.unlink(missing_ok=True)
    return scored


class _Done(msgspec.Struct):
    """As much of an earlier decision as tells whether it may be kept."""

    id: str
    model: str
    steering: str | None


def _score_file(
    model: RewardModel, source: Path, targets: tuple[Path, Path], reporter: Reporter
) -> Scored:
    out, rejects = (target.with_name(target.name + ".partial") for target in targets)
    scored = {done.id for done in _recover(out, _Done) if _same_origin(done, model, out)}
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
    all_rejects = [*rejected.values(), *malformed]
    if all_rejects:
        write_rejects(targets[1], all_rejects)
    sync(out)
    out.replace(targets[0])
    sync(targets[0].parent)
    rejects.unlink()
    return Scored(len(scored), len(all_rejects), targets[1] if all_rejects else None)


def _recover(partial: Path, kind: type[RecordT]) -> list[RecordT]:
    """Return the records of an interrupted run, and cut off a last line that was not finished."""
    if not partial.exists():
        return []
    with partial.open("r+b") as file:
        raw = file.read()
        whole = raw.rfind(b"\n") + 1
        file.truncate(whole)
    return [msgspec.json.decode(line, type=kind) for line in raw[:whole].splitlines()]


def _same_origin(done: _Done, model: RewardModel, partial: Path) -> bool:
    steering = model.steering.label if model.steering else None
    if (done.model, done.steering) != (model.config.hash, steering):
        raise StoreError(
            f"{partial} was begun with another model or steering; remove it, or give another --out"
        )
    return True
