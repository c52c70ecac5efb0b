from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armo import RewardModel, Steering
from armo.backbone import BackboneSettings, load
from armo.errors import BackboneError, DataError, InputError, ModelError
from armo.rejects import Reject
from tests.heads import random_heads
from tests.tiny import chat, make_tiny_llama

CONVERSATIONS = [chat("the in", "x on"), chat("the in", "x " * 40), chat("on", "the in", "an")]


@pytest.fixture
def model(tiny_folder: Path) -> RewardModel:
    backbone = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    return RewardModel.from_heads(random_heads(), backbone, "verbosity")


@pytest.fixture
def saved(model: RewardModel, tmp_path: Path) -> Path:
    model.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_contributions_sum_to_the_score(model):
    for decision in model.decide(CONVERSATIONS):
        total = sum(part.contribution for part in decision.objectives)
        by_rewards = sum(part.coefficient * part.reward for part in decision.objectives)
        assert total == pytest.approx(decision.score, abs=1e-6)
        assert by_rewards == pytest.approx(decision.score, abs=1e-6)
        assert sum(part.weight for part in decision.objectives) == pytest.approx(1)
        assert decision["verbosity"].contribution == 0
        assert decision["helpful"].native == pytest.approx(1 + 4 * decision["helpful"].reward)
        assert decision.model == model.config.hash


def test_scores_are_those_of_the_decisions(model):
    assert model.score(CONVERSATIONS) == [d.score for d in model.decide(CONVERSATIONS)]
    assert model.score([]) == []


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)), st.integers(1, 6))
def test_a_batch_never_changes_a_score(tiny, order, size):
    model = RewardModel.from_heads(random_heads(), tiny, "verbosity")
    conversations = [chat("the in " * (1 + row % 3), "x on " * (1 + 7 * row)) for row in range(6)]
    alone = [model.score([one])[0] for one in conversations]
    found: list[float] = []
    for start in range(0, 6, size):
        found += model.score([conversations[row] for row in order[start : start + size]])
    np.testing.assert_allclose(found, [alone[row] for row in order], atol=1e-5)


def test_compare_and_rank_agree(model):
    responses = ["x", "the in on", "an " * 9]
    ranked = model.rank("the in", responses)
    scores = model.score([chat("the in", text) for text in responses])
    assert [entry.index for entry in ranked] == list(np.argsort(scores)[::-1])
    comparison = model.compare("the in", responses[0], {"role": "assistant", "content": "an"})
    assert comparison.margin == pytest.approx(comparison.a.score - comparison.b.score)
    total = sum(part.contribution for part in comparison.objectives)
    assert total == pytest.approx(comparison.margin, abs=1e-6)
    assert 0 < comparison.probability < 1
    messages = chat("the in", "")[:-1]
    assert model.rank(messages, responses)[0].decision.score == ranked[0].decision.score


def test_steering_changes_weights_and_is_named_in_the_decision(model):
    steering = Steering(name="only safe", fixed={"safe": 1})
    steered = model.with_steering(steering)
    for decision in steered.decide(CONVERSATIONS):
        assert decision.steering == "only safe v1"
        assert decision["safe"].weight == 1
        assert decision.score == pytest.approx(decision["safe"].debiased)
    assert model.steering is None
    assert steered.with_steering(None).score(CONVERSATIONS) == model.score(CONVERSATIONS)
    with pytest.raises(InputError, match="did you mean 'safe'"):
        model.with_steering(Steering(name="x", drop=["save"]))


def test_what_cannot_be_scored_is_named(model):
    with pytest.raises(DataError, match=r"conversation 1: .*empty"):
        model.score([CONVERSATIONS[0], chat("x", "")])
    outcomes = model.decide_each([CONVERSATIONS[0], chat("x", ""), chat("x", "x " * 999)])
    assert [isinstance(outcome, Reject) for outcome in outcomes] == [False, True, True]
    with pytest.raises(InputError, match="1 ids for 3"):
        model.decide(CONVERSATIONS, ids=["a"])


def test_features_that_are_not_finite_never_become_a_score(tiny_folder):
    broken = load(BackboneSettings(name=str(tiny_folder), dtype="float32"))
    broken._model.get_input_embeddings().weight.data[:] = float("inf")
    model = RewardModel.from_heads(random_heads(), broken, "verbosity")
    with pytest.raises(DataError, match="not finite"):
        model.score(CONVERSATIONS)


