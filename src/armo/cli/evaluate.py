"""`armo eval`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import BackboneOption, JsonOption, ModelArgument, SteerOption, load_model

_HELP = """Measure a model on a benchmark: by subset, beside simpler weights.

A benchmark is a file of pairs with a "subset", a file of prompts with several labelled "responses" and
the "rule" that scores them, or a known set by its name (`armo data sets`), which comes from the hub.
With --layout a file is read as a known set's own. RewardBench's subsets give its sections, and its
score where nothing is missing. Leaves eval.json, misjudged.jsonl (worst first) and rejects.jsonl in
OUT; a steering's name stands in those of the first two. Killed at any time, the same command goes on
where it was.

Examples:

    armo eval runs/sample --benchmark pairs.jsonl.gz --out runs/sample/eval/mine --json > figures.json

    armo eval runs/sample --benchmark rewardbench --benchmark prior-sets

    armo eval runs/sample --benchmark chat_filtered.json --layout rm-bench --option subset=chat

    armo eval runs/sample --benchmark pairs.jsonl --steer safety.toml

    armo explain runs/sample --file runs/sample/eval/pairs/misjudged.jsonl
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval", help=_HELP)(_eval)


def _eval(
    model: ModelArgument,
    benchmark: Annotated[
        list[str],
        typer.Option(help="File of benchmark rows, or a known set; repeat for several as one."),
    ],
    layout: Annotated[str, typer.Option(help="Known set in whose own layout the files are.")] = "",
    option: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE for the known set, or its split, configuration or revision."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the figures; else RUN/eval/NAME; MODEL-eval/NAME beside a bare model."
        ),
    ] = None,
    steer: SteerOption = None,
    backbone: BackboneOption = None,
    json: JsonOption = False,
) -> None:
    from armo.benchmark import (
        benchmark_sources,
        default_folder,
        evaluate,
        parse_options,
        read_sources,
    )

    # A wrong file is told before the backbone takes its seconds to load.
    sources = benchmark_sources(benchmark, layout, parse_options(option or []))
    rows = read_sources(sources)
    loaded = load_model(model, steer, backbone)

    import msgspec

    from armo.progress import on_terminal
    from armo.report.benchmark import benchmark_view
    from armo.report.console import console

    folder = out or default_folder(model, rows.name)
    figures = evaluate(loaded, rows, folder, on_terminal)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(figures) + b"\n")
    else:
        console().print(benchmark_view(figures))
        typer.echo(f"\nfigures, misjudged {rows.kind} and rejects: {folder}")
