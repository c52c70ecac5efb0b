"""Scoring a file of conversations, row by row, resumable."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from armo.atomic import file_sha256, remove_leftovers
from armo.data import ConversationRow, read_rows
from armo.decision import Decision
from armo.errors import DataError, InputError, StoreError
from armo.journal import Journal, publish
from armo.locks import only_writer
from armo.model import RewardModel
from armo.progress import Reporter, silent
from armo.rejects import Reject, write_rejects

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
        out: JSONL of decisions. Until it is complete they are in a journal beside it, whose name ends
            in `.partial`, after a hash of what it is made from.
        rejects: JSONL of rows that can't be scored; made only if there are any.
        reporter: Shows progress.

    Raises:
        DataError: If the source can't be read.
        InputError: If two of the paths are one, or one is a folder.
        StoreError: If another process writes to `out`, or a partial file is of another origin.
    """
    _check_targets(source, out, rejects)
    lock = out.with_name(f".{out.name}.lock")
    with only_writer(lock, f"scoring into {out}"):
        for target in (out, rejects):
            remove_leftovers(target.parent, glob.escape(target.name))
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
    begun = f"{glob.escape(targets[0].name)}.{'?' * len(key)}.partial"
    for other in targets[0].parent.glob(begun):
        if other != out:
            raise StoreError(
                f"{other} was begun from another file, model or steering; remove it, or give "
                "another --out"
            )
    malformed: list[Reject] = []
    with Journal(out, _Done) as decisions_file, Journal(rejects, Reject) as rejects_file:
        scored = {done.id for done in decisions_file.earlier}
        rejected = {reject.id: reject for reject in rejects_file.earlier}
        rows = (
            (name, row)
            for name, row in read_rows(source, ConversationRow, malformed.append)
            if name not in scored and name not in rejected
        )
        total = sum(1 for _ in read_rows(source, ConversationRow, lambda reject: None))
        with reporter("score", total - len(scored) - len(rejected), "rows") as advance:
            for window in score_rows(model, rows):
                refused = [outcome for outcome in window if isinstance(outcome, Reject)]
                decided = [outcome for outcome in window if isinstance(outcome, Decision)]
                rejected |= {reject.id: reject for reject in refused}
                scored |= {decision.id for decision in decided}
                rejects_file.extend(refused)
                decisions_file.extend(decided)
                advance(len(window))
    all_rejects = [*rejected.values(), *malformed]
    if all_rejects:
        write_rejects(targets[1], all_rejects)
    else:
        targets[1].unlink(missing_ok=True)
    rejects.unlink()
    publish(out, targets[0])
    return Scored(len(scored), len(all_rejects), targets[1] if all_rejects else None)


def _origin(model: RewardModel, source: Path) -> str:
    """Return a hash of all that decides the decisions on a file."""
    if not source.is_file():
        raise DataError(f"{source}: no such file")
    parts = [file_sha256(source), model.config.hash, model.backbone.dtype, model.steering]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


def _check_targets(source: Path, out: Path, rejects: Path) -> None:
    paths = [path.resolve() for path in (source, out, rejects)]
    if len(set(paths)) < len(paths):
        raise InputError("the file to score, --out and --rejects must be three different files")
    for path in (out, rejects):
        if path.is_dir():
            raise InputError(f"{path} is a folder; give the name of a file")
