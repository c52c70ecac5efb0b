"""The tables of `armo data overlap`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from armo.overlap import KINDS, Cell, Match, OverlapReport
from armo.report.parts import heading, number, table

_EVERY = "any source"


def overlap_view(report: OverlapReport, examples: int) -> RenderableType:
    """Return what was found: counts, a table of subsets by training source, and examples."""
    parts: list[RenderableType] = [heading("Overlap of training rows with the benchmark")]
    parts.append(_verdict(report))
    if report.cells:
        parts += [
            heading("Benchmark rows that are repeated, each by its gravest kind"),
            _table(report),
            Text(
                "Subsets that have none: "
                f"{len(report.benchmark_rows) - len(report.touched):,} of {len(report.benchmark_rows):,}",
                style="dim",
            ),
        ]
    shown = report.worst[:examples]
    if shown:
        parts += [heading(f"The worst {len(shown):,} of {len(report.worst):,}"), *_examples(shown)]
    return Group(*parts)


def _verdict(report: OverlapReport) -> Text:
    train, rows = sum(report.train_rows.values()), sum(report.benchmark_rows.values())
    touched = sum(report.touched.values())
    near = (
        "equal texts only"
        if report.threshold == 1
        else f"near-duplicates from a Jaccard similarity of {report.threshold:g}"
    )
    share = f" ({touched / rows:.1%})" if touched else ""
    return Text(
        f"{touched:,} of {rows:,} benchmark rows{share} repeated in {train:,} training rows; {near}.",
        style="bold" if touched else "",
    )


def _table(report: OverlapReport) -> Table:
    kinds = [kind for kind in KINDS if report.matches.get(kind)]
    numbers = map(number, ("rows", "repeated", "share", *kinds))
    made = table("subset", "training source", *numbers)
    for subset, cells in _by_subset(report.cells).items():
        rows = report.benchmark_rows[subset]
        for cell in cells:
            made.add_row(
                *_line(subset, cell.source, rows, cell.touched),
                *(f"{cell.kinds[kind]:,}" if kind in cell.kinds else "" for kind in kinds),
            )
        if len(cells) > 1:
            made.add_row(*_line(subset, _EVERY, rows, report.touched[subset]), style="bold")
    return made


def _line(subset: str, source: str, rows: int, touched: int) -> tuple[RenderableType, ...]:
    return Text(subset), Text(source), f"{rows:,}", f"{touched:,}", f"{touched / rows:.1%}"


def _by_subset(cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    grouped: dict[str, list[Cell]] = {}
    for cell in cells:
        grouped.setdefault(cell.subset, []).append(cell)
    return grouped


def _examples(matches: Sequence[Match]) -> Iterator[RenderableType]:
    for match in matches:
        yield Text.assemble((match.described(), "bold"), f" in {match.subset}")
        for name, row, text in (
            ("benchmark", match.benchmark_id, match.benchmark_text),
            ("training", match.train_id, match.train_text),
        ):
            yield Padding(Text.assemble((f"{name} '{row}': ", "dim"), text), (0, 0, 0, 2))
