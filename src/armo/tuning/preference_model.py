"""A preference model: a causal language model learns to answer A or B after both responses."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from armo.atomic import atomic_folder
from armo.backbone import BackboneSettings
from armo.backbone.device import dtype_name
from armo.data import PreferenceRow
from armo.errors import InputError
from armo.progress import Reporter, silent
from armo.rivals.preference_model.examples import Example, example_of, identity
from armo.rivals.preference_model.folder import FILE, Record, seal
from armo.rivals.preference_model.loading import untuned_preference_model
from armo.rivals.preference_model.measuring import measure
from armo.rivals.preference_model.scoring import PreferenceModel
from armo.rivals.preference_model.text import FORMAT
from armo.rivals.preference_model.tokens import PairTemplate
from armo.tuning.adapters import merge_adapter, with_adapters
from armo.tuning.arguments import optimiser_steps, tokens_read, training_arguments
from armo.tuning.base import Base, load_causal
from armo.tuning.job import Done, Job, run_job
from armo.tuning.result import ADAPTER, BACKBONE, Tuned
from armo.tuning.saving import save_backbone
from armo.tuning.settings import TuningSettings
from armo.tuning.tokens import select
from armo.tuning.training import train

_MOST_VALIDATED = 500
# With these each token sees its own row only, however many stand in one sequence.
_PACKING = ("flash_attention_2", "flash_attention_3")


def tune_preference_model(
    backbone: BackboneSettings,
    rows: Sequence[PreferenceRow],
    settings: TuningSettings,
    folder: Path,
    reporter: Reporter = silent,
) -> Tuned:
    """Maximise the probability of the token that names the chosen response, with TRL.

    Which response is called A is random by row and seed, and the same in every run. The loss is that
    of the answer alone, over the whole vocabulary. The rows are split by group: training ones are
    fitted, validation ones (500 at most) judged in both orders before and after, test ones left alone.
    A pair beyond `max_tokens` or with an empty turn is left out and listed; nothing is cut. Rows are
    packed into sequences of `max_tokens` under flash attention only: elsewhere they are read one by
    one.

    Args:
        backbone: The language model that is trained, with its head.
        rows: Pairs.
        settings: Hyperparameters; `PREFERENCE_MODEL` has the authors'.
        folder: Where the weights, `preference_model.json`, `left_out.jsonl` and the record
            `tuned.json` go. A finished fine-tuning of the same is returned as it is; another one is
            replaced.
        reporter: Shows progress.

    Raises:
        DataError: If no pair is left to train on.
        ArmoError: As `armo.tuning.job.run_job`.
    """

    def work(job: Job) -> Done:
        return _tune(job, backbone, rows)

    packed = backbone.attention in _PACKING
    named = [[FORMAT, backbone.reasoning, packed], *(identity(row) for row in rows)]
    return run_job("preference-model", backbone, named, settings, folder, work, reporter)


def _tune(job: Job, backbone: BackboneSettings, rows: Sequence[PreferenceRow]) -> Done:
    template = PairTemplate(job.base.tokenizer, backbone.reasoning)

    def encode(row: PreferenceRow) -> Example:
        return example_of(row, template, job.base.max_tokens, job.settings.seed)

    found = select(rows, [row.split_group() for row in rows], encode, job.folder, job.reporter)
    ordered = sorted(found.validation, key=lambda example: example.key)
    held_out = [example.pair for example in ordered[:_MOST_VALIDATED]]
    before = measure(_untuned(job, backbone), held_out, job.reporter) if held_out else {}
    sequences = _sequences(found.train, job.base)
    steps = optimiser_steps(job.settings, len(sequences))
    trainer = _trainer(job, sequences, steps)
    tokens = sum(map(len, sequences["input_ids"]))
    read = tokens_read(job.settings, tokens, len(sequences), steps)
    trained = train(trainer, job.checkpoints, steps, read, job.reporter)
    merged = _save(trainer.model, job)
    record = Record(
        base=job.base.name,
        base_revision=job.base.revision,
        merged=merged,
        max_tokens=job.base.max_tokens,
        reasoning=backbone.reasoning,
        details={"tuned": True, "method": job.settings.method, "rows": len(found.train)}
        | {"steps": trained.steps},
    )
    model = seal(job.folder, record, dtype_name(job.base.dtype), str(job.base.device))
    after = measure(model, held_out, job.reporter) if held_out else {}
    figures = {
        "share_chosen_first": float(np.mean([example.chosen_first for example in found.train])),
        "rows_with_markers": sum(example.marked for example in found.train),
        "packed": _packs(job.base),
        "validation": {"pairs": len(held_out), "of": len(found.validation), **after},
        "validation_before": {"pairs": len(held_out), **before},
    }
    return Done(merged, len(found.train), found.left_out, trained, figures)


def _sequences(examples: list[Example], base: Base) -> Any:
    """Return what the trainer reads: rows as tokens and labels, packed where that is sound."""
    from datasets import Dataset
    from trl.data_utils import pack_dataset

    rows = Dataset.from_dict(
        {
            "input_ids": [example.ids for example in examples],
            # Only the answer counts.
            "labels": [
                [-100] * (len(example.ids) - 1) + [int(example.ids[-1])] for example in examples
            ],
        }
    )
    return pack_dataset(rows, base.max_tokens, "bfd") if _packs(base) else rows


def _trainer(job: Job, sequences: Any, steps: int) -> Any:
    from trl.trainer.sft_config import SFTConfig

    from armo.rivals.preference_model.trainer import AnswerTrainer

    torch.manual_seed(job.settings.seed)
    model = load_causal(job.base, job.base.frozen_dtype(job.settings))
    if job.settings.method == "lora":
        model = with_adapters(model, job.settings, "CAUSAL_LM")
    arguments = SFTConfig(
        **training_arguments(job.settings, job.loss, job.base, job.checkpoints.folder, steps),
        # Rows are tokens already; what is too long was left out before, and is listed.
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        padding_free=_packs(job.base),
    )
    try:
        return AnswerTrainer(
            model=model,
            args=arguments,
            train_dataset=sequences,
            processing_class=job.base.tokenizer,
        )
    except ValueError as error:
        raise InputError(f"this fine-tuning can't be set up: {error}") from None


def _packs(base: Base) -> bool:
    return base.attention in _PACKING


def _save(model: Any, job: Job) -> bool:
    """Write the trained language model or its adapters; return whether the weights are whole.

    Whole weights are merged in float32 and saved in the number format of the backbone's own files.
    """
    (job.folder / FILE).unlink(missing_ok=True)
    for name in (BACKBONE, ADAPTER):
        shutil.rmtree(job.folder / name, ignore_errors=True)
    if job.settings.method == "full":
        save_backbone(model, job.base, job.folder)
        return True
    _save_adapter(model, job.base.name, job.folder / ADAPTER)
    if not job.settings.merge:
        return False
    whole = merge_adapter(load_causal(job.base, torch.float32), job.folder / ADAPTER)
    save_backbone(whole, job.base, job.folder)
    shutil.rmtree(job.folder / ADAPTER)
    return True


def _save_adapter(model: Any, base: str, folder: Path) -> None:
    model.peft_config["default"].base_model_name_or_path = base
    with atomic_folder(folder) as temporary:
        # Of the embeddings nothing was trained; PEFT would save them whole if a padding token is new.
        model.save_pretrained(str(temporary), save_embedding_layers=False)
        (temporary / "README.md").unlink(missing_ok=True)


def _untuned(job: Job, backbone: BackboneSettings) -> PreferenceModel:
    return untuned_preference_model(
        BackboneSettings(
            name=backbone.name,
            revision=backbone.revision,
            dtype=dtype_name(job.base.dtype),
            device=str(job.base.device),
            attention=backbone.attention,
            reasoning=backbone.reasoning,
            max_tokens=job.base.max_tokens,
        )
    )
