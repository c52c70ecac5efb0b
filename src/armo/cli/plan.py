"""`armo plan`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import JsonOption

_HELP = """Say what a recipe would do: sets, rows, splits, objectives, licences, disk, hours.

Files are counted; sets of the hub stand as their cards or the paper say. No hub is asked, and nothing is
written.

Examples:

    armo plan recipes/paper.toml --tokens-per-second 20000

    armo plan recipes/sample.toml --measure

    armo plan recipes/open.toml --data DIR --json | jq .reading
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", help=_HELP)(_plan)


def _plan(
    recipe: Annotated[Path, typer.Argument(help="TOML file; see recipes/.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of the data files, in place of the recipe's.")
    ] = None,
    tokens_per_second: Annotated[
        float | None, typer.Option(min=1e-3, help="Reading speed, for the hours.")
    ] = None,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="Measure the reading speed here, for some ten seconds."),
    ] = False,
    tokens_per_conversation: Annotated[
        float | None, typer.Option(min=1, help="Mean length of the hub's conversations.")
    ] = None,
    hidden_size: Annotated[
        int | None, typer.Option(min=1, help="Length of a feature, if the backbone is not here.")
    ] = None,
    json: JsonOption = False,
) -> None:
    from armo.training import read_recipe

    checked = read_recipe(recipe, data)

    import msgspec

    from armo.planning import Assumptions, make_plan
    from armo.report.console import console
    from armo.report.plan import plan_view

    given = Assumptions(tokens_per_second, tokens_per_conversation, hidden_size, measure)
    plan = make_plan(checked, given)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(plan) + b"\n")
    else:
        console().print(plan_view(plan))
