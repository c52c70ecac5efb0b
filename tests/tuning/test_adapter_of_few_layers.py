"""Adapters of a model so small that PEFT names every layer in full."""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForSequenceClassification

from armo.tuning.adapters import merge_adapter, save_adapter, with_adapters
from armo.tuning.settings import TuningSettings


def test_they_fit_the_decoder_alone(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=40,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_labels=1,
        pad_token_id=0,
    )
    classifier = LlamaForSequenceClassification(config).eval()
    decoder = copy.deepcopy(classifier.model)
    tuned = with_adapters(classifier, TuningSettings(method="lora"), "SEQ_CLS").eval()
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_B" in name:
                weight.normal_()
    save_adapter(tuned, "base", tmp_path / "adapter")
    merged = merge_adapter(copy.deepcopy(decoder), tmp_path / "adapter")
    ids = torch.arange(1, 9)[None]
    with torch.no_grad():
        expected = tuned.base_model.model.model(input_ids=ids).last_hidden_state
        found = merged(input_ids=ids).last_hidden_state
        before = decoder(input_ids=ids).last_hidden_state
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(before, expected, atol=1e-2)
