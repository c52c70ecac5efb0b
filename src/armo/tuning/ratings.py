"""Equation 1 over θ too: the backbone and a head of all objectives are trained on ratings together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from armo.backbone import BackboneSettings
from armo.conversation import conversation_key
from armo.data import RatingRow
from armo.errors import DataError
from armo.objectives import Objective
from armo.progress import Reporter, silent
from armo.tuning.adapters import with_adapters
from armo.tuning.arguments import checkpointing, optimiser_steps, tokens_read, training_arguments
from armo.tuning.base import load_classifier
from armo.tuning.job import Done, Job, run_job
from armo.tuning.masked import column_errors, masked_loss
from armo.tuning.rated import RatedCollator, RatedTokens, observed_means, unit_ratings
from armo.tuning.reading import outputs
from armo.tuning.result import Tuned
from armo.tuning.saving import save_classifier
from armo.tuning.settings import TuningSettings
from armo.tuning.tokens import select, token_ids
from armo.tuning.training import train


def tune_ratings(
    backbone: BackboneSettings,
    rows: Sequence[RatingRow],
    objectives: Sequence[Objective],
    settings: TuningSettings,
    folder: Path,
    reporter: Reporter = silent,
) -> Tuned:
    """Minimise the squared error over observed ratings, over the backbone and a linear head.

    The head begins as the mean of each objective: its weights at zero, its intercept at the mean of
    the training ratings. Splits, rows that are left out, and going on after a kill are as in
    `tune_bradley_terry`. Objectives that armo computes from the text are not trained here.

    Args:
        backbone: What is trained.
        rows: Rated responses.
        objectives: What to predict, each in its unit scale; computed ones are passed over.
        settings: Hyperparameters; `RATINGS` by default has those of Bradley–Terry.
        folder: Where the result goes; `head.safetensors` holds `weight` `[objectives, hidden]` and
            `bias`, and `figures` the order of the objectives.
        reporter: Shows progress.

    Raises:
        DataError: If no row is left to train on, or an objective is rated by none.
        ArmoError: As `armo.tuning.job.run_job`.
    """
    rated = [objective for objective in objectives if not objective.computed]
    if not rated:
        raise DataError("no objective is rated, so there are no ratings to fine-tune on")

    def work(job: Job) -> Done:
        return _tune(job, rows, rated)

    named = [
        [repr(rated)],
        *([conversation_key(row.messages), row.split_group(), _rated(row, rated)] for row in rows),
    ]
    return run_job("ratings", backbone, named, settings, folder, work, reporter)


def ratings_trainer(
    model: Any, rows: Sequence[RatedTokens], arguments: dict[str, Any], pad: int
) -> Any:
    """Return a Trainer of the masked squared error.

    Args:
        model: A sequence classifier with one output an objective.
        rows: What is fitted.
        arguments: See `training_arguments`.
        pad: Padding token.
    """
    from transformers import Trainer, TrainingArguments

    model.config.use_cache = False
    return Trainer(
        model=model,
        args=TrainingArguments(**arguments, remove_unused_columns=False),
        data_collator=RatedCollator(pad),
        train_dataset=list(rows),
        compute_loss_func=masked_loss,
    )


def _tune(job: Job, rows: Sequence[RatingRow], objectives: list[Objective]) -> Done:
    def encode(row: RatingRow) -> RatedTokens:
        ratings = unit_ratings(row, objectives)
        return RatedTokens(token_ids(job.base, row.messages), ratings)

    groups = [row.split_group() for row in rows]
    items = select(rows, groups, encode, job.folder, job.reporter)
    means = observed_means(items.train, objectives)
    model = _model(job, means.tolist())
    steps = optimiser_steps(job.settings, len(items.train))
    arguments = training_arguments(job.settings, job.loss, job.base, job.checkpoints.folder, steps)
    trainer = ratings_trainer(model, items.train, arguments, int(job.base.tokenizer.pad_token_id))
    tokens = sum(len(item.ids) for item in items.train)
    read = tokens_read(job.settings, tokens, len(items.train), steps)
    trained = train(trainer, job.checkpoints, steps, read, job.reporter)
    figures = _figures(job, trainer.model, items.validation, objectives, means.tolist())
    merged = save_classifier(trainer.model, job.base, job.settings, job.folder)
    return Done(merged, len(items.train), items.left_out, trained, {"objectives": figures})


def _model(job: Job, means: list[float]) -> Any:
    torch.manual_seed(job.settings.seed)
    base, settings = job.base, job.settings
    model = load_classifier(base, len(means), base.frozen_dtype(settings), bias=True)
    with torch.no_grad():
        model.score.weight.zero_()
        model.score.bias.copy_(torch.tensor(means))
    if settings.method == "lora":
        model = with_adapters(model, settings, "SEQ_CLS")
        if checkpointing(settings):
            model.enable_input_require_grads()
    return model


def _figures(
    job: Job,
    model: Any,
    items: list[RatedTokens],
    objectives: list[Objective],
    means: list[float],
) -> list[dict[str, Any]]:
    """Return each objective's squared error on validation rows, before (the mean) and after."""
    if not items:
        return [{"name": objective.name, "labels": 0} for objective in objectives]
    ratings = np.stack([item.ratings for item in items])
    before = column_errors(np.broadcast_to(np.array(means), ratings.shape), ratings)
    given = outputs(model, [item.ids for item in items], job.base, job.reporter)
    after = column_errors(given, ratings)
    counts = (~np.isnan(ratings)).sum(axis=0)
    return [
        {
            "name": objective.name,
            "labels": int(counts[column]),
            "validation_mse_before": before[column],
            "validation_mse": after[column],
        }
        for column, objective in enumerate(objectives)
    ]


def _rated(row: RatingRow, objectives: list[Objective]) -> list[Any]:
    return [row.ratings.get(objective.name) for objective in objectives]
