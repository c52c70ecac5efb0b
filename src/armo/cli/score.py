"""`armo score`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from armo.cli.common import BackboneOption, ModelArgument, SteerOption, load_model

_HELP = """Score a file of conversations: one decision a line, each the sum of its objectives.

Rows have "messages", or a "prompt" and a "response"; "id" is kept. Rows that can't be scored go to
the reject file, with the reason. With --out, an interrupted run goes on where it was.

Examples:

    armo score runs/sample conversations.jsonl --out decisions.jsonl

    armo score runs/sample conversations.jsonl.gz | jq '[.id, .score]'
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score", help=_HELP)(_score)


def _score(
    model: ModelArgument,
    file: Annotated[Path, typer.Argument(help="JSONL, gzip'd JSONL or Parquet of conversations.")],
    out: Annotated[
        Path | None, typer.Option(help="JSONL of decisions; else standard output.")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Reject file; else OUT.rejects.jsonl, or FILE.rejects.jsonl here."),
    ] = None,
    steer: SteerOption = None,
    backbone: BackboneOption = None,
) -> None:
    loaded = load_model(model, steer, backbone)

    import msgspec

    from armo.data import ConversationRow, read_rows
    from armo.progress import on_terminal
    from armo.rejects import Reject, write_rejects
    from armo.scoring import score_file, score_rows

    if rejects is None:
        rejects = Path(f"{out or file.name}.rejects.jsonl")
    if out is not None:
        scored = score_file(loaded, file, out, rejects, on_terminal)
        _tell(scored.decisions, scored.rejects, scored.rejects_file)
        return
    bad: list[Reject] = []
    count = 0
    for window in score_rows(loaded, read_rows(file, ConversationRow, bad.append)):
        for outcome in window:
            if isinstance(outcome, Reject):
                bad.append(outcome)
            else:
                count += 1
                sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
        sys.stdout.buffer.flush()
    if bad:
        write_rejects(rejects, bad)
    _tell(count, len(bad), rejects if bad else None)


def _tell(scored: int, rejected: int, rejects_file: Path | None) -> None:
    typer.echo(f"{scored:,} scored, {rejected:,} rejected", err=True)
    if rejects_file is not None:
        typer.echo(f"reasons: {rejects_file}", err=True)