def test_a_fresh_process_gives_identical_scores(model, saved):
    script = (
        "import json, sys\n"
        "from armo import RewardModel\n"
        "model = RewardModel.from_pretrained(sys.argv[1], dtype='float32')\n"
        "print(json.dumps([model.config.hash, model.score(json.loads(sys.argv[2]))]))"
    )
    command = [sys.executable, "-c", script, str(saved), json.dumps(CONVERSATIONS)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert found == [model.config.hash, model.score(CONVERSATIONS)]


def test_a_model_holds_the_heads_alone(saved):
    names = sorted(path.name for path in saved.iterdir())
    assert names == ["README.md", "config.json", "heads.safetensors"]
    assert sum(path.stat().st_size for path in saved.iterdir()) < 20_000


def test_a_run_folder_is_taken_for_its_model(model, tmp_path):
    model.save_pretrained(tmp_path / "run" / "model")
    found = RewardModel.from_pretrained(tmp_path / "run", dtype="float32")
    assert found.score(CONVERSATIONS) == model.score(CONVERSATIONS)


def test_saving_replaces_a_model_but_nothing_else(model, saved, tmp_path):
    model.save_pretrained(saved)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("x")
    with pytest.raises(ModelError, match="holds other files"):
        model.save_pretrained(tmp_path / "other")
    assert (tmp_path / "other" / "thesis.txt").exists()


def change_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def flip_a_byte(folder: Path) -> None:
    path = folder / "heads.safetensors"
    raw = bytearray(path.read_bytes())
    raw[-5] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (flip_a_byte, "checksum"),
        (lambda folder: (folder / "heads.safetensors").unlink(), "can't be read"),
        (lambda folder: (folder / "config.json").unlink(), "no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "damaged"),
        (lambda folder: (folder / "config.json").write_text("[]"), "not the config of an armo"),
        (lambda folder: change_config(folder, schema=2), "update armo"),
        (lambda folder: change_config(folder, format="other"), "not the config of an armo"),
        (lambda folder: change_config(folder, gate=3), "damaged"),
        (
            lambda folder: change_config(folder, gate={"layers": 3, "temperature": 1.0}),
            "does not fit",
        ),
        (lambda folder: change_config(folder, objectives=[]), "does not fit"),
        (lambda folder: change_config(folder, score_scale="1"), "damaged"),
        (lambda folder: (folder / "metrics.json").write_text("nope"), "damaged"),
    ],
)
def test_damaged_folders_are_a_sentence(saved, damage, match):
    damage(saved)
    with pytest.raises(ModelError, match=match):
        RewardModel.from_pretrained(saved)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="no such folder"):
        RewardModel.from_pretrained(tmp_path / "none")


def test_another_backbone_is_refused(saved, tmp_path, tiny_folder):
    other = make_tiny_llama(tmp_path / "other", seed=1)
    with pytest.raises(BackboneError, match="fingerprint"):
        RewardModel.from_pretrained(saved, backbone=str(other))
    moved = tmp_path / "moved"
    tiny_copy = make_tiny_llama(moved)
    assert RewardModel.from_pretrained(saved, backbone=str(tiny_copy)).objectives


def test_a_hub_that_cannot_be_reached_is_one_sentence(model, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="can't push to 'me/model'"):
        model.push_to_hub("me/model")


def test_saving_never_replaces_a_checkpoint_of_something_else(model, tmp_path):
    other = make_tiny_llama(tmp_path / "llama")
    before = sorted(path.name for path in other.iterdir())
    with pytest.raises(ModelError, match="holds other files"):
        model.save_pretrained(other)
    assert sorted(path.name for path in other.iterdir()) == before


def test_overlong_is_kept_with_the_model(tiny_folder, tmp_path):
    cutting = BackboneSettings(
        name=str(tiny_folder), dtype="float32", max_tokens=64, overlong="cut"
    )
    model = RewardModel.from_heads(random_heads(), load(cutting), "verbosity")
    model.save_pretrained(tmp_path / "model")
    found = RewardModel.from_pretrained(tmp_path / "model", dtype="float32")
    long = [chat("the in", "on " * 200)]
    assert found.score(long) == model.score(long)
    assert found.decide(long)[0].truncated


def test_a_config_that_is_not_utf8_is_a_sentence(saved):
    (saved / "config.json").write_bytes(b'{"format": "\xff"}')
    with pytest.raises(ModelError, match="damaged"):
        RewardModel.from_pretrained(saved)
