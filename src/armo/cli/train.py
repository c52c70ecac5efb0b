"""`armo train`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from armo.errors import InputError

_HELP = """Train a reward model: read, regress, debias, weigh, and measure.

Leaves OUT/model (the model), OUT/metrics.json, OUT/summary.txt and OUT/rejects.jsonl. What is done
already is skipped; killed at any time, the same command goes on where it was.

Examples:

    armo train recipes/sample.toml --out runs/sample

    armo train recipes/open.toml --data DIR --out runs/open

    armo train my.toml --out runs/mine --json > figures.json

    armo train pairs.toml --from runs/mine --out runs/pairs

    armo train pairs.toml --from runs/mine --stages gate --out runs/gate
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
    start: Annotated[
        Path | None,
        typer.Option("--from", help="Keep the objectives of this model; no ratings are needed."),
    ] = None,
    stages: Annotated[
        str | None, typer.Option(help="With --from: what to fit anew, debias,gate or gate.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    from armo.training import read_recipe

    later = _later_stages(stages, start)

    # A wrong recipe is told before torch takes its seconds to load.
    checked = read_recipe(recipe, data)

    import msgspec

    from armo.atomic import write_text
    from armo.progress import on_terminal
    from armo.report.console import console
    from armo.report.summary import summary, summary_text
    from armo.training.pipeline import train
    from armo.training.start import start_from

    trained = None if start is None else start_from(start, checked.backbone, later)
    run = train(checked, out, on_terminal, trained)
    write_text(out / "summary.txt", summary_text(run.metrics))
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(run.metrics) + b"\n")
    else:
        console().print(summary(run.metrics))
        typer.echo(f"\nmodel: {out / 'model'}")


def _later_stages(stages: str | None, start: Path | None) -> tuple[Literal["debias", "gate"], ...]:
    if stages is None:
        return ("debias", "gate")
    if start is None:
        raise InputError(
            "--stages says what to fit anew from a trained model: give --from MODEL too"
        )
    match [name.strip() for name in stages.split(",")]:
        case ["gate"]:
            return ("gate",)
        case ["debias", "gate"]:
            return ("debias", "gate")
    raise InputError(f"--stages {stages}: give debias,gate or gate; the gate rests on all others")
