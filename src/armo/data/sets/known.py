"""What a known data set is: where it lies, what it holds, and how its own rows become native ones."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from armo.data.rows import NativeRow
from armo.errors import DataError, InputError, nearest
from armo.rejects import Reject

__all__ = ["Adapter", "Kind", "KnownSet", "NativeRow", "RawRow", "Tally", "row_by_row"]

Kind: TypeAlias = Literal["ratings", "preferences", "benchmark"]


class RawRow(NamedTuple):
    """A row in the set's own layout.

    Attributes:
        id: What native rows made from it are called; one that yields several adds `/…`.
        where: File and line, or set and row number, for messages.
        value: Its fields.
        file: The file that it stands in; None for a row of the hub.
    """

    id: str
    where: str
    value: Mapping[str, Any]
    file: Path | None = None


class Tally:
    """What converting a set met: rows that can't be used, and counts of what was changed or missing.

    Attributes:
        notes: How often each thing was met, by a sentence that tells it.
        commits: Which commit of each hub set was read.
        where: Where the raw row stands that was read last.
        on_reject: Takes each row, or part of one, that can't be used.
    """

    def __init__(self, on_reject: Callable[[Reject], None]) -> None:
        self.notes: Counter[str] = Counter()
        self.commits: dict[str, str] = {}
        self.where = ""
        self.on_reject = on_reject

    def note(self, what: str, times: int = 1) -> None:
        """Count something that people should know of, though no row is lost by it."""
        self.notes[what] += times

    def reject(self, row: RawRow, reason: str, part: str = "") -> None:
        """Give up a row, or a part of it (`completions[2]`), for a reason."""
        named = f"{part}: {reason}" if part else reason
        self.on_reject(Reject(f"{row.id}/{part}" if part else row.id, named, row.where))


Adapter: TypeAlias = Callable[..., Iterator[NativeRow]]
"""`adapter(rows: Iterable[RawRow], tally: Tally, **options) -> Iterator[NativeRow]`."""


def row_by_row(convert: Callable[..., Iterable[NativeRow]]) -> Adapter:
    """Make an adapter of `convert(row: RawRow, tally: Tally, **options)`, which sees one row at a time.

    A DataError that it raises rejects the row, with its sentence as the reason.
    """

    def adapter(rows: Iterable[RawRow], tally: Tally, **options: Any) -> Iterator[NativeRow]:
        for row in rows:
            try:
                yield from convert(row, tally, **options)
            except DataError as error:
                tally.reject(row, str(error))

    adapter.__signature__ = inspect.signature(convert)  # type: ignore[attr-defined]
    adapter.__doc__ = convert.__doc__
    return adapter


@dataclass(frozen=True)
class KnownSet:
    """A published data set that armo reads by name.

    Attributes:
        name: What recipes call it.
        kind: What its rows become.
        hub: Its place on the hub, `owner/name`.
        adapter: Makes native rows of its own.
        licence: As its card says.
        layout: What its rows look like, in a line.
        tested_on: Whether real rows were at hand, or the documented layout only.
        split: Split that is read.
        subset: Configuration or folder of the hub set.
        rows: Rows of the split, as its card says; None if unknown.
        native_rows: Native rows that come of it, at most; None if unknown.
        paper_rows: How many the paper counts.
        objectives: Objectives that it rates.
        paper: Whether the paper names it for this use.
        note: What a user should know.
    """

    name: str
    kind: Kind
    hub: str
    adapter: Adapter
    licence: str
    layout: str
    tested_on: Literal["real rows", "documented layout"]
    split: str = "train"
    subset: str = ""
    rows: int | None = None
    native_rows: int | None = None
    paper_rows: int | None = None
    objectives: tuple[str, ...] = ()
    paper: bool = False
    note: str = ""

    def option_defaults(self) -> dict[str, Any]:
        """Return the adapter's options with their defaults."""
        parameters = inspect.signature(self.adapter).parameters.values()
        return {
            parameter.name: parameter.default
            for parameter in parameters
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }

    def record(self) -> dict[str, Any]:
        """Return all but the adapter, as JSON values, with the options in its place."""
        plain = {
            entry.name: getattr(self, entry.name)
            for entry in fields(self)
            if entry.name != "adapter"
        }
        return plain | {"options": self.option_defaults()}

    def convert(
        self, rows: Iterable[RawRow], tally: Tally, options: Mapping[str, Any]
    ) -> Iterator[NativeRow]:
        """Make native rows of the set's own.

        Raises:
            InputError: If an option is unknown, or of another type than its default.
        """
        self.check_options(options)
        return self.adapter(rows, tally, **options)

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Raise InputError if an option is unknown, or of another type than its default."""
        known = self.option_defaults()
        for name, value in options.items():
            if name not in known:
                told = f"known: {', '.join(known)}" if known else "the set has no options"
                raise InputError(
                    f"set '{self.name}': unknown option '{name}'{nearest(name, known)}; {told}"
                )
            wanted = type(known[name])
            # A bool is an int to Python, but nobody means a number by true.
            stray_bool = isinstance(value, bool) and wanted is not bool
            if stray_bool or not isinstance(value, (int, float) if wanted is float else wanted):
                raise InputError(
                    f"set '{self.name}': option '{name}' must be of type {wanted.__name__}, got {value!r}"
                )
