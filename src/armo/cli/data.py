"""`armo data`: the commands that look at data before it is trained on."""

from __future__ import annotations

import typer

_HELP = "Check, describe, compare and convert ratings, preferences and benchmarks."


def register(app: typer.Typer) -> None:
    """Add the group with its commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    app.add_typer(group, name="data")
