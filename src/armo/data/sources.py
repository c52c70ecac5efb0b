"""What a recipe may name as a source, opened: native rows of a file, a known set, or any hub set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from armo.data.columns import Columns, mapped_rows
from armo.data.files import checked, distinct, read_rows
from armo.data.hub import HubSet, hub_rows
from armo.data.kinds import ROW_TYPES, kind_of_file
from armo.data.raw import UNDECODABLE, fault, present, raw_rows
from armo.data.rows import BenchmarkRow, PreferenceRow, RatingRow, ResponsesRow
from armo.data.sets import Kind, KnownSet, NativeRow, RawRow, Tally, find_set
from armo.errors import DataError

RowTypes: TypeAlias = type[NativeRow] | tuple[type[NativeRow], ...]
BENCHMARK_ROWS: tuple[type[NativeRow], ...] = (BenchmarkRow, ResponsesRow)


@dataclass(frozen=True)
class Source:
    """One source of rows. Without `set` and `columns`, its rows are native.

    Attributes:
        file: A file of this machine.
        set: A known set, in its own layout; from the hub unless `file` says where it lies.
        hub: A set of the hub, `owner/name`, in place of the one that a known set has.
        subset: Configuration of the hub set, or its folder.
        split: Split of the hub set; several joined by `+`.
        revision: Commit, tag or branch of the hub set.
        streaming: Read the hub set over the network each time, for sets that no disk here would hold.
        name: What rows are said to come from: native ones that do not say so themselves, all of a
            known set or a column map.
        columns: Which columns hold what, for rows of any other layout.
        options: Options of a known set.
    """

    file: str = ""
    set: str = ""
    hub: str = ""
    subset: str = ""
    split: str = ""
    revision: str = ""
    streaming: bool = False
    name: str = ""
    columns: Columns | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What messages and tables call it."""
        return self.name or self.set or self.hub or self.file

    def complaint(self) -> str:
        """Return why this names no source, or an empty string if it does."""
        if not (self.file or self.set or self.hub):
            return "name a file, a set, or a hub set"
        if self.set and self.columns is not None:
            return "a known set has its own layout: give set or columns, not both"
        if self.options and not self.set:
            return "options belong to a known set"
        if self.file and self.hub:
            return "give file or hub, not both"
        if self.file and (self.subset or self.split or self.revision):
            return "subset, split and revision belong to a set of the hub, not to a file"
        return ""


def open_source(source: Source, row_types: RowTypes, tally: Tally) -> Iterator[tuple[str, Any]]:
    """Yield the good rows of a source with their ids; the others go, with reasons, to the tally.

    Args:
        source: Where rows are.
        row_types: RatingRow, PreferenceRow, or `BENCHMARK_ROWS`.
        tally: Takes rejects, notes of what was changed, and the commits of hub sets.

    Raises:
        DataError: If it can't be read at all, or holds no rows.
        InputError: If a known set does not have an option that is given.
        MissingExtraError: If the hub's library is not installed.
    """
    if complaint := source.complaint():
        raise DataError(f"source '{source.label}': {complaint}")
    kinds = row_types if isinstance(row_types, tuple) else (row_types,)
    if source.file and not source.set and source.columns is None:
        yield from _native_file(source, kinds, tally)
        return
    # Adapters of ratings and pairs check what they make, so as to reject no more than a part of a row.
    by_adapter = bool(source.set) and kind_of(kinds) != "benchmark"
    passed = distinct if by_adapter else checked
    yield from passed(_converted(source, kinds, tally), lambda: tally.where, tally.on_reject)
    if not tally.where:
        raise DataError(f"source '{source.label}': it holds no row that can be decoded")


def _watched(rows: Iterable[RawRow], tally: Tally) -> Iterator[RawRow]:
    for row in rows:
        tally.where = row.where
        yield row


def _native_file(
    source: Source, kinds: tuple[type[NativeRow], ...], tally: Tally
) -> Iterator[tuple[str, Any]]:
    path = Path(source.file)
    kind: Any = kinds[0] if len(kinds) == 1 else ROW_TYPES[kind_of_file(path)]
    if kind not in kinds:
        wanted = " or ".join(name for name, row_type in ROW_TYPES.items() if row_type in kinds)
        raise DataError(f"{path}: its rows are {kind_of_file(path)}, not {wanted}")
    for row_id, row in read_rows(path, kind, tally.on_reject):
        if source.name and not row.source:
            row.source = source.name
        yield row_id, row


def _converted(
    source: Source, kinds: tuple[type[NativeRow], ...], tally: Tally
) -> Iterator[NativeRow]:
    if source.set:
        known = find_set(source.set, kind_of(kinds))
        rows = known.convert(_watched(_raw(source, known, tally), tally), tally, source.options)
        for row in rows:
            if source.name:
                row.source = source.name
            yield row
        return
    raw = _watched(_raw(source, None, tally), tally)
    if source.columns is not None:
        yield from mapped_rows(raw, kinds[0], source.columns, source.label, tally)
    else:
        yield from _native_hub_rows(raw, kinds, source.name, tally)


def _native_hub_rows(
    raw: Iterable[RawRow], kinds: tuple[type[NativeRow], ...], name: str, tally: Tally
) -> Iterator[NativeRow]:
    for row in raw:
        kind: Any = ResponsesRow if ResponsesRow in kinds and "responses" in row.value else kinds[0]
        try:
            made = msgspec.convert({"id": row.id} | present(dict(row.value)), kind)
        except msgspec.ValidationError as error:
            tally.reject(row, fault(error))
            continue
        made.source = made.source or name
        yield made


def _raw(source: Source, known: KnownSet | None, tally: Tally) -> Iterator[RawRow]:
    name = source.name or source.set or Path(source.file or source.hub).name
    if source.file:
        yield from _raw_file(Path(source.file), name, tally)
        return
    wanted = HubSet(
        repo=source.hub or (known.hub if known else ""),
        subset=source.subset or (known.subset if known else ""),
        split=source.split or (known.split if known else "train"),
        revision=source.revision,
        streaming=source.streaming,
    )
    found = hub_rows(wanted)
    tally.commits[wanted.repo] = found.commit
    for number, value in enumerate(found.rows, start=1):
        yield RawRow(f"{name}/{number}", f"{wanted.repo} row {number}", value)


def _raw_file(path: Path, name: str, tally: Tally) -> Iterator[RawRow]:
    for number, (where, decode) in enumerate(raw_rows(path, dict), start=1):
        row_id = f"{name}/{number}"
        try:
            value: Mapping[str, Any] = decode()
        except UNDECODABLE as error:
            tally.reject(RawRow(row_id, where, {}), fault(error))
            continue
        yield RawRow(row_id, where, value, path)


def kind_of(kinds: tuple[type[NativeRow], ...]) -> Kind:
    """Return what rows of these types are called in the registries of known sets."""
    if kinds == (RatingRow,):
        return "ratings"
    return "preferences" if kinds == (PreferenceRow,) else "benchmark"
