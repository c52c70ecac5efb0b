"""`armo data overlap`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from armo.cli.common import JsonOption
from armo.errors import InputError

if TYPE_CHECKING:
    from armo.overlap import MatchRule, OverlapReport
    from armo.rejects import Reject

_HELP = """Find prompts and responses of a benchmark that training rows repeat, equal or nearly so.

TRAIN are files of ratings, preferences or conversations; BENCHMARK, the last, is a file of any kind of
rows, or a known benchmark by name. Rows that can't be read go to OUT.rejects.jsonl, or to
overlap.rejects.jsonl here. Near-duplicates need datasketch: `pip install 'armo[overlap]'`. The status
is 0 whatever is found, but for --fail.

Examples:

    armo data overlap ratings.jsonl.gz preferences.jsonl.gz rewardbench.jsonl

    armo data overlap preferences.jsonl rewardbench --match prompt --out overlap.jsonl

    armo data overlap mine.jsonl benchmark.jsonl --match prompt --fail --json > overlap.json
"""
_RULES = ("prompt", "response", "either", "both")


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("overlap", help=_HELP)(_overlap)


def _overlap(
    train: Annotated[list[Path], typer.Argument(help="Training files.", metavar="TRAIN...")],
    benchmark: Annotated[Path, typer.Argument(help="Benchmark file or name.", metavar="BENCHMARK")],
    threshold: Annotated[
        float,
        typer.Option(
            help="Lowest Jaccard similarity of near-duplicates; 1 means equal texts only."
        ),
    ] = 0.8,
    match: Annotated[
        str, typer.Option(help=f"What must be repeated to count: {', '.join(_RULES)}.")
    ] = "either",
    out: Annotated[
        Path | None,
        typer.Option(help="JSONL of all matches; rows that can't be read go beside it."),
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="How many examples are printed.")] = 5,
    fail: Annotated[
        bool, typer.Option("--fail", help="Exit with status 1 where anything is found.")
    ] = False,
    json: JsonOption = False,
) -> None:
    import msgspec

    from armo.rejects import write_rejects

    _refuse_inputs([*train, benchmark], out)
    bad: list[Reject] = []
    report = _find(train, benchmark, (threshold, _rule(match)), out, bad)
    if json:
        summary = {**report.summary(), "unreadable": len(bad)}
        sys.stdout.buffer.write(msgspec.json.encode(summary) + b"\n")
    else:
        from armo.report.console import console
        from armo.report.overlap import overlap_view

        console().print(overlap_view(report, examples))
    if out is not None:
        typer.echo(f"matches: {sum(report.matches.values()):,}, all in {out}", err=True)
    if bad:
        target = Path(f"{out or 'overlap'}.rejects.jsonl")
        write_rejects(target, bad)
        typer.echo(f"unreadable rows: {len(bad):,}; reasons: {target}", err=True)
    if fail and report.matches:
        raise typer.Exit(1)


def _refuse_inputs(inputs: list[Path], out: Path | None) -> None:
    targets = [] if out is None else [out, Path(f"{out}.rejects.jsonl")]
    for target in targets:
        if target.exists() and any(one.exists() and one.samefile(target) for one in inputs):
            raise InputError(
                f"{target} is an input, which would be overwritten: name another --out"
            )


def _find(
    train: list[Path],
    benchmark: Path,
    search: tuple[float, MatchRule],
    out: Path | None,
    bad: list[Reject],
) -> OverlapReport:
    import msgspec

    from armo.atomic import atomic_path
    from armo.overlap import find_overlap_of_files
    from armo.progress import on_terminal

    if out is None:
        return find_overlap_of_files(
            train, benchmark, *search, on_reject=bad.append, reporter=on_terminal
        )
    with atomic_path(out) as temporary, temporary.open("wb") as stream:
        return find_overlap_of_files(
            train,
            benchmark,
            *search,
            on_match=lambda match: stream.write(msgspec.json.encode(match) + b"\n"),
            on_reject=bad.append,
            reporter=on_terminal,
        )


def _rule(name: str) -> MatchRule:
    from armo.errors import InputError, nearest

    if name in _RULES:
        return cast("MatchRule", name)
    raise InputError(f"--match: '{name}'{nearest(name, _RULES)}; give one of {', '.join(_RULES)}")
