"""`armo leaderboard`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armo.cli.common import JsonOption
from armo.errors import DataError, InputError, RecipeError, nearest

if TYPE_CHECKING:
    from armo.data.sources import Source
    from armo.leaderboard.compare import Outcome
    from armo.rivals.settings import AnySystem
    from armo.training.recipe import Recipe

_HELP = """Compare systems: train or load each, judge the same pairs, and say who wins.

The recipe's own reward model is judged under its gate, under fixed weights, under uniform ones and by its
best single objective, beside a linear Bradley–Terry head on the same features. Tables [systems.NAME] add
others: fine-tuned Bradley–Terry and multi-objective models, a pairwise preference model, HelpSteer2's
coefficients, an LLM as a judge, a finished model. The benchmark stands in the recipe's [leaderboard], or
behind --benchmark, named as for `armo eval`. A system that can't be had is listed with the reason.

Leaves leaderboard.json and leaderboard.html in OUT, and a folder for each system with what it said of
each pair. What is done already is skipped; killed at any time, the same command goes on where it was.

Examples:

    armo leaderboard recipes/sample.toml --benchmark pairs.jsonl.gz --out runs/compared

    armo leaderboard my.toml --data DIR --out runs/compared

    armo leaderboard my.toml --benchmark rewardbench --benchmark prior-sets --out runs/compared

    armo leaderboard my.toml --only gate --only fixed --out runs/compared --json > figures.json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("leaderboard", help=_HELP)(_leaderboard)


def _leaderboard(
    recipe: Annotated[Path, typer.Argument(help="TOML file; see docs/leaderboard.md.")],
    out: Annotated[Path, typer.Option(help="Folder for systems, results, figures and page.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of the data files, in place of the recipe's.")
    ] = None,
    benchmark: Annotated[
        list[str] | None,
        typer.Option(
            help="FILE, SET or SET:FILE of pairs, in place of the recipe's; repeat for several as one.",
            metavar="NAME",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this system; repeat for several.", metavar="KEY"),
    ] = None,
    json: JsonOption = False,
) -> None:
    from armo.leaderboard.building.check import check_systems
    from armo.rivals.settings import read_systems
    from armo.training import read_recipe

    # What is wrong with recipe, systems or benchmark is told before torch takes its seconds to load.
    checked = read_recipe(recipe, data)
    if checked.leaderboard.cost_pairs < 0:
        raise RecipeError(
            f"{recipe}: leaderboard.cost_pairs: must not be negative; 0 measures none"
        )
    systems = read_systems(checked.systems, str(recipe))
    check_systems(systems, str(recipe))
    systems = _chosen(systems, only or [], str(recipe))
    sources = _sources(checked, recipe, data, benchmark or [])

    import msgspec

    from armo.benchmark import read_sources
    from armo.leaderboard.compare import compare
    from armo.progress import on_terminal
    from armo.report.console import console

    rows = read_sources(sources)
    figures = compare(checked, recipe.stem, systems, rows, out, on_terminal, _tell)
    page = _written_page(figures, out)
    if json:
        sys.stdout.buffer.write(msgspec.json.encode(figures) + b"\n")
        typer.echo(f"page: {page}", err=True)
    else:
        from armo.report.leaderboard import leaderboard_view

        console().print(leaderboard_view(figures))
        typer.echo(f"\nfigures: {out / 'leaderboard.json'}\npage: {page}")
    if not any(system["available"] for system in figures["systems"]):
        raise DataError(
            "no system could judge the benchmark; the reasons stand above, and in the figures"
        )


def _chosen(
    systems: Mapping[str, AnySystem], only: Sequence[str], name: str
) -> dict[str, AnySystem]:
    for key in only:
        if key not in systems:
            raise InputError(
                f"--only {key}: {name} has no such system{nearest(key, systems)}; it has "
                f"{', '.join(systems)}"
            )
    return {key: settings for key, settings in systems.items() if not only or key in only}


def _sources(
    recipe: Recipe, path: Path, data: Path | None, benchmark: Sequence[str]
) -> list[Source]:
    """Return the benchmark that the command line names, else the recipe's, from its data folder."""
    from armo.data.naming import parse_source

    if benchmark:
        return [parse_source(name, ["benchmark"]) for name in benchmark]
    named = recipe.leaderboard.benchmark
    if not named:
        raise RecipeError(
            f"{path}: leaderboard.benchmark: it names nothing to judge; name files or known sets of "
            "pairs there, or with --benchmark NAME"
        )
    # Variables of the folder's name were found to be set when the recipe was read.
    folder = os.path.expanduser(os.path.expandvars(recipe.data.folder))  # noqa: PTH111 - as in recipes
    base = data or (Path(folder) if "$" in recipe.data.folder else path.parent / folder)
    return [parse_source(name, ["benchmark"], base) for name in named]


def _tell(key: str, settings: AnySystem, outcome: Outcome) -> None:
    """Say in a line that a system is done."""
    from armo.leaderboard.compare import Absent
    from armo.report.survey.visible import one_line

    name = f"{one_line(settings.label)} ({key})"
    if isinstance(outcome, Absent):
        typer.echo(f"{name}: not available: {one_line(outcome.reason, 1000)}", err=True)
        return
    credits = [one.credit for one in outcome.judged if one.credit is not None]
    typer.echo(
        f"{name}: {sum(credits) / len(credits):.1%} of {len(credits):,} pairs",
        err=True,
    )


def _written_page(figures: Mapping[str, object], out: Path) -> str:
    """Write the page and return where it is, or why there is none: figures need no optional library."""
    from armo.atomic import write_text
    from armo.errors import MissingExtraError
    from armo.report.leaderboard import page

    path = out / "leaderboard.html"
    try:
        write_text(path, page(figures))
    except MissingExtraError as error:
        path.unlink(missing_ok=True)
        return f"none: {error}"
    return str(path)
