"""`armo eval` for a system that is no reward model: the figures of a comparison, of one system alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import armo
from armo.atomic import remove_leftovers, write_json
from armo.benchmark.accuracies import Resampling
from armo.benchmark.reading import Benchmark
from armo.benchmark.run import FEATURES, FIGURES
from armo.errors import DataError
from armo.leaderboard.compare import benchmark_head, pair_rows
from armo.leaderboard.entry import entry
from armo.leaderboard.judging import Reading
from armo.leaderboard.running import run_system
from armo.leaderboard.standing import pairs_of
from armo.locks import only_writer
from armo.progress import Reporter, silent
from armo.rejects import FILE as REJECTS
from armo.rejects import Reject, write_rejects
from armo.rivals.system import System

SCHEMA = "armo.eval.system/1"


def evaluate_system(
    system: System,
    label: str,
    benchmark: Benchmark,
    out: Path,
    reporter: Reporter = silent,
    how: Resampling | None = None,
) -> dict[str, Any]:
    """Judge all pairs of a benchmark and leave figures, results and rejects in a folder.

    The folder then holds `eval.json`, `scores.jsonl` with what was said of each pair, and
    `rejects.jsonl`. Killed at any time and run again, it goes on where it was.

    Args:
        system: Who judges.
        label: Its name in tables.
        benchmark: Pairs to judge.
        out: The folder; made if absent.
        reporter: Shows progress.
        how: How intervals are drawn.

    Returns:
        The contents of `eval.json`.

    Raises:
        InputError: If the benchmark has questions instead of pairs.
        DataError: If no pair could be judged.
        StoreError: If another process works in the folder.
    """
    rows = pair_rows(benchmark)
    how = how or Resampling()
    out.mkdir(parents=True, exist_ok=True)
    with only_writer(out / ".lock", f"evaluating into {out}"):
        remove_leftovers(out)
        results = run_system(system, rows, [], out, Reading(out / FEATURES), reporter)
        lost = [Reject(one.id, one.reason) for one in results.judged if one.credit is None]
        write_rejects(out / REJECTS, [*benchmark.rejects, *lost])
        if len(lost) == len(results.judged):
            raise DataError(
                f"no pair of '{benchmark.name}' could be judged; the first reason: {lost[0].reason}. "
                f"All are in {out / REJECTS}"
            )
        pairs = pairs_of(rows, None, how)
        figures: dict[str, Any] = {
            "schema": SCHEMA,
            "armo": armo.__version__,
            "level": how.level,
            "resamples": how.resamples,
            "benchmark": benchmark_head(benchmark, [results]),
            "system": entry(label, label, results, pairs, None),
        }
        write_json(out / FIGURES, figures)
        return figures
