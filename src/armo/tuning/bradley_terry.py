"""Bradley–Terry: the backbone and a scalar head are trained so that chosen responses score higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from armo.backbone import BackboneSettings
from armo.conversation import conversation_key
from armo.data import PreferenceRow
from armo.progress import Reporter, silent
from armo.tuning.adapters import with_adapters
from armo.tuning.arguments import optimiser_steps, tokens_read, training_arguments
from armo.tuning.base import load_classifier
from armo.tuning.job import Done, Job, run_job
from armo.tuning.reading import outputs
from armo.tuning.result import Tuned
from armo.tuning.saving import save_classifier
from armo.tuning.settings import TuningSettings
from armo.tuning.tokens import select, token_ids
from armo.tuning.training import train


@dataclass(frozen=True)
class PairTokens:
    """A pair as token ids."""

    chosen: NDArray[np.int32]
    rejected: NDArray[np.int32]


def tune_bradley_terry(
    backbone: BackboneSettings,
    rows: Sequence[PreferenceRow],
    settings: TuningSettings,
    folder: Path,
    reporter: Reporter = silent,
) -> Tuned:
    """Minimise `−log σ(r_chosen − r_rejected)` over the backbone and a linear head, with TRL.

    The rows are split by group: training ones are fitted, validation ones measured, test ones left
    alone. A pair with a text beyond `max_tokens` is left out and listed; nothing is cut. Killed at any
    moment and run again, it goes on from its last checkpoint.

    Args:
        backbone: What is trained.
        rows: Pairs.
        settings: Hyperparameters; `BRADLEY_TERRY` has the paper's.
        folder: Where the weights, the head, `left_out.jsonl` and the record `tuned.json` go. A
            finished fine-tuning of the same is returned as it is; another one is replaced.
        reporter: Shows progress.

    Raises:
        DataError: If no pair is left to train on.
        ArmoError: As `armo.tuning.job.run_job`.
    """

    def work(job: Job) -> Done:
        return _tune(job, rows)

    named = [_identity(row) for row in rows]
    return run_job("bradley-terry", backbone, named, settings, folder, work, reporter)


def _tune(job: Job, rows: Sequence[PreferenceRow]) -> Done:
    def encode(row: PreferenceRow) -> PairTokens:
        chosen, rejected = row.conversations()
        return PairTokens(token_ids(job.base, chosen), token_ids(job.base, rejected))

    groups = [row.split_group() for row in rows]
    pairs = select(rows, groups, encode, job.folder, job.reporter)
    steps = optimiser_steps(job.settings, len(pairs.train))
    trainer = _trainer(job, pairs.train, steps)
    tokens = sum(len(pair.chosen) + len(pair.rejected) for pair in pairs.train)
    read = tokens_read(job.settings, tokens, len(pairs.train), steps)
    trained = train(trainer, job.checkpoints, steps, read, job.reporter)
    figures = _figures(job, trainer.model, pairs.validation)
    merged = save_classifier(trainer.model, job.base, job.settings, job.folder)
    return Done(merged, len(pairs.train), pairs.left_out, trained, {"validation": figures})


def _trainer(job: Job, pairs: list[PairTokens], steps: int) -> Any:
    from datasets import Dataset
    from trl import RewardConfig, RewardTrainer

    torch.manual_seed(job.settings.seed)
    model = load_classifier(job.base, 1, job.base.frozen_dtype(job.settings))
    if job.settings.method == "lora":
        model = with_adapters(model, job.settings, "SEQ_CLS")
    arguments = RewardConfig(
        **training_arguments(job.settings, job.loss, job.base, job.checkpoints.folder, steps),
        # What is too long was left out before, and is listed; the model's own dropout is off already,
        # and that of the adapters is wanted.
        max_length=None,
        disable_dropout=False,
    )
    texts = {
        "chosen_ids": [pair.chosen for pair in pairs],
        "rejected_ids": [pair.rejected for pair in pairs],
    }
    return RewardTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict(texts),
        processing_class=job.base.tokenizer,
    )


def _figures(job: Job, model: Any, pairs: list[PairTokens]) -> dict[str, float | int]:
    """Return loss and accuracy on pairs; equal scores count half."""
    if not pairs:
        return {"pairs": 0}
    texts = [ids for pair in pairs for ids in (pair.chosen, pair.rejected)]
    scores = outputs(model, texts, job.base, job.reporter)[:, 0]
    margins = scores[::2] - scores[1::2]
    return {
        "pairs": len(pairs),
        "loss": float(np.logaddexp(0, -margins).mean()),
        "accuracy": float((np.sign(margins) + 1).mean() / 2),
    }


def _identity(row: PreferenceRow) -> list[str]:
    chosen, rejected = row.conversations()
    return [conversation_key(chosen), conversation_key(rejected), row.split_group()]
