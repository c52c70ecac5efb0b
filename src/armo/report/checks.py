"""The tables of `armo data check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.check.result import Check, FileCheck
from armo.reasons import Reason
from armo.report.parts import folded, heading, number, table

_SOURCES_SHOWN = 12


def check_view(check: Check) -> RenderableType:
    """Return what a check found: file by file, then all together."""
    parts = [_file_view(file) for file in check.files]
    if len(check.files) > 1:
        parts += [
            heading(f"All {len(check.files)} files"),
            _totals(check.files),
            *_listed("Odd, but used", check.warnings, ""),
        ]
    return Group(*parts)


def printable(text: str) -> str:
    """Return text of a row with what would move a terminal's cursor written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _file_view(file: FileCheck) -> RenderableType:
    kind = f": {file.kind}" if file.kind else ""
    return Group(
        heading(f"{printable(file.name)}{kind}"),
        *_unreadable(file),
        *_counts(file),
        *_listed("Faults", file.reasons, file.name),
        *_one_by_one(file),
        *_listed("Odd, but used", file.warnings, file.name),
        *_notes(file.notes),
        *_objectives(file.objectives),
        *_sources(file.sources),
        *_written(file),
    )


def _unreadable(file: FileCheck) -> Iterator[RenderableType]:
    if file.unreadable:
        yield Text(f"can't be read: {printable(file.unreadable)}", style="bold red")


def _counts(file: FileCheck) -> Iterator[RenderableType]:
    if not file.rows:
        return
    style = "bold red" if file.faulty else "bold green"
    yield Text.assemble(
        f"{file.rows:,} rows: {file.good:,} good, ", (f"{file.faulty:,} faulty", style)
    )
    if file.good:
        yield Text(f"distinct prompts: {file.prompts:,}; groups of the split: {file.groups:,}")
        yield _lengths(file)


def _lengths(file: FileCheck) -> Table:
    made = _table("characters", "mean", "longest", "empty")
    made.add_column("the longest stands at")
    for name, found in (
        ("prompt", file.prompt_characters),
        ("response", file.response_characters),
    ):
        made.add_row(
            name,
            f"{found['mean']:,.0f}",
            f"{found['longest']:,}",
            f"{found['empty']:,}",
            Text(_place(found["longest_at"], file.name)),
        )
    return made


def _listed(title: str, reasons: Sequence[Reason], name: str) -> Iterator[RenderableType]:
    if not reasons:
        return
    made = _table(title, "rows")
    made.add_column("first")
    for reason in reasons:
        example = reason.example
        made.add_row(
            Text(printable(reason.reason)),
            f"{reason.count:,}",
            Text(_place(example.where, name) or printable(example.id)),
        )
    yield made


def _one_by_one(file: FileCheck) -> Iterator[RenderableType]:
    if not file.faults:
        return
    more = file.faulty - len(file.faults)
    yield Text(f"The first {len(file.faults):,} of them:" if more else "One by one:", style="bold")
    for fault in file.faults:
        line = f"{_place(fault.where, file.name)}: {printable(fault.reason)}"
        yield Padding(Text(line), (0, 0, 0, 2))
    if more:
        yield Padding(Text(f"and {more:,} more", style="dim"), (0, 0, 0, 2))


def _notes(notes: Mapping[str, int]) -> Iterator[RenderableType]:
    if notes:
        made = _table("Met while converting", "times")
        for note, count in notes.items():
            made.add_row(Text(printable(note)), f"{count:,}")
        yield made


def _objectives(objectives: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if not objectives:
        return
    made = _table("Objectives", "ratings", "scale", "lowest", "mean", "highest")
    for labels in objectives:
        scale = "no or yes" if labels["boolean"] else f"{labels['low']:g} to {labels['high']:g}"
        made.add_row(
            Text(printable(labels["name"])),
            f"{labels['count']:,}",
            scale,
            f"{labels['lowest']:g}",
            f"{labels['mean']:.3g}",
            f"{labels['highest']:g}",
        )
    yield made


def _sources(sources: Mapping[str, int]) -> Iterator[RenderableType]:
    if not any(sources):
        return
    made = _table("Sources", "good rows")
    shown = list(sources.items())[:_SOURCES_SHOWN]
    for source, count in shown:
        made.add_row(Text(printable(source) or "(none given)"), f"{count:,}")
    if rest := len(sources) - len(shown):
        others = sum(sources.values()) - sum(count for _, count in shown)
        made.add_row(Text(f"{rest:,} others", style="dim"), f"{others:,}")
    yield made


def _written(file: FileCheck) -> Iterator[RenderableType]:
    if file.written:
        yield Text(f"{file.good:,} good rows: {printable(file.written)}")
    elif file.rejects:
        yield Text("no row is good, so none was written", style="bold")
    if file.rejects:
        yield Text(f"{file.faulty:,} faulty rows, with reasons: {printable(file.rejects)}")


def _totals(files: Sequence[FileCheck]) -> Table:
    made = _table("", "rows", "good", "faulty")
    for file in files:
        name = printable(file.name) + (" (can't be read)" if file.unreadable else "")
        made.add_row(Text(name), f"{file.rows:,}", f"{file.good:,}", f"{file.faulty:,}")
    made.add_section()
    columns = ([file.rows for file in files], [f.good for f in files], [f.faulty for f in files])
    made.add_row("together", *(f"{sum(column):,}" for column in columns))
    return made


def _place(where: str, name: str) -> str:
    """Return where a row stands, without the name of a file that the heading has."""
    rest = where.removeprefix(name) if name else where
    if rest != where and rest.startswith(":"):
        return f"line {rest[1:]}"
    return printable(rest.strip() if rest else where)


def _table(first: str, *others: str) -> Table:
    return table(folded(first), *(number(title, wrap=False) for title in others))
