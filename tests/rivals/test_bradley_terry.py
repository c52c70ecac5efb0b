"""A fine-tuned Bradley–Terry model as a RewardModel: the scores of transformers' own classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.numpy import load_file, save_file
from tests.tuning.planted_rows import backbone, pairs, settings
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from armo import RewardModel
from armo.errors import ModelError
from armo.rivals.bradley_terry import bradley_terry_model, read_head
from armo.tuning.bradley_terry import tune_bradley_terry
from armo.tuning.result import Tuned


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bradley-terry")


@pytest.fixture(scope="module")
def tuned(tiny_folder: Path, folder: Path) -> Tuned:
    kept = settings(merge=False, epochs=0.5)
    return tune_bradley_terry(backbone(tiny_folder), pairs(), kept, folder)


@pytest.fixture(scope="module")
def model(tiny_folder: Path, folder: Path, tuned: Tuned) -> RewardModel:
    return bradley_terry_model(backbone(tiny_folder), folder, tuned)


def test_scores_are_those_of_the_classifier_with_its_adapter(
    model: RewardModel, tiny_folder: Path, folder: Path
) -> None:
    """Read by transformers and PEFT, not merged, text by text."""
    classifier = AutoModelForSequenceClassification.from_pretrained(tiny_folder, num_labels=1)
    with torch.no_grad():
        classifier.score.weight.copy_(
            torch.from_numpy(load_file(folder / "head.safetensors")["weight"])
        )
    classifier.model = PeftModel.from_pretrained(classifier.model, folder / "adapter")
    classifier.eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    texts = [text for row in pairs(8) for text in row.conversations()]
    expected = []
    with torch.no_grad():
        for messages in texts:
            text = tokenizer.apply_chat_template(messages, tokenize=False)
            ids = tokenizer(text, add_special_tokens=False, return_tensors="pt")
            expected.append(float(classifier(**ids).logits[0, 0]))
    scores = model.score(texts)
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-4)
    assert np.std(expected) > 0.01


def test_it_has_one_objective_and_the_margin_is_log_odds(model: RewardModel) -> None:
    assert model.heads.names == ["preference"]
    assert model.heads.preference_beta == 1.0
    decision = model.decide([pairs(1)[0].conversations()[0]])[0]
    assert decision.score == pytest.approx(model.score([pairs(1)[0].conversations()[0]])[0])


def test_a_damaged_head_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read"):
        read_head(tmp_path / "head.safetensors")
    save_file({"weight": np.zeros((2, 4), np.float32)}, tmp_path / "head.safetensors")
    with pytest.raises(ModelError, match="no scalar head"):
        read_head(tmp_path / "head.safetensors")
