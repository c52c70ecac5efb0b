"""The tables of `armo data pairs`."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from armo.data.pairing import PairingReport
from armo.report.checks import printable
from armo.report.parts import heading, number, table


def pairing_view(report: PairingReport, rejects: int, rejects_file: str) -> RenderableType:
    """Return what became of rating rows: responses, pairs made and not made, pairs by source."""
    lines = {
        "rating rows": report.rows,
        "distinct responses": report.responses,
        "… without a rating that is needed": report.incomplete,
        "distinct prompts": report.prompts,
        "… with two or more rated responses": report.rated_prompts,
        "pairs made": report.pairs,
        "… not made, ties": report.ties,
        "… not made, gap too small": report.below_gap,
        "… not made, equal texts": report.equal,
        "… left out, prompt has enough": report.beyond_cap,
    }
    parts: list[RenderableType] = [
        heading(f"Pairs by {printable(report.by)}"),
        _table("", "count", lines),
    ]
    if report.repeated:
        told = f"{report.repeated:,} rows rate a response once more; its ratings are averaged"
        parts.append(Text(told, style="dim"))
    if any(report.sources):
        sources = {source or "(none given)": count for source, count in report.sources.items()}
        parts.append(_table("Source", "pairs", sources))
    if rejects:
        told = f"{rejects:,} rows can't be used; reasons: {printable(rejects_file)}"
        parts.append(Text(told, style="bold"))
    return Group(*parts)


def _table(first: str, second: str, lines: dict[str, int]) -> Table:
    made = table(first, number(second))
    for name, count in lines.items():
        made.add_row(Text(printable(name)), f"{count:,}")
    return made
