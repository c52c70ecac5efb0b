"""`armo train`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

_HELP = """Train a reward model: read, regress, debias, weigh, and measure.

Leaves OUT/model (the model), OUT/metrics.json, OUT/summary.txt and OUT/rejects.jsonl. What is done
already is skipped; killed at any time, the same command goes on where it was.

Examples:

    armo train recipes/sample.toml --out runs/sample

    armo train recipes/open.toml --data DIR --out runs/open

    armo train my.toml --out runs/mine --json > figures.json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train", help=_HELP)(_train)


def _train(
    recipe: Annotated[Path, typer.Argument(help="TOML file; see recipes/sample.toml.")],
    out: Annotated[Path, typer.Option(help="Folder for model, figures and features.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of the data files, in place of the recipe's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    from armo.training import read_recipe

    # A wrong recipe is told before torch takes its seconds to load.
    checked = read_recipe(recipe, data)

    import msgspec

    from armo.atomic import write_text
    from armo.progress import on_terminal
    from armo.report.console import console
    from armo.report.summary import summary, summary_text
    from armo.training.pipeline import train

    run = train(checked, out, on_terminal)
    write_text(out / "summary.txt", summary_text(run.metrics))
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(run.metrics) + b"\n")
    else:
        console().print(summary(run.metrics))
        typer.echo(f"\nmodel: {out / 'model'}")
