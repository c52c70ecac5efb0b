"""Fine-tuning on ratings: the loss against NumPy, the head against regression, and planted objectives."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from armo.errors import DataError
from armo.objectives import Objective
from armo.progress import silent
from armo.tuning.arguments import training_arguments
from armo.tuning.base import Base, load_classifier, open_base
from armo.tuning.masked import MISSING, as_labels, column_errors, masked_loss
from armo.tuning.rated import RatedTokens, unit_ratings
from armo.tuning.ratings import ratings_trainer, tune_ratings
from armo.tuning.reading import outputs
from armo.tuning.tokens import token_ids
from tests.tuning.planted_rows import OBJECTIVES, backbone, rated, rating_settings


def random_ratings(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    ratings = random.normal(size=(rows, 3))
    ratings[random.random(ratings.shape) < 0.4] = np.nan
    return random.normal(size=(rows, 3)), ratings


def test_the_loss_is_the_mean_over_observed_entries() -> None:
    given, ratings = random_ratings(11)
    loss = masked_loss(
        SimpleNamespace(logits=torch.from_numpy(given)), torch.from_numpy(as_labels(ratings))
    )
    assert float(loss) == pytest.approx(np.nanmean((given - ratings) ** 2), rel=1e-6)
    expected = [np.nanmean((given - ratings)[:, column] ** 2) for column in range(3)]
    assert column_errors(given, ratings) == pytest.approx(expected)


def test_a_rating_that_means_missing_is_refused() -> None:
    with pytest.raises(DataError, match="another unit scale"):
        as_labels(np.array([0.5, MISSING]))


def test_planted_objectives_are_learned(tiny_folder: Path, tmp_path: Path) -> None:
    told = [*OBJECTIVES, Objective("length", 0.0, 1.0, computed=True)]
    wanted = rating_settings(epochs=2, warmup=0.0, per_device=8)
    tuned = tune_ratings(backbone(tiny_folder), rated(90), told, wanted, tmp_path)
    figures = tuned.figures["objectives"]
    assert [one["name"] for one in figures] == ["kind", "short"]
    for one in figures:
        assert one["labels"] > 2
        assert one["validation_mse"] < 0.5 * one["validation_mse_before"]
    head = load_file(tmp_path / "head.safetensors")
    assert head["weight"].shape == (2, 32)
    assert head["bias"].shape == (2,)
    assert (tmp_path / "backbone/model.safetensors").exists()


def test_an_objective_that_no_row_rates_is_told(tiny_folder: Path, tmp_path: Path) -> None:
    told = [*OBJECTIVES, Objective("depth", 0.0, 1.0)]
    with pytest.raises(DataError, match="'depth' is rated by no row"):
        tune_ratings(backbone(tiny_folder), rated(), told, rating_settings(), tmp_path)
    with pytest.raises(DataError, match="no objective is rated"):
        tune_ratings(backbone(tiny_folder), rated(), [], rating_settings(), tmp_path)


def frozen(
    tiny_folder: Path, per_device: int, rows: int, folder: Path
) -> tuple[Any, list[RatedTokens], Base]:
    """Return a trainer of the head alone, over rows that lack one objective or the other."""
    wanted = rating_settings(
        method="full",
        batch_size=rows,
        per_device=per_device,
        learning_rate=0.1,
        schedule="constant",
        warmup=0.0,
        clip=1e9,
        weight_decay=0.0,
        gradient_checkpointing=False,
        save_steps=10_000,
        optimizer="sgd",
    )
    base = open_base(backbone(tiny_folder), wanted)
    items = [
        RatedTokens(token_ids(base, row.messages), unit_ratings(row, OBJECTIVES))
        for row in rated(rows)
    ]
    torch.manual_seed(0)
    model = load_classifier(base, 2, torch.float32, bias=True)
    model.model.requires_grad_(False)
    arguments = training_arguments(wanted, "ratings", base, folder, 1)
    return ratings_trainer(model, items, arguments, int(base.tokenizer.pad_token_id)), items, base


def test_accumulation_does_not_change_the_step(tiny_folder: Path, tmp_path: Path) -> None:
    """Micro-batches with different numbers of ratings add up to the mean over all of them."""
    heads = []
    for per_device in (1, 3, 12):
        trainer, *_ = frozen(tiny_folder, per_device, 12, tmp_path / str(per_device))
        trainer.train()
        heads.append(trainer.model.score.weight.detach().numpy())
    np.testing.assert_allclose(heads[0], heads[2], atol=1e-6)
    np.testing.assert_allclose(heads[1], heads[2], atol=1e-6)


def test_one_step_of_the_head_is_the_gradient_of_equation_1(
    tiny_folder: Path, tmp_path: Path
) -> None:
    """With the backbone frozen, a step of plain descent equals NumPy's on the features."""
    trainer, items, base = frozen(tiny_folder, 4, 12, tmp_path)
    score = trainer.model.score
    weight, bias = (value.detach().numpy().copy() for value in (score.weight, score.bias))
    features = hidden(trainer.model, items)
    ratings = np.stack([item.ratings for item in items])
    given = outputs(trainer.model, [item.ids for item in items], base, silent)
    np.testing.assert_allclose(given, features @ weight.T + bias, atol=1e-5)
    trainer.train()
    residuals = np.nan_to_num(given - ratings)
    slope = 2 * residuals.T @ features / np.isfinite(ratings).sum()
    np.testing.assert_allclose(score.weight.detach().numpy(), weight - 0.1 * slope, atol=1e-5)
    shift = 2 * residuals.sum(axis=0) / np.isfinite(ratings).sum()
    np.testing.assert_allclose(score.bias.detach().numpy(), bias - 0.1 * shift, atol=1e-5)


def test_the_optimum_of_the_head_is_that_of_regression(tiny_folder: Path, tmp_path: Path) -> None:
    """With the backbone frozen, least squares on the features leave no slope: nothing moves."""
    trainer, items, _ = frozen(tiny_folder, 20, 60, tmp_path)
    features = np.column_stack([hidden(trainer.model, items), np.ones(len(items))])
    ratings = np.stack([item.ratings for item in items])
    best = np.zeros((2, 33))
    for column in range(2):
        there = np.isfinite(ratings[:, column])
        best[column], *_ = np.linalg.lstsq(features[there], ratings[there, column], rcond=1e-4)
    score = trainer.model.score
    with torch.no_grad():
        score.weight.copy_(torch.from_numpy(best[:, :-1]))
        score.bias.copy_(torch.from_numpy(best[:, -1]))
    trainer.train()
    moved = np.abs(np.column_stack([score.weight.detach(), score.bias.detach()]) - best).max()
    assert moved < 2e-4
    with torch.no_grad():
        score.weight[0, 3] += 0.5
    before = score.weight.detach().clone()
    trainer.train()
    assert (score.weight - before).abs().max() > 10 * moved


def hidden(model: Any, items: list[RatedTokens]) -> np.ndarray:
    """Return features by transformers alone, a row at a time."""
    rows = []
    with torch.no_grad():
        for item in items:
            ids = torch.from_numpy(item.ids.astype(np.int64))[None]
            rows.append(model.model(input_ids=ids).last_hidden_state[0, -1].numpy())
    return np.stack(rows)
