"""`armo eval`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import BackboneOption, JsonOption, ModelArgument, SteerOption, load_model

_HELP = """Measure a model on a benchmark: accuracy by subset and section, beside simpler weights.

Rows are preference rows with a "subset" and, if you like, a "category". RewardBench's own subsets give
its sections, and its score where nothing is missing. Leaves eval.json, misjudged.jsonl (worst first)
and rejects.jsonl in OUT; a steering's name stands in those of the first two. Killed at any time, the
same command goes on where it was.

Examples:

    armo eval runs/sample --benchmark rewardbench.parquet

    armo eval runs/sample --benchmark pairs.jsonl.gz --out runs/sample/eval/mine --json > figures.json

    armo eval runs/sample --benchmark pairs.jsonl --steer safety.toml

    armo explain runs/sample --file runs/sample/eval/pairs/misjudged.jsonl
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval", help=_HELP)(_eval)


def _eval(
    model: ModelArgument,
    benchmark: Annotated[
        Path, typer.Option(help="JSONL, gzip'd JSONL or Parquet of pairs with a subset.")
    ],
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
    from armo.benchmark import default_folder, evaluate, read_benchmark

    # A wrong file is told before the backbone takes its seconds to load.
    pairs = read_benchmark(benchmark)
    loaded = load_model(model, steer, backbone)

    import msgspec

    from armo.progress import on_terminal
    from armo.report.benchmark import benchmark_view
    from armo.report.console import console

    folder = out or default_folder(model, pairs.name)
    figures = evaluate(loaded, pairs, folder, on_terminal)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(figures) + b"\n")
    else:
        console().print(benchmark_view(figures))
        typer.echo(f"\nfigures, misjudged pairs and rejects: {folder}")
