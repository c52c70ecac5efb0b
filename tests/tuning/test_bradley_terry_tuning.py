"""Bradley–Terry fine-tuning of a tiny Llama, from pairs to weights that another library reads."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.numpy import load_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

from armo.errors import DataError, InputError
from armo.tuning.bradley_terry import tune_bradley_terry
from armo.tuning.result import read_tuned
from tests.tuning.conftest import Run
from tests.tuning.planted_rows import backbone, pairs, settings


def test_what_separates_the_responses_is_learned(merged: Run) -> None:
    tuned = merged.tuned
    assert tuned.figures["validation"]["accuracy"] == 1.0
    assert tuned.figures["validation"]["loss"] < tuned.history[0]["loss"]
    assert tuned.history[0]["loss"] == pytest.approx(np.log(2), abs=0.1)
    assert tuned.steps == tuned.history[-1]["step"] == 6
    assert tuned.seconds > 0


def test_only_the_training_split_is_fitted_and_every_row_is_accounted_for(merged: Run) -> None:
    validation = merged.tuned.figures["validation"]["pairs"]
    assert 0 < merged.tuned.rows < 60 - validation
    assert merged.tuned.left_out == {}
    assert (merged.folder / "left_out.jsonl").read_bytes() == b""


def test_checkpoints_are_gone_and_no_torch_file_is_left(merged: Run) -> None:
    left = {path.name for path in merged.folder.rglob("*") if path.is_file()}
    assert {"model.safetensors", "head.safetensors", "tuned.json"} <= left
    assert not (merged.folder / "checkpoints").exists()
    assert not any(name.endswith((".bin", ".pt", ".pth")) for name in left)


def test_a_finished_run_is_returned_as_it_is(
    merged: Run, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("it trains again")

    monkeypatch.setattr("armo.tuning.bradley_terry._tune", fail)
    idle = settings(save_steps=7, report_to=["tensorboard"])
    again = tune_bradley_terry(backbone(tiny_folder), pairs(), idle, merged.folder)
    assert again == merged.tuned == read_tuned(merged.folder)


def test_merged_weights_are_those_of_the_adapter_on_the_base(merged: Run, apart: Run) -> None:
    """PEFT's own reading of the kept adapter agrees with the merged folder, and neither is the base."""
    ids = torch.arange(5, 45)[None]
    base = AutoModel.from_pretrained(merged.tuned.base)
    plain = base(input_ids=ids).last_hidden_state
    adapted = PeftModel.from_pretrained(base, apart.folder / "adapter").eval()
    whole = AutoModel.from_pretrained(merged.folder / "backbone")
    with torch.no_grad():
        one = adapted(input_ids=ids).last_hidden_state
        other = whole(input_ids=ids).last_hidden_state
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
    assert (one - plain).abs().max() > 0.05
    heads = [load_file(run.folder / "head.safetensors")["weight"] for run in (merged, apart)]
    np.testing.assert_array_equal(*heads)
    assert heads[0].shape == (1, 32)
    assert heads[0].dtype == np.float32


def test_padding_changes_no_score(merged: Run) -> None:
    """transformers' own classifier over what was saved: alone, and beside longer texts."""
    folder = merged.folder / "backbone"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1)
    head = torch.from_numpy(load_file(merged.folder / "head.safetensors")["weight"])
    with torch.no_grad():
        model.score.weight.copy_(head)
    texts = [
        tokenizer.apply_chat_template(pairs()[index].conversations()[0], tokenize=False)
        for index in range(6)
    ]
    with torch.no_grad():
        together = model(**tokenizer(texts, return_tensors="pt", padding=True)).logits[:, 0]
        alone = [model(**tokenizer(text, return_tensors="pt")).logits[0, 0] for text in texts]
    torch.testing.assert_close(together, torch.stack(alone), rtol=0, atol=1e-5)
    assert tokenizer.pad_token == "[PAD]"
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert len(tokenizer) <= model.get_input_embeddings().num_embeddings


def test_rows_that_are_too_long_are_counted_and_listed(tiny_folder: Path, tmp_path: Path) -> None:
    rows = pairs(30)
    rows[3].chosen[0]["content"] = "good " * 200
    rows[4].rejected[0]["content"] = "<think>never an answer</think>"
    tuned = tune_bradley_terry(backbone(tiny_folder), rows, settings(max_steps=1), tmp_path)
    assert tuned.left_out == {"too long": 1, "does not fit the chat template": 1}
    listed = [json.loads(line) for line in (tmp_path / "left_out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in listed] == ["3", "4"]
    assert "256 that are trained on" in listed[0]["reason"]
    assert tuned.steps == 1


def test_another_fine_tuning_is_replaced_and_told_of(
    apart: Run, tiny_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(apart.folder, tmp_path / "copy")
    full = settings(max_steps=1, warmup=0.0, method="full")
    tuned = tune_bradley_terry(backbone(tiny_folder), pairs(), full, folder)
    assert tuned.merged
    assert "replaced" in tuned.notes[0]
    assert not (folder / "adapter").exists()
    before, after = (
        AutoModel.from_pretrained(path).layers[0].mlp.up_proj.weight
        for path in (tiny_folder, folder / "backbone")
    )
    assert not torch.equal(before, after)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"quantization": "int4"}, "quantised weights"),
        ({"adapter": "somewhere"}, "merge the adapter"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    tiny_folder: Path, tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    asked = dataclasses.replace(backbone(tiny_folder), **changes)
    with pytest.raises(InputError, match=complaint):
        tune_bradley_terry(asked, pairs(), settings(), tmp_path)


def test_no_row_to_train_on_is_told(tiny_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no row of the training split"):
        tune_bradley_terry(backbone(tiny_folder), pairs(), settings(max_tokens=8), tmp_path)
