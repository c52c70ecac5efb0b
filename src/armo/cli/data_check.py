"""`armo data check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import JsonOption

_HELP = """Check files of ratings, preferences or benchmarks: each fault with its line and field.

A fault is what training would refuse, or what is surely wrong; what is odd but used is counted beside
it. A FILE holds native rows; a known SET (`armo data sets`) comes from the hub, and SET:FILE is a file
in its own layout, both with the set's options as ,NAME=VALUE. With --fix, the good rows go to
FILE.fixed.jsonl (.gz as the file is) and the faulty ones, with reasons, to a reject file beside it.
Exit status: 1 with faults, 0 without; with --fix, 0 if good rows of every file were written.

Examples:

    armo data check ratings.jsonl pairs.parquet

    armo data check ratings.jsonl --fix --out clean.jsonl.gz

    armo data check helpsteer:train.jsonl --kind ratings

    armo data check answers.csv --columns columns.toml --json | jq .files[0].reasons
"""


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("check", help=_HELP)(_check)


def _check(
    files: Annotated[
        list[str], typer.Argument(help="FILE, SET or SET:FILE, a set with ,NAME=VALUE options.")
    ],
    kind: Annotated[
        str, typer.Option(help="ratings, preferences, benchmark, responses or conversations.")
    ] = "",
    columns: Annotated[
        Path | None, typer.Option(help="TOML that says which column holds what.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write the good rows, and list the faulty ones.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Where --fix writes: .jsonl, .jsonl.gz or .parquet.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Let --fix replace what it wrote before.")
    ] = False,
    limit_faults: Annotated[
        int, typer.Option(min=0, help="How many faults of a file to list one by one.")
    ] = 20,
    json: JsonOption = False,
) -> None:
    from armo.check import Job, check_files, find_targets, plan_fixes

    targets = find_targets(files, kind, columns=columns)
    plans = plan_fixes([target.source for target in targets], fix, out, force)
    jobs = [Job(target, plan) for target, plan in zip(targets, plans, strict=True)]

    import msgspec

    from armo.progress import on_terminal
    from armo.report.checks import check_view
    from armo.report.console import console

    found = check_files(jobs, limit_faults, on_terminal)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(found.record()) + b"\n")
    else:
        console().print(check_view(found))
    good = all(file.written for file in found.files) if fix else found.clean
    raise typer.Exit(0 if good else 1)
