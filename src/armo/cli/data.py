"""`armo data`: the commands that look at data before it is trained on."""

from __future__ import annotations

import typer

from armo.cli import data_check, data_overlap, data_pairs, data_report, data_sets

_HELP = "Check, describe, compare and convert ratings, preferences and benchmarks."


def register(app: typer.Typer) -> None:
    """Add the group with its commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for module in (data_check, data_report, data_overlap, data_pairs, data_sets):
        module.register(group)
    app.add_typer(group, name="data")
