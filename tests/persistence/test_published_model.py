"""A checkpoint in the published layout as any other model: used, steered, saved, found by name."""

from __future__ import annotations

import logging
import shutil
import sys
from pathlib import Path

import pytest

from armo import RewardModel, Steering
from armo.errors import BackboneError
from tests.persistence.armorm_checkpoint import edit_config, make_published
from tests.tiny import chat

CONVERSATIONS = [chat("the in", "x on"), chat("What is an ox?", "x " * 40)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_published(tmp_path_factory.mktemp("published") / "model", shard="20KB")


@pytest.fixture(scope="module")
def model(folder: Path) -> RewardModel:
    return RewardModel.from_pretrained(folder, dtype="float32")


def test_it_decides_compares_ranks_and_takes_a_steering(model):
    decision = model.decide(CONVERSATIONS[:1])[0]
    assert sum(part.contribution for part in decision.objectives) == pytest.approx(decision.score)
    assert decision["helpsteer-verbosity"].contribution == 0
    assert decision["helpsteer-coherence"].native == pytest.approx(
        5 * decision["helpsteer-coherence"].reward - 0.5
    )
    assert decision.score_scale == pytest.approx(1.7)
    comparison = model.compare("the in", "x on", "x " * 40)
    assert comparison.margin == pytest.approx(comparison.a.score - comparison.b.score)
    ranked = model.rank("the in", ["x on", "x " * 40, "the"])
    assert [one.rank for one in ranked] == [1, 2, 3]
    only = Steering(name="one", fixed={"helpsteer-helpfulness": 1.0})
    steered = model.with_steering(only).decide(CONVERSATIONS[:1])[0]
    assert steered.score == pytest.approx(
        decision.score_scale * decision["helpsteer-helpfulness"].debiased
    )


def test_saved_it_names_the_checkpoint_and_decides_the_same(model, folder, tmp_path):
    model.save_pretrained(tmp_path / "saved")
    held = sum(file.stat().st_size for file in (tmp_path / "saved").iterdir())
    assert held < sum(file.stat().st_size for file in folder.iterdir())
    again = RewardModel.from_pretrained(tmp_path / "saved", dtype="float32")
    assert again.config.backbone.name == str(folder)
    assert again.config == model.config
    assert again.decide(CONVERSATIONS) == model.decide(CONVERSATIONS)


def test_a_copy_may_be_its_backbone_and_another_checkpoint_may_not(model, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    copied = RewardModel.from_pretrained(folder, backbone=str(tmp_path / "copy"), dtype="float32")
    assert copied.score(CONVERSATIONS) == model.score(CONVERSATIONS)
    other = make_published(tmp_path / "other", count=3, verbosity=1)
    with pytest.raises(BackboneError, match="not the one"):
        RewardModel.from_pretrained(folder, backbone=str(other))


def test_its_own_code_is_not_run_and_nothing_is_asked_or_said(
    folder, tmp_path, monkeypatch, capsys, caplog
):
    # The class and the config's class both point into a file that ends the process.
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    code = "modeling_custom.Heads"
    edit_config(copy, auto_map={"AutoModel": code, "AutoConfig": code, "AutoTokenizer": code})
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("a question was asked"))
    monkeypatch.setattr(logging.getLogger("transformers"), "propagate", True)
    RewardModel.from_pretrained(copy, dtype="float32")
    assert not [name for name in sys.modules if "modeling_custom" in name]
    said = capsys.readouterr()
    assert (said.out, said.err, caplog.text) == ("", "", "")


def test_a_hub_name_is_found_in_the_cache_at_a_branch_or_commit(
    model, folder, tmp_path, monkeypatch
):
    commit = "0123456789abcdef0123456789abcdef01234567"
    repo = tmp_path / "models--owner--reward"
    shutil.copytree(folder, repo / "snapshots" / commit)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    for revision in (None, commit):
        found = RewardModel.from_pretrained("owner/reward", revision=revision, dtype="float32")
        assert found.score(CONVERSATIONS) == model.score(CONVERSATIONS)
        assert found.config.backbone.name == "owner/reward"
        assert found.config.backbone.revision == commit
    # Heads saved from it go back to that commit by themselves.
    found.save_pretrained(tmp_path / "saved")
    again = RewardModel.from_pretrained(tmp_path / "saved", dtype="float32")
    assert again.config == found.config


def test_a_model_folder_of_armo_is_found_by_hub_name_as_well(model, tmp_path, monkeypatch):
    commit = "89abcdef0123456789abcdef0123456789abcdef"
    repo = tmp_path / "models--owner--heads"
    model.save_pretrained(repo / "snapshots" / commit)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    found = RewardModel.from_pretrained("owner/heads", dtype="float32")
    assert found.config == model.config
