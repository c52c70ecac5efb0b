"""`armo import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from armo.errors import InputError

if TYPE_CHECKING:
    from armo.model import RewardModel
    from armo.persistence.imported import ImportedFiles

_HELP = """Make a model folder of a published checkpoint, or of heads that were trained elsewhere.

SOURCE is a folder or hub name in the published layout. Heads come as safetensors files: a regression
`{"weight"}` and a gate's state dict, as the authors' two stages save them. Only safetensors and JSON are
read; no code that comes along is run.

Examples:

    armo import RLHFlow/ArmoRM-Llama3-8B-v0.1 --out models/armorm

    armo import --regression weight.safetensors --gate gate.safetensors
    --backbone sfairXC/FsfairX-LLaMA3-RM-v0.1 --objectives paper --out models/mine
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", help=_HELP)(_import)


def _import(  # noqa: PLR0913, PLR0917 - one argument an option
    out: Annotated[Path, typer.Option(help="Model folder to write.")],
    source: Annotated[
        str | None, typer.Argument(help="Folder or hub name in the published layout.")
    ] = None,
    regression: Annotated[
        Path | None, typer.Option(help="Safetensors with the regression's weight [k, d].")
    ] = None,
    gate: Annotated[
        Path | None, typer.Option(help="Safetensors with the gate's state dict.")
    ] = None,
    transform: Annotated[
        Path | None,
        typer.Option(help="Safetensors with reward_transform_matrix [k, k]; else no debiasing."),
    ] = None,
    backbone: Annotated[
        str | None, typer.Option(help="What the heads were trained on: a folder or hub name.")
    ] = None,
    objectives: Annotated[
        str | None,
        typer.Option(help="A name for each row: A,B=0:4,… with its scale, or paper for the 19."),
    ] = None,
    verbosity: Annotated[
        str | None, typer.Option(help="Objective that the transform takes out.")
    ] = None,
    temperature: Annotated[float, typer.Option(help="Of the gate's softmax.")] = 10.0,
) -> None:
    parts = (regression, gate, transform, objectives, verbosity)
    if source is not None:
        if any(part is not None for part in parts):
            raise InputError(
                "give SOURCE, a checkpoint that has its heads, or --regression and --gate, not both"
            )
        model = _published(source, backbone)
    elif regression is None or gate is None or backbone is None or objectives is None:
        raise InputError("give SOURCE, or all of --regression, --gate, --backbone and --objectives")
    else:
        from armo.persistence.imported import ImportedFiles

        files = ImportedFiles(regression, gate, transform, temperature)
        model = _assembled(files, backbone, objectives, verbosity)
    model.save_pretrained(out)
    _tell(model, out)


def _published(source: str, backbone: str | None) -> RewardModel:
    from armo.model import RewardModel
    from armo.persistence.armorm.reading import is_published
    from armo.persistence.armorm.stored import model_dtype
    from armo.persistence.locating import locate_model

    if not is_published(locate_model(source)):
        raise InputError(
            f"{source} is not in the layout of the published checkpoint; a model folder of armo's own "
            "needs no import"
        )
    dtype = model_dtype(source, backbone)
    return RewardModel.from_pretrained(source, backbone=backbone, dtype=dtype, device="cpu")


def _assembled(
    files: ImportedFiles, backbone: str, objectives: str, verbosity: str | None
) -> RewardModel:
    from armo.backbone import BackboneSettings, load
    from armo.errors import ModelError
    from armo.model import RewardModel
    from armo.persistence.armorm.stored import stored_dtype
    from armo.persistence.imported import parse_objectives, read_heads, verbosity_name

    # Wrong files are told before the backbone takes its time to load.
    heads = read_heads(files, parse_objectives(objectives))
    name = verbosity_name(heads, verbosity)
    # What the authors' scripts read: after the final norm, at the token that ends the user's turn, and
    # texts of at most 8192 tokens.
    settings = BackboneSettings(
        name=backbone,
        layer="last",
        prompt_end="turn",
        reasoning="keep",
        max_tokens=8192,
        dtype=stored_dtype(backbone),
        device="cpu",
    )
    found = load(settings)
    if found.hidden_size != heads.gate.features:
        raise ModelError(
            f"{files.regression} reads {heads.gate.features} features, but backbone '{backbone}' has "
            f"{found.hidden_size}; give the one that the heads were trained on"
        )
    return RewardModel.from_heads(heads, found, name)


def _tell(model: RewardModel, out: Path) -> None:
    heads = model.heads
    typer.echo(
        f"model: {out} ({len(heads.names)} objectives on {model.backbone.identity.name}, "
        f"score scale {heads.score_scale:g}, temperature {heads.gate.temperature:g})"
    )
    taken = model.config.verbosity or "nothing"
    typer.echo(f"debiasing takes out: {taken}")
