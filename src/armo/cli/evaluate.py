"""`armo eval`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import BackboneOption, JsonOption, ModelArgument, SteerOption, load_model

_HELP = """Measure a model on a benchmark: by subset, beside simpler weights.

A benchmark is a FILE of pairs with a "subset", or of prompts with several labelled "responses" and
the "rule" that scores them; a known SET by its name (`armo data sets`), which comes from the hub; or
SET:FILE, a file in a known set's own layout. Options follow a set as ,NAME=VALUE: split, configuration
and revision say what is read of the hub, others are the set's own. RewardBench's subsets give its
sections, and its score where nothing is missing. Leaves eval.json, misjudged.jsonl (worst first) and
rejects.jsonl in OUT; a steering's name stands in those of the first two. Killed at any time, the same
command goes on where it was.

Examples:

    armo eval runs/sample --benchmark pairs.jsonl.gz --out runs/sample/eval/mine --json > figures.json

    armo eval runs/sample --benchmark rewardbench --benchmark prior-sets

    armo eval runs/sample --benchmark rewardbench:filtered.parquet --benchmark prior-sets:shp.parquet

    armo eval runs/sample --benchmark m-rewardbench,configuration=deu_Latn

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
        typer.Option(
            help="FILE, SET or SET:FILE, a set with ,NAME=VALUE options; repeat for several as one.",
            metavar="NAME",
        ),
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
    from armo.benchmark import default_folder, evaluate, read_sources
    from armo.data.naming import parse_source

    # A wrong file is told before the backbone takes its seconds to load.
    rows = read_sources([parse_source(name, ["benchmark"]) for name in benchmark])
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
