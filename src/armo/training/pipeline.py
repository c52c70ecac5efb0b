"""`armo train`: from a recipe to a model folder, resumed where an earlier run stopped."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import armo
from armo.atomic import remove_leftovers, write_json
from armo.backbone import load
from armo.locks import only_writer
from armo.model import RewardModel
from armo.progress import Reporter, silent
from armo.training.figures import figures_of
from armo.training.fitting import fit_stages
from armo.training.outcome import plain
from armo.training.prepare import prepare
from armo.training.reading import read_data
from armo.training.recipe import Recipe
from armo.training.stage0 import tune_backbone
from armo.training.start import Start

MODEL, STAGES, METRICS = "model", "stages", "metrics.json"


@dataclass(frozen=True)
class Run:
    """A finished training run.

    Attributes:
        model: The trained model, also in `OUT/model`.
        metrics: Every figure, also in `OUT/metrics.json`.
    """

    model: RewardModel
    metrics: dict[str, Any]


def train(
    recipe: Recipe, out: Path, reporter: Reporter = silent, start: Start | None = None
) -> Run:
    """Train a reward model and leave it, its figures and the rejected rows in a folder.

    The folder then holds `model/`, `metrics.json`, `rejects.jsonl`, and what a second run needs:
    `features/`, `stages/`, and `stage0/` where the backbone was fine-tuned first. Killed at any time
    and run again, it goes on where it was.

    Args:
        recipe: What to do.
        out: The folder; made if absent.
        reporter: Shows progress.
        start: A trained model whose objectives are kept; ratings are not read then.

    Raises:
        ArmoError: With a sentence, if data, backbone or settings don't allow it.
    """
    with only_writer(out / ".lock", f"training into {out}"):
        remove_leftovers(out)
        remove_leftovers(out / STAGES)
        return _train(recipe, out, reporter, start)


def _train(recipe: Recipe, out: Path, reporter: Reporter, start: Start | None) -> Run:
    data = read_data(recipe, start, reporter)
    stage0 = tune_backbone(recipe, data, out, reporter, start)
    if start is not None:
        backbone = start.backbone
    else:
        backbone = load(recipe.backbone if stage0 is None else stage0.backbone)
    prepared = prepare(recipe, data, backbone, out, reporter, start)
    fitted = fit_stages(prepared, recipe, out / STAGES, reporter)
    model = RewardModel.from_heads(fitted.heads, backbone, prepared.taken_out)
    head = {
        "armo": armo.__version__,
        "model": model.config.hash,
        "started_from": start.model if start else None,
        "recipe": dataclasses.asdict(recipe),
        "stage0": stage0.record() if stage0 else None,
        "backbone": {**dataclasses.asdict(backbone.identity), "dtype": backbone.dtype},
    }
    metrics = plain(head | figures_of(prepared, fitted, backbone, recipe))
    model = dataclasses.replace(model, metrics=metrics)
    model.save_pretrained(out / MODEL)
    write_json(out / METRICS, metrics)
    return Run(model, metrics)
