"""`armo eval`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from armo.cli.common import BackboneOption, JsonOption, SteerOption, load_model

if TYPE_CHECKING:
    from rich.console import RenderableType

    from armo.benchmark import Benchmark

_HELP = """Measure a model on a benchmark: by subset, beside simpler weights.

A benchmark is a FILE of pairs with a "subset", or of prompts with several labelled "responses" and
the "rule" that scores them; a known SET by its name (`armo data sets`), which comes from the hub; or
SET:FILE, a file in a known set's own layout. Options follow a set as ,NAME=VALUE: split, configuration
and revision say what is read of the hub, others are the set's own. RewardBench's subsets give its
sections, and its score where nothing is missing. Leaves eval.json, misjudged.jsonl (worst first) and
rejects.jsonl in OUT; a steering's name stands in those of the first two. Killed at any time, the same
command goes on where it was.

The model may also be a pairwise preference model (its folder), an LLM as a judge (a TOML file with what
[systems.NAME] says of it in a recipe), or a model in the published layout, by folder or hub name. Of the
first two there are accuracies of pairs, in eval.json and scores.jsonl.

Examples:

    armo eval runs/sample --benchmark pairs.jsonl.gz --out runs/sample/eval/mine --json > figures.json

    armo eval runs/sample --benchmark rewardbench --benchmark prior-sets

    armo eval runs/sample --benchmark rewardbench:filtered.parquet --benchmark prior-sets:shp.parquet

    armo eval runs/sample --benchmark m-rewardbench,configuration=deu_Latn

    armo eval runs/sample --benchmark pairs.jsonl --steer safety.toml

    armo eval judge.toml --benchmark pairs.jsonl --out runs/judge

    armo explain runs/sample --file runs/sample/eval/pairs/misjudged.jsonl
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("eval", help=_HELP)(_eval)


def _eval(
    model: Annotated[
        Path,
        typer.Argument(
            help="Model folder, run folder of `armo train`, folder of a preference model, a model in the "
            "published layout by folder or hub name, or TOML file of a judge."
        ),
    ],
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
    from armo.benchmark import default_folder, read_sources
    from armo.data.naming import parse_source
    from armo.rivals.opening import is_other_system, refuse_options

    other = is_other_system(model)
    if other:
        refuse_options(model, steer, backbone)
    # A wrong file is told before the backbone takes its seconds to load.
    rows = read_sources([parse_source(name, ["benchmark"]) for name in benchmark])
    folder = out or default_folder(model, rows.name)
    if other:
        _eval_other(model, rows, folder, json)
        return
    from armo.benchmark import evaluate
    from armo.progress import on_terminal
    from armo.report.benchmark import benchmark_view

    figures = evaluate(load_model(model, steer, backbone), rows, folder, on_terminal)
    _show(figures, benchmark_view, json)
    if not json:
        typer.echo(f"\nfigures, misjudged {rows.kind} and rejects: {folder}")


def _eval_other(path: Path, rows: Benchmark, folder: Path, json: bool) -> None:
    """Measure a preference model or a judge."""
    from armo.leaderboard.evaluation import evaluate_system
    from armo.progress import on_terminal
    from armo.report.one_system import system_view
    from armo.rivals.opening import open_other

    system = open_other(path, folder / "answers")
    figures = evaluate_system(system, path.resolve().stem, rows, folder, on_terminal)
    _show(figures, system_view, json)
    if not json:
        typer.echo(f"\nfigures, results of each pair and rejects: {folder}")


def _show(
    figures: Mapping[str, Any], view: Callable[[Mapping[str, Any]], RenderableType], json: bool
) -> None:
    import msgspec

    from armo.report.console import console

    if json:
        sys.stdout.buffer.write(msgspec.json.encode(figures) + b"\n")
    else:
        console().print(view(figures))
