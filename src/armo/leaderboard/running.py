"""One system over the benchmark: what an earlier run judged is kept, the rest is judged now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from armo.leaderboard.cost import measured_cost, reported_cost
from armo.leaderboard.entry import Results
from armo.leaderboard.judged import JudgedPair, blind
from armo.leaderboard.judging import Reading, Rows, judge_rows, rows_hash
from armo.leaderboard.keeping import Head, add_cost, finish, forget, growing, origin_of, read_kept
from armo.leaderboard.share import same_share
from armo.progress import Reporter
from armo.rivals.system import System


def run_system(
    system: System,
    rows: Rows,
    cost_rows: Rows,
    folder: Path,
    reading: Reading,
    reporter: Reporter,
) -> Results:
    """Judge all rows, and leave what was said of each in the system's folder.

    Killed at any time and run again, it goes on where it was.

    Args:
        system: Who judges.
        rows: What is judged.
        cost_rows: Pairs that are judged once more to measure the time; none leaves that out.
        folder: Of the system.
        reading: Features that reward models share.
        reporter: Shows progress.
    """
    origin = origin_of(system.description.hash, rows_hash(rows))
    kept = read_kept(folder, origin)
    if kept is None or _may_pass(kept):
        folder.mkdir(parents=True, exist_ok=True)
        if _reports(system):
            # It keeps its answers itself, and its account must hold those of a killed run too.
            forget(folder, origin)
        with growing(folder, origin) as journal:
            done = {pair.id for pair in journal.earlier}
            for piece in judge_rows(system, rows, done, reading, reporter):
                journal.extend(piece)
        report = _report(system)
        cost = _cost(system, report, cost_rows, reporter)
        kept = finish(folder, origin, cost, report)
    elif kept[0].cost is None and kept[0].report is None and cost_rows:
        # An earlier run left the measurement out.
        kept = add_cost(folder, kept[0], _cost(system, None, cost_rows, reporter)), kept[1]
    head, judged = kept
    return Results(system.description, judged, cost=head.cost, report=head.report)


def limited(rows: Rows, limit: int | None) -> Rows:
    """Return the same share of every subset, at most `limit` rows; all of them without a limit."""
    if limit is None:
        return rows
    places = same_share([row_id for row_id, _ in rows], [row.subset for _, row in rows], limit)
    return [rows[place] for place in places]


def _may_pass(kept: tuple[Head, list[JudgedPair]]) -> bool:
    """Return whether a judge left pairs open that it may answer now; its other answers are kept."""
    head, judged = kept
    return head.report is not None and any(one.credit is None for one in judged)


def _reports(system: System) -> bool:
    return callable(getattr(system, "report", None))


def _report(system: System) -> dict[str, Any] | None:
    found: dict[str, Any] | None = system.report() if _reports(system) else None  # type: ignore[attr-defined]
    return found


def _cost(
    system: System, report: dict[str, Any] | None, rows: Sequence[Any], reporter: Reporter
) -> dict[str, Any] | None:
    if report is not None:
        return reported_cost(report)
    if not rows:
        return None
    with reporter("measure", len(rows), "pairs") as advance:
        cost = measured_cost(system, [blind(row_id, row) for row_id, row in rows])
        advance(len(rows))
    return cost
