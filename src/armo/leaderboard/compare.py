"""`armo leaderboard`: every system trained or loaded, judged on the same pairs, and set side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import armo
from armo.atomic import remove_leftovers, write_json
from armo.benchmark.accuracies import Resampling
from armo.benchmark.reading import Benchmark
from armo.data import BenchmarkRow
from armo.errors import ArmoError, InputError
from armo.leaderboard.building import Shared, build, needs_training
from armo.leaderboard.building.shared import SYSTEMS
from armo.leaderboard.entry import Results, absent, entry
from armo.leaderboard.findings import findings, leader
from armo.leaderboard.judging import Reading, Rows
from armo.leaderboard.running import limited, run_system
from armo.leaderboard.standing import pairs_of, standing_of
from armo.locks import only_writer
from armo.progress import Reporter, silent
from armo.rejects import FILE as REJECTS
from armo.rejects import write_rejects
from armo.rivals.settings import AnySystem
from armo.training.outcome import plain
from armo.training.recipe import Recipe

SCHEMA = "armo.leaderboard/1"
FEATURES, FIGURES, REFERENCE = "features", "leaderboard.json", "gate"
TABLE_2 = ("fixed", "gate")


@dataclass(frozen=True)
class Absent:
    """A system that could not take part.

    Attributes:
        reason: A sentence.
    """

    reason: str


Outcome = Results | Absent
Told = Callable[[str, AnySystem, Outcome], None]


def compare(
    recipe: Recipe,
    name: str,
    systems: Mapping[str, AnySystem],
    benchmark: Benchmark,
    out: Path,
    reporter: Reporter = silent,
    told: Told = lambda _key, _settings, _outcome: None,
) -> dict[str, Any]:
    """Train, load and judge all systems, and leave the figures in a folder.

    The folder then holds `leaderboard.json`, the recipe's own training run in `armo/`, a folder for
    each system in `systems/` with its weights and what it said of each pair, and `features/`, which
    reward models on one backbone share. Killed at any time and run again, it goes on where it was. A
    system that can't be had is listed with the reason; the others go on.

    Args:
        recipe: What the systems are trained on.
        name: Of the recipe.
        systems: By key, in order.
        benchmark: Pairs to judge.
        out: The folder; made if absent.
        reporter: Shows progress.
        told: Called with each system once it has judged, or could not.

    Returns:
        The contents of `leaderboard.json`.

    Raises:
        InputError: If the benchmark has questions instead of pairs.
        DataError: If the recipe's own data can't be used.
        StoreError: If another process works in the folder.
    """
    rows = pair_rows(benchmark)
    out.mkdir(parents=True, exist_ok=True)
    with only_writer(out / ".lock", f"comparing systems in {out}"):
        remove_leftovers(out)
        write_rejects(out / REJECTS, benchmark.rejects)
        outcomes = _outcomes(recipe, systems, rows, out, reporter, told)
        figures = {"schema": SCHEMA, "armo": armo.__version__, "recipe": name} | _figures(
            recipe, systems, benchmark, rows, outcomes
        )
        write_json(out / FIGURES, figures)
        return figures


def pair_rows(benchmark: Benchmark) -> Rows:
    """Return the ids and rows of a benchmark of pairs.

    Raises:
        InputError: If its rows are questions with several responses.
    """
    rows = [row for row in benchmark.rows if isinstance(row, BenchmarkRow)]
    if len(rows) < len(benchmark.rows):
        raise InputError(
            f"'{benchmark.name}' has questions with several responses; systems are compared on pairs. "
            "armo eval takes such a benchmark, for a reward model"
        )
    return list(zip(benchmark.ids, rows, strict=True))


def _outcomes(
    recipe: Recipe,
    systems: Mapping[str, AnySystem],
    rows: Rows,
    out: Path,
    reporter: Reporter,
    told: Told,
) -> dict[str, Outcome]:
    shared = Shared(recipe, out, reporter)
    if any(needs_training(settings) for settings in systems.values()):
        # What is wrong with the recipe's own run is wrong with the whole comparison.
        _ = shared.run
    cost_rows = (
        limited(rows, recipe.leaderboard.cost_pairs) if recipe.leaderboard.cost_pairs else []
    )
    reading = Reading(out / FEATURES)
    outcomes: dict[str, Outcome] = {}
    for key, settings in systems.items():
        try:
            built = build(key, settings, shared)
            results = run_system(
                built.system,
                limited(rows, settings.limit),
                cost_rows,
                out / SYSTEMS / key,
                reading,
                reporter,
            )
            outcomes[key] = _checked(results, built.training)
        except ArmoError as error:
            outcomes[key] = Absent(str(error))
        told(key, settings, outcomes[key])
    return outcomes


def _checked(results: Results, training: dict[str, Any] | None) -> Outcome:
    """Return the results with the training beside them; absent if nothing could be judged."""
    judged = results.judged
    if all(one.credit is None for one in judged):
        first = judged[0].reason if judged else "there is none"
        return Absent(f"none of {len(judged):,} pairs could be judged; the first reason: {first}")
    return Results(results.description, judged, training, results.cost, results.report)


def _figures(
    recipe: Recipe,
    systems: Mapping[str, AnySystem],
    benchmark: Benchmark,
    rows: Rows,
    outcomes: Mapping[str, Outcome],
) -> dict[str, Any]:
    how = Resampling(recipe.evaluation.resamples, recipe.evaluation.level)
    there = {key: one for key, one in outcomes.items() if isinstance(one, Results)}
    pairs = pairs_of(rows, _lengths(there), how)
    standings = {key: standing_of(pairs, one.judged) for key, one in there.items()}
    lead = leader(standings)
    lines = []
    for key, outcome in outcomes.items():
        settings = systems[key]
        if isinstance(outcome, Absent):
            kind = str(type(settings).__struct_config__.tag)
            lines.append(absent(key, settings.label, kind, outcome.reason))
        else:
            other = None if key == REFERENCE else standings.get(REFERENCE)
            lines.append(entry(key, settings.label, outcome, pairs, other))
    return {
        "level": how.level,
        "resamples": how.resamples,
        "benchmark": benchmark_head(benchmark, there.values()),
        "reference": REFERENCE,
        "systems": lines,
        "table2": [key for key in TABLE_2 if key in there],
        "lead": plain(lead),
        "findings": findings(lines, REFERENCE, lead),
    }


def benchmark_head(benchmark: Benchmark, results: Any) -> dict[str, Any]:
    """Return name, origin and counts of a benchmark, as in eval.json.

    Args:
        benchmark: What was judged.
        results: Of the systems; a pair counts as unreadable if it was given to some of them and none
            judged it. Pairs that limits leave out are neither judged nor unreadable.
    """
    seen = [one for found in results for one in found.judged]
    judged = {one.id for one in seen if one.credit is not None}
    lost = {one.id for one in seen} - judged
    count = len(benchmark.rows) + len(benchmark.rejects)
    origins = benchmark.origins
    head: dict[str, Any] = plain(
        {
            "name": benchmark.name,
            "sha256": origins[0].sha256 if len(origins) == 1 else None,
            "origins": origins,
            "rows": count,
            "pairs": len(judged),
            "malformed": len(benchmark.rejects),
            "unreadable": len(benchmark.rejects) + len(lost),
            "notes": benchmark.notes,
        }
    )
    return head


def _lengths(there: Mapping[str, Results]) -> dict[str, tuple[int, int]] | None:
    """Return the lengths of responses as the first system counts them that does; None if none does."""
    for key in sorted(there, key=lambda key: key != REFERENCE):
        found = {one.id: one.lengths for one in there[key].judged if one.lengths is not None}
        if found:
            return found
    return None
