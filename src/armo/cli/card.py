"""`armo card`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import JsonOption, ModelArgument
from armo.errors import ModelError

_HELP = """Write a model's card: objectives, data, licences, figures with intervals, biases, how to load.

It is made from the model's own files, so no backbone is needed. Saving a model writes the same card as
its README.md, unless somebody has edited that. Without --out the card is printed.

Examples:

    armo card runs/sample

    armo card runs/sample --out CARD.md

    armo card runs/sample/model --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("card", help=_HELP)(_card)


def _card(
    model: ModelArgument,
    out: Annotated[
        Path | None, typer.Option(help="File to write, such as CARD.md; else it is printed.")
    ] = None,
    json: JsonOption = False,
) -> None:
    import msgspec

    from armo.atomic import write_text
    from armo.card import card_text
    from armo.persistence import is_published, load_folder
    from armo.persistence.locating import locate_model
    from armo.persistence.readme import is_untouched, marked

    folder = locate_model(model)
    if is_published(folder):
        raise ModelError(
            f"{model} is in the layout of the published checkpoint, which has no figures; make a model "
            f"folder with its card of it: armo import {model} --out DIR"
        )
    _, config, metrics = load_folder(folder)
    text = marked(card_text(config, metrics))
    if out is not None:
        if out.is_file() and not is_untouched(out.read_bytes()):
            raise ModelError(
                f"{out} was written or edited by hand; give another file, or remove it"
            )
        write_text(out, text)
    if json:
        record = {"model": config.hash, "card": text, "file": str(out) if out else None}
        sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    elif out is None:
        sys.stdout.buffer.write(text.encode())
    else:
        typer.echo(f"card: {out}")
