"""What training rows and a benchmark have in common, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from armo.overlap.entries import Entry
from armo.overlap.matching import KINDS, Kind, Match


@dataclass(frozen=True)
class Cell:
    """What one training source repeats of one subset of the benchmark.

    Attributes:
        subset: Part of the benchmark.
        source: Training source.
        touched: Benchmark rows that are repeated, each once.
        kinds: The same rows by the gravest kind of each.
    """

    subset: str
    source: str
    touched: int
    kinds: dict[Kind, int]


@dataclass(frozen=True)
class OverlapReport:
    """What was found.

    Attributes:
        threshold: Lowest Jaccard similarity that counted as near.
        train_rows: Training rows by source.
        benchmark_rows: Benchmark rows by subset.
        touched: Benchmark rows that some training row repeats, by subset.
        cells: What each source repeats of each subset, where it repeats any; the gravest first.
        matches: Matches (a benchmark row with a training row) by kind.
        worst: The gravest match of every benchmark row that is touched, the gravest first.
    """

    threshold: float
    train_rows: dict[str, int]
    benchmark_rows: dict[str, int]
    touched: dict[str, int]
    cells: list[Cell]
    matches: dict[Kind, int]
    worst: list[Match]

    def summary(self) -> dict[str, Any]:
        """Return the counts, without the matches, as JSON has them; a share is of a subset's rows."""
        return {
            "threshold": self.threshold,
            "train_rows": self.train_rows,
            "benchmark_rows": self.benchmark_rows,
            "touched": {
                subset: {"rows": count, "share": count / self.benchmark_rows[subset]}
                for subset, count in self.touched.items()
            },
            "by_source": [
                {
                    "subset": cell.subset,
                    "source": cell.source,
                    "rows": cell.touched,
                    "share": cell.touched / self.benchmark_rows[cell.subset],
                    "kinds": cell.kinds,
                }
                for cell in self.cells
            ],
            "matches": self.matches,
        }


class Counts:
    """Matches, counted as they come; what is kept is bounded by the benchmark and the sources.

    Args:
        benchmark: The benchmark's rows.
        threshold: Lowest Jaccard similarity that counts as near.
    """

    def __init__(self, benchmark: Sequence[Entry], threshold: float) -> None:
        self._benchmark, self._threshold = benchmark, threshold
        self._train_rows: Counter[str] = Counter()
        self._matches: Counter[Kind] = Counter()
        # By benchmark row and training source.
        self._worst: dict[tuple[int, str], Match] = {}

    def add_row(self, train: Entry) -> None:
        """Count a training row."""
        self._train_rows[train.source] += 1

    def add_match(self, row: int, match: Match) -> None:
        """Count a match with the benchmark row at that place."""
        self._matches[match.kind] += 1
        place = (row, match.train_source)
        if place not in self._worst or match.gravity() < self._worst[place].gravity():
            self._worst[place] = match

    def report(self) -> OverlapReport:
        """Return what was counted so far."""
        touched = sorted({row for row, _ in self._worst})
        return OverlapReport(
            threshold=self._threshold,
            train_rows=dict(self._train_rows),
            benchmark_rows=dict(Counter(entry.subset for entry in self._benchmark)),
            touched=dict(Counter(self._benchmark[row].subset for row in touched)),
            cells=_cells(self._worst.values()),
            matches=in_order(self._matches),
            worst=_worst_by_row(self._worst),
        )


def in_order(counts: Counter[Kind]) -> dict[Kind, int]:
    """Return the counts of the kinds that occur, the gravest first."""
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def _cells(matches: Iterable[Match]) -> list[Cell]:
    kinds: dict[tuple[str, str], Counter[Kind]] = {}
    for match in matches:
        kinds.setdefault((match.subset, match.train_source), Counter())[match.kind] += 1
    cells = [
        Cell(subset, source, count.total(), in_order(count))
        for (subset, source), count in kinds.items()
    ]
    return sorted(
        cells,
        key=lambda cell: ([-cell.kinds.get(kind, 0) for kind in KINDS], cell.subset, cell.source),
    )


def _worst_by_row(worst: dict[tuple[int, str], Match]) -> list[Match]:
    by_row: dict[int, Match] = {}
    for (row, _), match in worst.items():
        if row not in by_row or match.gravity() < by_row[row].gravity():
            by_row[row] = match
    return sorted(by_row.values(), key=Match.gravity)
