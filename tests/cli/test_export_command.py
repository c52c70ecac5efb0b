"""`armo export` as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from tests.persistence.exported_models import make_heads, make_trained, on_backbone, stored
from tests.tiny import chat
from typer.testing import CliRunner

from armo import RewardModel
from armo.cli import export as command
from armo.errors import ArmoError

CONVERSATIONS = [chat("the in", "x on"), chat("on", "the in " * 9)]


def run(*arguments: object):
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=True)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export-command")
    make_trained(folder / "backbone", "chatml").save_pretrained(folder / "run" / "model")
    return folder / "run"


def test_help_has_examples():
    found = run("--help")
    assert found.exit_code == 0
    assert "armo export runs/mine --out exported" in found.output


def test_a_run_is_exported_and_told_of(saved, tmp_path):
    found = run(saved, "--out", tmp_path / "out", "--max-shard-size", "20KB")
    assert found.exit_code == 0, found.output
    output = " ".join(found.output.split())
    assert "backbone in float32" in output
    assert "in float64, to lose no bit: regression_layer.weight" in output
    assert "pad token: [PAD]" in output
    assert "in place of <|im_end|>" in output
    assert len(list((tmp_path / "out").glob("*.safetensors"))) > 1
    ours = RewardModel.from_pretrained(saved, dtype="float32").score(CONVERSATIONS)
    assert RewardModel.from_pretrained(tmp_path / "out", dtype="float32").score(
        CONVERSATIONS
    ) == pytest.approx(ours, abs=1e-12)


def test_machines_are_told_as_json(saved, tmp_path):
    found = run(saved, "--out", tmp_path / "out", "--dtype", "bfloat16", "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert told["dtype"] == config["dtype"] == "bfloat16"
    assert told["pad_token_id"] == config["pad_token_id"]
    assert told["gating_token_pattern"] == config["gating_token_pattern"]
    assert told["bytes"] == (tmp_path / "out" / "model.safetensors").stat().st_size
    assert str(stored(tmp_path / "out")["model.norm.weight"].dtype) == "torch.bfloat16"


def test_weights_keep_the_format_that_they_are_stored_in(saved, tmp_path):
    run(saved, "--out", tmp_path / "half", "--dtype", "bfloat16")
    found = run(tmp_path / "half", "--out", tmp_path / "again")
    assert found.exit_code == 0, found.output
    assert str(stored(tmp_path / "again")["model.norm.weight"].dtype) == "torch.bfloat16"


def test_what_can_not_be_exported_is_an_error_of_armo(saved, tmp_path):
    name = RewardModel.from_pretrained(saved).config.backbone.name
    middle = on_backbone(Path(name), make_heads(), layer=1)
    middle.save_pretrained(tmp_path / "middle")
    found = run(tmp_path / "middle", "--out", tmp_path / "out")
    assert isinstance(found.exception, ArmoError)
    assert 'layer = "last"' in str(found.exception)
    (tmp_path / "judge.toml").write_text("")
    assert "judges pairs" in str(run(tmp_path / "judge.toml", "--out", tmp_path / "out").exception)
    assert isinstance(run(tmp_path / "none", "--out", tmp_path / "out").exception, ArmoError)
    assert not (tmp_path / "out").exists()
