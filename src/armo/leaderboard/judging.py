"""A system over the pairs of a benchmark, in pieces that a killed run does not lose."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from armo.backbone import Backbone
from armo.benchmark.judging import judge, readable
from armo.benchmark.kinds import KINDS
from armo.benchmark.pairs import sides
from armo.conversation import conversation_key
from armo.data import BenchmarkRow
from armo.features import Extraction, extract
from armo.gating.result import GATE
from armo.leaderboard.judged import JudgedPair, blind, labelled
from armo.model import RewardModel
from armo.progress import Reporter, silent
from armo.rejects import Reject
from armo.rivals.scored import ScoredSystem
from armo.rivals.system import Preference, System
from armo.training.outcome import content_hash

Rows: TypeAlias = Sequence[tuple[str, BenchmarkRow]]
# Pairs that are judged at once: what a killed run loses of a slow system.
_PIECE = 64


def rows_hash(rows: Rows) -> str:
    """Return a hash of the pairs themselves; where they lie does not count."""
    pairs = [
        (row_id, [conversation_key(messages) for messages in row.conversations()])
        for row_id, row in rows
    ]
    return content_hash(pairs)


class Reading:
    """Features of the benchmark, which reward models share if they read it alike.

    Args:
        folder: Where the stores are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Extraction] = {}

    def extraction(self, backbone: Backbone, rows: Rows, reporter: Reporter) -> Extraction:
        """Return the features of all responses, read once however many models ask for them."""
        name = _store_name(backbone, rows)
        if name not in self._read:
            requests = [
                request for row_id, row in rows for request in KINDS["pairs"].requests(row_id, row)
            ]
            self._read[name] = extract(backbone, requests, self._folder / name, reporter)
        return self._read[name]


def judge_rows(
    system: System,
    rows: Rows,
    done: Collection[str],
    reading: Reading,
    reporter: Reporter,
) -> Iterator[list[JudgedPair]]:
    """Yield what a system says of the rows, piece by piece, in their order.

    Args:
        system: Who judges.
        rows: What is judged.
        done: Ids of the rows that an earlier run judged.
        reading: Features that reward models share.
        reporter: Shows progress.
    """
    if isinstance(system, ScoredSystem):
        found = _by_scores(system.model, rows, reading, reporter)
        yield [pair for pair in found if pair.id not in done]
        return
    kind = system.description.kind
    left = [(row_id, row) for row_id, row in rows if row_id not in done]
    with reporter("judge", len(left), "pairs") as advance:
        for start in range(0, len(left), _PIECE):
            piece = left[start : start + _PIECE]
            pairs = [blind(row_id, row) for row_id, row in piece]
            outcomes: list[Preference | Reject] = system.prefer(pairs, silent)
            yield [
                labelled(pair.id, outcome, kind)
                for pair, outcome in zip(pairs, outcomes, strict=True)
            ]
            advance(len(piece))


def _by_scores(
    model: RewardModel, rows: Rows, reading: Reading, reporter: Reporter
) -> list[JudgedPair]:
    """Score all responses from features that every model on the same backbone shares.

    Equal responses share one score, so that a tie is a tie to the last bit.
    """
    extraction = reading.extraction(model.backbone, rows, reporter)
    reasons = {reject.id: reject.reason for reject in extraction.rejects}
    found = [JudgedPair(id=row_id, reason=reasons.get(row_id, "")) for row_id, _ in rows]
    kept = readable([row for _, row in rows], extraction.store)
    if not kept:
        return found
    ids, own = zip(*(rows[place] for place in kept), strict=True)
    judged = judge(model, ids, own, extraction.store)
    for place, chosen, rejected in zip(kept, *sides(judged), strict=True):
        better, worse = judged.scores[GATE][[chosen, rejected]].tolist()
        longer = judged.tokens[[chosen, rejected]].tolist()
        found[place] = JudgedPair(
            id=found[place].id,
            credit=float(better > worse),
            margin=better - worse,
            scores=(better, worse),
            lengths=(longer[0], longer[1]),
        )
    return found


def _store_name(backbone: Backbone, rows: Rows) -> str:
    """Return a name that models share exactly if they read the same rows alike."""
    identity = asdict(backbone.identity)
    # The same weights may be named otherwise.
    for name in ("name", "revision", "adapter"):
        identity.pop(name)
    limits = [backbone.max_tokens, backbone.overlong, backbone.batch_tokens]
    return content_hash([identity, backbone.dtype, limits, rows_hash(rows)])[:16]
