"""`armo data pairs`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armo.cli.common import JsonOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armo.check import Target
    from armo.data import RatingRow
    from armo.data.sets import Tally

_HELP = """Make pairs of ratings: of two responses to one prompt, the one that is rated higher is chosen.

Responses count that have all ratings named by --by, in unit scale; several ratings of one response are
averaged. Ties make no pair. With --per-prompt, pairs of the widest gap come first, spread over the
responses.

Examples:

    armo data pairs ratings.jsonl --by correctness --out pairs.jsonl

    armo data pairs ratings.jsonl --by correctness=0.7,safety=0.3 --min-gap 0.25 --out pairs.jsonl.gz

    armo data pairs helpsteer2:train.jsonl.gz --by helpsteer2-helpfulness --out pairs.parquet
"""


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("pairs", help=_HELP)(_pairs)


def _pairs(  # noqa: PLR0913, PLR0917 - one argument an option
    files: Annotated[
        list[str], typer.Argument(help="FILE, SET or SET:FILE, a set with ,NAME=VALUE options.")
    ],
    by: Annotated[
        str, typer.Option(help="Objective, or several with weights: correctness=0.7,safety=0.3.")
    ],
    out: Annotated[Path, typer.Option(help="Where to: .jsonl, .jsonl.gz or .parquet.")],
    min_gap: Annotated[
        float, typer.Option(help="Least difference of two responses, in unit scale.")
    ] = 0.0,
    per_prompt: Annotated[int | None, typer.Option(help="Most pairs of a prompt.")] = None,
    source: Annotated[
        str, typer.Option(help="What the pairs are said to come from; else as their ratings.")
    ] = "",
    columns: Annotated[
        Path | None, typer.Option(help="TOML that says which column holds what.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace --out if it exists.")] = False,
    json: JsonOption = False,
) -> None:
    from armo.check import find_targets, plan_output
    from armo.data.criterion import parse_by

    weights = parse_by(by)
    targets = find_targets(files, "ratings", columns)
    plan = plan_output(out, [target.source for target in targets], force)

    import msgspec

    from armo.check.writing import write_rows
    from armo.data.pairing import pairs_from_ratings
    from armo.data.sets import Tally
    from armo.errors import DataError
    from armo.rejects import Reject, write_rejects
    from armo.report.console import console
    from armo.report.pairing import pairing_view

    rejects: list[Reject] = []
    rows = _rating_rows(targets, Tally(rejects.append))
    made, report = pairs_from_ratings(rows, weights, min_gap, per_prompt)
    for pair in made if source else ():
        pair.source = source
    if source:
        report.sources = {source: len(made)} if made else {}
    if made:
        write_rows(plan.rows, made)
    if rejects:
        write_rejects(plan.rejects, rejects)
    if json:
        record = {"report": report, "rejects": len(rejects)}
        sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    else:
        console().print(pairing_view(report, len(rejects), str(plan.rejects)))
    if not made:
        raise DataError(f"no pair can be made by {report.by}, so {out} was not written")
    if not json:
        typer.echo(f"\npairs: {out}")


def _rating_rows(targets: Sequence[Target], tally: Tally) -> Iterator[RatingRow]:
    from armo.data import RatingRow
    from armo.data.kinds import kind_of_file
    from armo.data.sources import open_source
    from armo.errors import InputError

    for target in targets:
        file = target.source.file
        if target.native and (kind := kind_of_file(Path(file))) != "ratings":
            raise InputError(
                f"{file}: its rows are {kind}, and no ratings can be made of these: a preference says "
                "which response is better, not how good it is, nor on which objective. With pairs "
                "alone, start from the objectives of a trained model: armo train RECIPE --from MODEL"
            )
        for _, row in open_source(target.source, RatingRow, tally):
            yield row
