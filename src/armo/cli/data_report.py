"""`armo data report`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

_HELP = """Write one HTML page that shows what a data set looks like, and what is wrong with it.

Files of ratings, preferences, benchmark pairs, labelled responses and conversations, several of any kind
at once. The page needs no network and no other file: counts and histograms by objective and source, what
is missing, correlations, length, rater disagreement with its noise ceiling, pairs, examples, and rows
that can't be used; first of all a list of what to look at. The same files give the same page.

Examples:

    armo data report ratings.jsonl.gz pairs.parquet --out report.html

    armo data report ratings.jsonl --json - > figures.json

    armo data report ours/*.jsonl --out report.html --title "Ratings of spring"
"""


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("report", help=_HELP)(_report)


def _report(
    files: Annotated[
        list[Path],
        typer.Argument(help="JSONL, JSON, CSV, TSV (also .gz) or Parquet of native rows."),
    ],
    out: Annotated[Path | None, typer.Option(help="The HTML file to write.")] = None,
    json: Annotated[
        str | None, typer.Option(help="File for the figures as JSON; - is standard output.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Heading of the page.")] = None,
) -> None:
    from armo.atomic import write_json
    from armo.errors import InputError
    from armo.progress import on_terminal
    from armo.report.survey import check_extra, write_page
    from armo.report.survey.visible import visible
    from armo.survey import survey

    if out is None and json is None:
        raise InputError(
            "give --out for the page, such as --out report.html, or --json for figures"
        )
    _check_targets(files, out, json)
    if out is not None:
        # What is missing is told before the files take their minutes.
        check_extra()
    start = time.monotonic()
    found = survey(files, on_terminal)
    if json == "-":
        import msgspec

        sys.stdout.buffer.write(msgspec.json.encode(found.record()) + b"\n")
    elif json is not None:
        write_json(Path(json), found.record())
    if out is not None:
        write_page(found, out, title or "Label report")
    took = time.monotonic() - start
    figures = found.figures
    told = f"{figures.rows:,} rows, {figures.unusable_rows:,} more can't be used; {took:.1f} s"
    targets = ", ".join(str(place) for place in (out, json) if place not in (None, "-"))
    # Standard output is the figures' alone.
    typer.echo(f"{told}; {targets}" if targets else told, err=json == "-")
    for finding in found.findings:
        line = f"{finding.severity}: {finding.head}. {visible(finding.text)}"
        typer.echo(line, err=json == "-")


def _check_targets(files: list[Path], out: Path | None, json: str | None) -> None:
    from armo.errors import InputError

    written = [place for place in (out, None if json in (None, "-") else Path(json)) if place]
    for place in written:
        if place.resolve() in {file.resolve() for file in files}:
            raise InputError(f"{place} is one of the files to read; it would be written over")
    if len({place.resolve() for place in written}) < len(written):
        raise InputError(f"--out and --json are both {out}; give two names")
