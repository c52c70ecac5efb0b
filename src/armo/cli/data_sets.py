"""`armo data sets`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from armo.cli.common import JsonOption

_HELP = """List the sets that recipes may name, with licence, size, and what their reading was tested on.

Examples:

    armo data sets

    armo data sets ultrafeedback

    armo data sets --json | jq '.[] | select(.paper) | .hub'
"""


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("sets", help=_HELP)(_sets)


def _sets(
    name: Annotated[str | None, typer.Argument(help="One set, with its options and notes.")] = None,
    json: JsonOption = False,
) -> None:
    import msgspec

    from armo.data.sets import KnownSet, known_sets
    from armo.errors import InputError, nearest
    from armo.report.console import console
    from armo.report.sets import set_view, sets_view

    found: list[KnownSet] = [one for one in known_sets() if name in (None, one.name, one.hub)]
    if not found:
        names = sorted({one.name for one in known_sets()})
        raise InputError(
            f"no set is known as '{name}'{nearest(name or '', names)}; `armo data sets` lists all"
        )
    if json:
        sys.stdout.buffer.write(msgspec.json.encode([one.record() for one in found]) + b"\n")
    elif name is None:
        console().print(sets_view(found))
    else:
        console().print(*(set_view(one) for one in found), sep="\n")
