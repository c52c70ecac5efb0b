"""The commands together, and how errors reach the user."""

from __future__ import annotations

import os
import sys

import typer
from rich.console import Console
from rich.text import Text

import armo
from armo.cli import (
    card,
    data,
    evaluate,
    explain,
    export,
    import_heads,
    leaderboard,
    plan,
    rank,
    score,
    train,
)
from armo.errors import ArmoError

app = typer.Typer(
    name="armo",
    help="Reward models that people can read and steer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
_COMMANDS = (
    train,
    plan,
    evaluate,
    leaderboard,
    score,
    explain,
    rank,
    data,
    card,
    export,
    import_heads,
)
for module in _COMMANDS:
    module.register(app)


def main() -> None:
    """Run the command line; what a user can mend is told in a sentence, without a traceback."""
    try:
        app()
    except ArmoError as error:
        _say("error", str(error), "red")
        sys.exit(1)
    except KeyboardInterrupt:
        _say("stopped", "run the same command again to go on where it was", "yellow")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has gone; Python would complain once more while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _say("error", f"{where}{error.strerror or error}", "red")
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    if version:
        typer.echo(f"armo {armo.__version__}")
        raise typer.Exit


def _say(word: str, message: str, style: str) -> None:
    text = Text.assemble((f"{word}: ", f"bold {style}"), message)
    Console(stderr=True, soft_wrap=True, highlight=False).print(text)
