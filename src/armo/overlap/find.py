"""Finding what training rows repeat of a benchmark, from rows or from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from armo.data.counting import row_count
from armo.data.files import OnReject
from armo.errors import DataError, InputError
from armo.overlap.benchmark import BenchmarkIndex
from armo.overlap.entries import Entry, read_entries
from armo.overlap.matching import Match
from armo.overlap.report import Counts, OverlapReport
from armo.overlap.settings import DEFAULT_THRESHOLD, MatchRule, check_threshold
from armo.progress import Reporter, silent
from armo.rejects import Reject

OnMatch = Callable[[Match], object]


def find_overlap(
    train: Iterable[Entry],
    benchmark: Sequence[Entry],
    threshold: float = DEFAULT_THRESHOLD,
    rule: MatchRule = "either",
    on_match: OnMatch | None = None,
) -> OverlapReport:
    """Find the prompts and responses of a benchmark that training rows repeat.

    Training rows are read once and not kept, so that memory depends on the benchmark alone.

    Args:
        train: Training rows; `entry_of` makes an entry of a native row, `read_entries` of a file's.
        benchmark: Benchmark rows, likewise.
        threshold: Lowest Jaccard similarity of a near-duplicate, 0.1 to 1; 1 means equal texts only.
        rule: What a training row must repeat of a benchmark row to count.
        on_match: Called for every match, in the order of the training rows.

    Raises:
        InputError: If the threshold is out of range.
        MissingExtraError: If the threshold is below 1 and datasketch is not installed.
    """
    check_threshold(threshold)
    index = BenchmarkIndex(benchmark, threshold, rule)
    counts = Counts(benchmark, threshold)
    for entry in train:
        counts.add_row(entry)
        for row, match in index.matches(entry):
            counts.add_match(row, match)
            if on_match is not None:
                on_match(match)
    return counts.report()


def find_overlap_of_files(
    train: Sequence[Path],
    benchmark: Path,
    threshold: float = DEFAULT_THRESHOLD,
    rule: MatchRule = "either",
    *,
    on_match: OnMatch | None = None,
    on_reject: OnReject,
    reporter: Reporter = silent,
) -> OverlapReport:
    """Find what files of training rows repeat of a benchmark file.

    Args:
        train: Files of ratings, preferences or conversations.
        benchmark: File of benchmark rows, or of any other native rows.
        threshold: As in `find_overlap`, like the next two.
        rule: What a training row must repeat.
        on_match: Called for every match.
        on_reject: Called for every row of any file that can't be used.
        reporter: Shows progress.

    Raises:
        DataError: If a file can't be read, or no row of it can be used: finding nothing there would
            look like an all-clear.
        InputError: If the benchmark is among the training files, or the threshold out of range.
        MissingExtraError: If the threshold is below 1 and datasketch is not installed.
    """
    check_threshold(threshold)
    if any(path.exists() and path.samefile(benchmark) for path in train if benchmark.exists()):
        raise InputError(f"{benchmark} is given both to train on and as the benchmark")
    rows = read_benchmark_entries([benchmark], on_reject)
    total = sum(map(row_count, train))
    with reporter("comparing", total, "rows") as advance:

        def rejected(reject: Reject) -> None:
            advance(1)
            on_reject(reject)

        entries = (entry for path in train for entry in _all_entries(path, rejected))
        return find_overlap(_advancing(entries, advance), rows, threshold, rule, on_match)


def read_benchmark_entries(paths: Sequence[Path], on_reject: OnReject) -> list[Entry]:
    """Return the rows of benchmark files.

    Raises:
        DataError: If a file can't be read, or no row of it can be used.
    """
    return [entry for path in paths for entry in _all_entries(path, on_reject)]


def _all_entries(path: Path, on_reject: OnReject) -> Iterator[Entry]:
    first: list[Reject] = []

    def rejected(reject: Reject) -> None:
        first.extend([] if first else [reject])
        on_reject(reject)

    used = False
    for entry in read_entries(path, rejected):
        used = True
        yield entry
    if not used:
        raise DataError(
            f"{path}: none of its rows can be used; the first: {first[0].where}: {first[0].reason}"
        )


def _advancing(entries: Iterable[Entry], advance: Callable[[int], None]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        advance(1)
