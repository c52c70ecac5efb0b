"""Reading a benchmark: its pairs or questions, and the rows that can't be used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

from armo.atomic import file_sha256
from armo.benchmark.rules_of_rows import RuleCheck
from armo.benchmark.source_names import source_names, stem
from armo.data import BenchmarkRow, ResponsesRow
from armo.data.raw import UNDECODABLE, raw_rows
from armo.data.sets import Tally, find_set
from armo.data.sources import BENCHMARK_ROWS, RowTypes, Source, open_source
from armo.errors import DataError
from armo.rejects import Reject

Rows: TypeAlias = Sequence[BenchmarkRow | ResponsesRow]
# Rows that are looked at to tell pairs from questions with several responses.
_LOOKED_AT = 100


@dataclass(frozen=True)
class Origin:
    """Where rows came from, so that figures can be traced to it.

    Attributes:
        name: The file's name, or that of the set or hub set.
        sha256: Of the file; None for a hub set.
        set: The known set in whose layout it was read; empty for native rows.
        hub: The hub set; empty for a file.
        commit: Of the hub set; None if unknown.
        options: Of the known set.
    """

    name: str
    sha256: str | None
    set: str
    hub: str
    commit: str | None
    options: dict[str, Any]


@dataclass(frozen=True)
class Benchmark:
    """The rows of a benchmark, all of one kind.

    Attributes:
        name: A file's name without its endings, or a set's; several are joined by `+`.
        origins: Where its rows came from.
        ids: One an entry of `rows`.
        rows: Rows that can be used.
        rejects: Rows that can't, with reasons.
        notes: How often each thing was met that a reader should know of.
    """

    name: str
    origins: list[Origin]
    ids: list[str]
    rows: Rows
    rejects: list[Reject]
    notes: dict[str, int]

    @property
    def kind(self) -> Literal["pairs", "questions"]:
        """What its rows are: pairs, or questions with several responses."""
        return "pairs" if isinstance(self.rows[0], BenchmarkRow) else "questions"


def read_benchmark(path: Path) -> Benchmark:
    """Read a file of native rows.

    Raises:
        DataError: If there is no such file, or no row of it can be used.
    """
    return read_sources([Source(file=str(path))])


def read_sources(sources: Sequence[Source]) -> Benchmark:
    """Read a benchmark that lies in one source or in several.

    Ids are each source's own affair, so where there are several every id begins with its source's
    name. A row that an earlier source has too, with the same id, is not read again.

    Raises:
        DataError: If a source can't be read, none of its rows can be used, or rows are of two kinds.
        InputError: If a known set does not have an option that is given.
        MissingExtraError: If a hub set is named and the hub's library is not installed.
    """
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    origins: list[Origin] = []
    found = _Found()
    names = source_names(sources)
    for source, name in zip(sources, names, strict=True):
        before, usable = len(rejects), len(found.rows)
        for row_id, row in _rows(source, name, tally):
            full_id = f"{name}/{row_id}" if len(sources) > 1 and not source.set else row_id
            if complaint := found.add(full_id, row_id, row):
                rejects.append(Reject(full_id, complaint, source.file or source.label))
        if len(found.rows) == usable:
            raise DataError(_nothing(source, rejects[before:]))
        origins.append(_origin(source, tally))
    return Benchmark(
        "+".join(stem(name, source) for source, name in zip(sources, names, strict=True)),
        origins,
        list(found.rows),
        _of_one_kind(found.rows.values()),
        rejects,
        dict(sorted(tally.notes.items())),
    )


class _Found:
    """The rows that can be used, one after the other.

    Attributes:
        rows: By an id that no other row has.
    """

    def __init__(self) -> None:
        self.rows: dict[str, BenchmarkRow | ResponsesRow] = {}
        self._first_with: dict[str, BenchmarkRow | ResponsesRow] = {}
        self._rules = RuleCheck()

    def add(self, full_id: str, own_id: str, row: BenchmarkRow | ResponsesRow) -> str:
        """Take a row, or return why it can't be used."""
        # Two files may both count from 0, but one row is not to count twice.
        first = self._first_with.setdefault(own_id, row)
        if full_id in self.rows or (first is not row and first == row):
            return f"id: '{own_id}' stands in an earlier source already"
        complaint = self._rules.complaint(row)
        if not complaint:
            self.rows[full_id] = row
        return complaint


def _rows(
    source: Source, name: str, tally: Tally
) -> Iterator[tuple[str, BenchmarkRow | ResponsesRow]]:
    """Yield the rows of a source; those of a known set are numbered below the source's name."""
    if not source.set:
        yield from open_source(source, _row_types(source), tally)
        return
    named = dataclasses.replace(source, name=source.name or name)
    for row_id, row in open_source(named, _row_types(source), tally):
        row.source = source.name or source.set
        yield row_id, row


def _row_types(source: Source) -> RowTypes:
    """Return which rows to read: of a native file one kind, so that each bad row has its own reason."""
    if not source.file or source.set:
        return BENCHMARK_ROWS
    for _, decode in islice(raw_rows(Path(source.file), dict), _LOOKED_AT):
        try:
            row = decode()
        except UNDECODABLE:
            continue
        if "responses" in row:
            return ResponsesRow
    return BenchmarkRow


def _of_one_kind(rows: Iterable[BenchmarkRow | ResponsesRow]) -> Rows:
    pairs: list[BenchmarkRow] = []
    questions: list[ResponsesRow] = []
    for row in rows:
        if isinstance(row, BenchmarkRow):
            pairs.append(row)
        else:
            questions.append(row)
    if pairs and questions:
        raise DataError(
            f"{len(pairs):,} rows are pairs and {len(questions):,} have several responses; they are "
            "counted differently, so evaluate them one after the other"
        )
    return pairs or questions


def _nothing(source: Source, rejects: Sequence[Reject]) -> str:
    first = f"{rejects[0].where}: {rejects[0].reason}" if rejects else "it yields none"
    told = f"{source.file or source.label}: none of {len(rejects):,} rows can be used; the first: {first}"
    if source.set:
        return told
    return (
        f"{told}. A row has 'id', 'prompt' and 'subset', and 'chosen' and 'rejected', or 'responses' "
        "and a 'rule'; a file in a known set's own layout is named SET:FILE. See docs/evaluation.md"
    )


def _origin(source: Source, tally: Tally) -> Origin:
    hub = "" if source.file else source.hub or find_set(source.set, "benchmark").hub
    return Origin(
        name=Path(source.file).name if source.file else source.set or source.hub,
        sha256=file_sha256(Path(source.file)) if source.file else None,
        set=source.set,
        hub=hub,
        commit=tally.commits.get(hub),
        options=dict(source.options),
    )
