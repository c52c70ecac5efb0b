"""Fine-tuning of a tiny causal Llama to answer A or B."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.rivals.preference_model.tiny_causal import as_settings, make_causal
from transformers import AutoModelForCausalLM

from armo.data import PreferenceRow
from armo.errors import ModelError
from armo.rivals.preference_model import is_preference_model, load_preference_model
from armo.rivals.system import Pair, Preference
from armo.tuning.preference_model import tune_preference_model
from armo.tuning.result import Tuned, read_tuned
from armo.tuning.settings import PREFERENCE_MODEL, TuningSettings

ROWS = [
    PreferenceRow(
        id=index,
        prompt=[{"role": "user", "content": f"q{index}"}],
        chosen=[{"role": "assistant", "content": "good " * (1 + index % 2) + str(index)}],
        rejected=[{"role": "assistant", "content": "bad " * (1 + index % 3) + str(index)}],
    )
    for index in range(80)
]
SETTINGS = dataclasses.replace(
    PREFERENCE_MODEL,
    method="lora",
    batch_size=16,
    per_device=16,
    epochs=4,
    learning_rate=1e-2,
    warmup=2,
    max_tokens=256,
    dtype="float32",
    logging_steps=2,
    save_steps=6,
)


@dataclasses.dataclass(frozen=True)
class Run:
    folder: Path
    tuned: Tuned
    base: Path


def tune(base: Path, folder: Path, settings: TuningSettings = SETTINGS, **changes: Any) -> Tuned:
    given = {"rows": ROWS} | changes
    return tune_preference_model(as_settings(base), settings=settings, folder=folder, **given)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def run(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("tuned")
    return Run(folder, tune(base, folder), base)


def judged(folder: Path) -> np.ndarray[Any, Any]:
    pairs = [Pair(str(row.id), row.prompt, row.chosen[0], row.rejected[0]) for row in ROWS]
    found = load_preference_model(folder, "float32", "cpu").prefer(pairs)
    return np.array([one.margin for one in found if isinstance(one, Preference)])


def test_what_separates_the_responses_is_learned(run: Run) -> None:
    before, after = run.tuned.figures["validation_before"], run.tuned.figures["validation"]
    assert after["accuracy"] > 0.85
    assert after["loss"] < 0.5 < before["loss"]
    assert after["pairs"] == after["of"] == before["pairs"] > 3
    assert run.tuned.rows + after["pairs"] < len(ROWS)
    assert run.tuned.history[0]["loss"] > 2 * run.tuned.history[-1]["loss"]


def test_about_half_of_the_chosen_responses_come_first(run: Run) -> None:
    assert 0.35 < run.tuned.figures["share_chosen_first"] < 0.65


def test_the_folder_holds_a_whole_model(run: Run) -> None:
    assert is_preference_model(run.folder)
    assert read_tuned(run.folder) == run.tuned
    names = {path.name for path in run.folder.rglob("*") if path.is_file()}
    assert {"preference_model.json", "tuned.json", "left_out.jsonl", "model.safetensors"} <= names
    assert not any(name.endswith((".bin", ".pt", ".pth")) for name in names)
    assert not (run.folder / "checkpoints").exists()
    assert AutoModelForCausalLM.from_pretrained(run.folder / "backbone").config.tie_word_embeddings
    assert len(judged(run.folder)) == len(ROWS)
    assert (judged(run.folder) > 0).mean() > 0.85


def test_a_finished_run_is_returned_as_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("it trains again")

    monkeypatch.setattr("armo.tuning.preference_model._tune", fail)
    assert tune(run.base, run.folder) == run.tuned
    with pytest.raises(AssertionError, match="trains again"):
        tune(run.base, run.folder, dataclasses.replace(SETTINGS, seed=1))
    # The record went with the attempt; put it back for the other tests.
    from armo.tuning.result import write_tuned

    write_tuned(run.folder, run.tuned)


def test_an_interrupted_run_goes_on_to_the_same_adapter(run: Run, tmp_path: Path) -> None:
    """The kept adapter, merged as it is loaded, judges like the weights that were merged and saved."""
    apart = dataclasses.replace(SETTINGS, merge=False)
    with pytest.raises(KeyboardInterrupt):
        tune(run.base, tmp_path, apart, reporter=stopping(after=0.6))
    assert not (tmp_path / "tuned.json").exists()
    assert [path.name for path in (tmp_path / "checkpoints").glob("checkpoint-*")]
    tuned = tune(run.base, tmp_path, apart)
    assert not tuned.merged
    assert tuned.steps == run.tuned.steps
    assert {path.name for path in (tmp_path / "adapter").iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    np.testing.assert_allclose(judged(tmp_path), judged(run.folder), atol=2e-3)


def stopping(after: float) -> Any:
    """Return a reporter that breaks off the training after a share of it."""

    @contextmanager
    def reporter(name: str, total: int, unit: str) -> Iterator[Any]:
        del unit
        done = 0

        def advance(amount: int) -> None:
            nonlocal done
            done += amount
            if name == "fine-tune" and done > after * total:
                raise KeyboardInterrupt

        yield advance

    return reporter


def test_rows_that_dont_fit_are_listed(base: Path, tmp_path: Path) -> None:
    long = [{"role": "assistant", "content": "long " * 100}]
    blank = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": " "},
        *ROWS[0].prompt,
    ]
    odd = [
        PreferenceRow(id=f"long {index}", prompt=row.prompt, chosen=long, rejected=row.rejected)
        for index, row in enumerate(ROWS[:4])
    ] + [
        PreferenceRow(
            id=f"blank {index}",
            prompt=blank,
            chosen=row.chosen,
            rejected=row.rejected,
            group=str(index),
        )
        for index, row in enumerate(ROWS[:4])
    ]
    once = dataclasses.replace(SETTINGS, method="full", max_steps=1)
    tuned = tune(base, tmp_path, once, rows=[*ROWS, *odd])
    lines = [json.loads(line) for line in (tmp_path / "left_out.jsonl").read_text().splitlines()]
    assert sum(tuned.left_out.values()) == len(lines) >= 4
    reasons = {line["id"].split()[0]: line["reason"] for line in lines}
    assert "nothing is cut" in reasons["long"]
    assert "the turn is empty" in reasons["blank"]


def test_the_loss_is_that_of_trl(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl import SFTTrainer

    from armo.rivals.preference_model.trainer import AnswerTrainer

    ours, pairs = AnswerTrainer.compute_loss, []

    def both(self: Any, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        theirs = SFTTrainer.compute_loss(self, model, dict(inputs), *rest, **named)
        loss = ours(self, model, dict(inputs), *rest, **named)
        pairs.append((float(loss.detach()), float(theirs.detach())))
        return loss

    monkeypatch.setattr(AnswerTrainer, "compute_loss", both)
    tune(base, tmp_path, dataclasses.replace(SETTINGS, max_steps=1, per_device=4, lora_dropout=0.0))
    assert len(pairs) == 4
    for loss, theirs in pairs:
        assert loss == pytest.approx(theirs, rel=1e-5)
    assert sum(loss for loss, _ in pairs) > 1


def test_changed_weights_are_refused(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.folder, tmp_path / "copy")
    shutil.copytree(run.base, tmp_path / "copy" / "backbone", dirs_exist_ok=True)
    with pytest.raises(ModelError, match="its weights are not those"):
        load_preference_model(tmp_path / "copy")


def test_a_damaged_record_is_refused(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.folder, tmp_path / "copy")
    record = tmp_path / "copy" / "preference_model.json"
    whole = record.read_text()
    for damaged in (whole.replace('"strip"', '"keep"'), whole[:-10], "[]"):
        record.write_text(damaged)
        with pytest.raises(ModelError, match="damaged"):
            load_preference_model(tmp_path / "copy")


@pytest.mark.slow
def test_packed_rows_dont_see_each_other(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step over several rows in one sequence changes the weights as one over single rows."""
    changes: dict[str, Any] = {"method": "full", "max_steps": 1, "optimizer": "sgd", "warmup": 0}
    single = dataclasses.replace(
        SETTINGS, **changes, batch_size=80, per_device=80, learning_rate=0.1
    )
    tune(base, tmp_path / "single", single)
    monkeypatch.setattr("armo.tuning.preference_model._packs", lambda _: True)
    packed = tune(base, tmp_path / "packed", dataclasses.replace(single, max_tokens=512))
    assert packed.figures["packed"]
    assert packed.tokens > 512 * 3
    one, other, start = (
        load_file(folder / "model.safetensors")
        for folder in (tmp_path / "single" / "backbone", tmp_path / "packed" / "backbone", base)
    )
    moved = max(float((one[name][:320] - start[name][:320]).abs().max()) for name in start)
    assert moved > 1e-3
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], atol=1e-5, rtol=1e-4)
