"""`armo export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from armo.cli.common import BackboneOption, JsonOption, ModelArgument
from armo.errors import InputError

if TYPE_CHECKING:
    from armo.persistence.armorm.writing import Exported

_HELP = """Write a model in the layout of the published checkpoint: backbone, heads, tokenizer.

The authors' class loads it, and so does every command here. Nothing of the model is lost: read again, it
is the same bit for bit. What the layout has no place for (an intercept, a middle layer) is refused.

Examples:

    armo export runs/mine --out exported

    armo export runs/mine --out exported --dtype bfloat16 --max-shard-size 2GB
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", help=_HELP)(_export)


def _export(
    model: ModelArgument,
    out: Annotated[Path, typer.Option(help="Folder to write: new, empty, or an earlier export.")],
    layout: Annotated[
        Literal["armorm"], typer.Option("--format", help="Layout; there is one.")
    ] = "armorm",
    dtype: Annotated[
        str,
        typer.Option(help="Of the backbone's weights: auto is as they are stored; bfloat16, …"),
    ] = "auto",
    max_shard_size: Annotated[str, typer.Option(help="Most bytes of a file.")] = "5GB",
    backbone: BackboneOption = None,
    json: JsonOption = False,
) -> None:
    del layout
    _refuse_pairwise(model)

    from armo.model import RewardModel
    from armo.persistence.armorm.stored import model_dtype
    from armo.persistence.armorm.writing import write_published
    from armo.progress import on_terminal

    wanted = model_dtype(model, backbone) if dtype == "auto" else dtype
    # Nothing is computed, and the memory of a GPU may be short of a whole model.
    loaded = RewardModel.from_pretrained(model, backbone=backbone, dtype=wanted, device="cpu")
    exported = write_published(
        out,
        loaded.heads,
        loaded.config,
        loaded.backbone,
        max_shard_size=max_shard_size,
        reporter=on_terminal,
    )
    if json:
        _tell_machines(exported)
    else:
        _tell(exported)


def _refuse_pairwise(model: Path) -> None:
    from armo.rivals.opening import is_other_system

    if is_other_system(model):
        raise InputError(
            f"{model} judges pairs and gives no score to a single conversation, and the layout holds a "
            "model of scores; export a reward model, as `armo train` leaves one"
        )


def _tell(exported: Exported) -> None:
    files = len(exported.files)
    typer.echo(
        f"model: {exported.folder} ({exported.bytes / 1e6:,.1f} MB in {files} "
        f"file{'s' if files > 1 else ''}, backbone in {exported.dtype})"
    )
    if exported.wide_heads:
        typer.echo(f"in float64, to lose no bit: {', '.join(exported.wide_heads)}")
    padding = exported.padding
    typer.echo(f"pad token: {padding.token} ({padding.token_id}){_why(exported)}")
    if exported.header_pattern:
        typer.echo(
            f"prompt's end: the tokens {', '.join(map(str, exported.header_pattern))} (the authors' "
            "class has those of its own family as token_pattern)"
        )
    else:
        typer.echo(
            "prompt's end: no row of tokens marks it in this template, so the authors' class can't "
            "find it; commands here do"
        )


def _why(exported: Exported) -> str:
    padding = exported.padding
    if padding.instead_of is None:
        return ", added: there was none" if padding.added else ""
    return (
        f", in place of {padding.instead_of}, which ends turns or texts: the authors' class takes a "
        "conversation to end before the first pad token"
    )


def _tell_machines(exported: Exported) -> None:
    import msgspec

    padding = exported.padding
    told = {
        "folder": str(exported.folder),
        "dtype": exported.dtype,
        "float64_heads": list(exported.wide_heads),
        "pad_token": padding.token,
        "pad_token_id": padding.token_id,
        "pad_token_instead_of": padding.instead_of,
        "gating_token_pattern": list(exported.header_pattern),
        "files": list(exported.files),
        "bytes": exported.bytes,
    }
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
