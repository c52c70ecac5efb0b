"""Training rows that repeat a benchmark: which, and what to say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armo.data import PreferenceRow, RatingRow
from armo.overlap.benchmark import BenchmarkIndex
from armo.overlap.entries import entry_of
from armo.overlap.find import read_benchmark_entries
from armo.overlap.matching import Kind, Match
from armo.overlap.report import in_order
from armo.overlap.settings import OverlapSettings, check_threshold
from armo.progress import Advance, Reporter, silent
from armo.rejects import Reject

_WHERE = "data.contamination"


@dataclass(frozen=True)
class Contamination:
    """Training rows that repeat rows of a benchmark.

    Rows are told by their places, since ids are unique only within a file.

    Attributes:
        ratings: Gravest match of each rating row concerned, by its place.
        preferences: The same for preference rows.
        benchmark_rows: Rows that were looked for.
        touched: Those of them that are repeated.
        unreadable: Rows of the benchmarks that can't be used, so were not looked for.
    """

    ratings: dict[int, Match]
    preferences: dict[int, Match]
    benchmark_rows: int
    touched: int
    unreadable: list[Reject]

    def __bool__(self) -> bool:
        return bool(self.ratings or self.preferences)

    def clean_ratings(self, rows: Sequence[RatingRow]) -> list[RatingRow]:
        """Return the rating rows that repeat nothing, in order."""
        return [row for place, row in enumerate(rows) if place not in self.ratings]

    def clean_preferences(self, rows: Sequence[PreferenceRow]) -> list[PreferenceRow]:
        """Return the preference rows that repeat nothing, in order."""
        return [row for place, row in enumerate(rows) if place not in self.preferences]

    def rejects(self) -> list[Reject]:
        """Return one reject for every training row concerned, with the row that it repeats."""
        return [
            Reject(match.train_id, f"repeats {_named(match)}: {match.described()}", _WHERE)
            for match in (*self.ratings.values(), *self.preferences.values())
        ]

    def record(self) -> dict[str, Any]:
        """Return the counts for a record of the training, training rows by their gravest kind."""
        return {
            "ratings": _by_kind(self.ratings),
            "preferences": _by_kind(self.preferences),
            "benchmark_rows": self.benchmark_rows,
            "touched": self.touched,
            "unreadable": len(self.unreadable),
        }

    def complaint(self) -> str:
        """Return the sentence that refuses to train on these rows; only where there are any."""
        every = [*self.ratings.values(), *self.preferences.values()]
        worst = min(every, key=Match.gravity)
        kinds = ", ".join(
            f"{count:,} {kind}" for kind, count in _by_kind(dict(enumerate(every))).items()
        )
        return (
            f"{_WHERE}: {len(self.ratings):,} rating rows and {len(self.preferences):,} preference "
            f"rows repeat {self.touched:,} of {self.benchmark_rows:,} benchmark rows ({kinds}). "
            f"The worst: row '{worst.train_id}' repeats {_named(worst)} ({worst.described()}). "
            'Set action = "remove" to train without them, or "report" to train on them all the same'
        )


def contaminated_rows(
    ratings: Sequence[RatingRow],
    preferences: Sequence[PreferenceRow],
    benchmarks: Sequence[Path],
    settings: OverlapSettings,
    reporter: Reporter = silent,
) -> Contamination:
    """Find the training rows that repeat a benchmark.

    Args:
        ratings: Rating rows.
        preferences: Preference rows.
        benchmarks: Files of benchmark rows, or of any other native rows; they stand in place of the
            names in the settings, which are relative to a recipe.
        settings: What counts.
        reporter: Shows progress.

    Raises:
        DataError: If a file can't be read, or no row of it can be used.
        InputError: If the threshold is out of range.
        MissingExtraError: If the threshold is below 1 and datasketch is not installed.
    """
    check_threshold(settings.threshold)
    unreadable: list[Reject] = []
    entries = read_benchmark_entries(benchmarks, unreadable.append)
    index = BenchmarkIndex(entries, settings.threshold, settings.match)
    touched: set[int] = set()
    with reporter("comparing with benchmarks", len(ratings) + len(preferences), "rows") as advance:
        of_ratings = _worst(index, ratings, touched, advance)
        of_preferences = _worst(index, preferences, touched, advance)
    return Contamination(of_ratings, of_preferences, len(entries), len(touched), unreadable)


def _worst(
    index: BenchmarkIndex,
    rows: Iterable[RatingRow | PreferenceRow],
    touched: set[int],
    advance: Advance,
) -> dict[int, Match]:
    """Return the gravest match of each row that has one, and add the benchmark's rows to `touched`."""
    worst: dict[int, Match] = {}
    for place, row in enumerate(rows):
        for touched_row, match in index.matches(entry_of(row, str(row.id))):
            touched.add(touched_row)
            if place not in worst or match.gravity() < worst[place].gravity():
                worst[place] = match
        advance(1)
    return worst


def _by_kind(worst: dict[int, Match]) -> dict[Kind, int]:
    return in_order(Counter(match.kind for match in worst.values()))


def _named(match: Match) -> str:
    file = f" of {match.benchmark_file}" if match.benchmark_file else ""
    return f"row '{match.benchmark_id}'{file}"
